"""The known pairs: what is written beside them agrees with exact distances between samples."""

import pytest
import torch

from wgan_lib.known_pairs import KNOWN_PAIRS
from wgan_lib.transport import wasserstein, wasserstein_1d


@pytest.mark.parametrize("pair", KNOWN_PAIRS, ids=lambda pair: pair.name)
def test_the_distance_between_samples_is_the_one_that_is_written_down(pair):
    source = torch.Generator().manual_seed(0)
    p, q = (law.sample(1500, source).double() for law in (pair.p, pair.q))
    measured = wasserstein_1d(p.T, q.T) if p.shape[1] == 1 else wasserstein(p, q)
    assert measured.item() == pytest.approx(pair.w1, rel=0.05)


def test_names_are_told_apart():
    assert len({pair.name for pair in KNOWN_PAIRS}) == len(KNOWN_PAIRS)
