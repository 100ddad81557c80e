"""The known pairs: what is written beside them agrees with exact distances between samples."""

import pytest
import torch

from wgan_lib.known_pairs import KNOWN_PAIRS, KNOWN_PILES
from wgan_lib.transport import cost_matrix, optimal_plan, wasserstein, wasserstein_1d


@pytest.mark.parametrize("pair", KNOWN_PAIRS, ids=lambda pair: pair.name)
def test_the_distance_between_samples_is_the_one_that_is_written_down(pair):
    source = torch.Generator().manual_seed(0)
    p, q = (law.sample(1500, source).double() for law in (pair.p, pair.q))
    measured = wasserstein_1d(p.T, q.T) if p.shape[1] == 1 else wasserstein(p, q)
    assert measured.item() == pytest.approx(pair.w1, rel=0.05)


def test_names_are_told_apart():
    assert len({pair.name for pair in KNOWN_PAIRS}) == len(KNOWN_PAIRS)


@pytest.mark.parametrize("piles", KNOWN_PILES, ids=lambda piles: piles.name)
def test_between_tables_every_exact_method_gives_the_distance_to_the_last_digits(piles):
    _, x, p, y, q, w1 = piles
    planned = optimal_plan(p, q, cost_matrix(x, y)).cost
    assert planned.item() == pytest.approx(w1, rel=1e-12)
    assert wasserstein(x, y, p, q).item() == pytest.approx(w1, rel=1e-12)
    if not isinstance(x[0], tuple):
        assert wasserstein_1d(x, y, p, q).item() == pytest.approx(w1, rel=1e-12)


def test_piles_are_told_apart_and_some_are_not_on_the_line():
    assert len({piles.name for piles in KNOWN_PILES}) == len(KNOWN_PILES)
    assert {isinstance(piles.x[0], tuple) for piles in KNOWN_PILES} == {True, False}


def test_the_list_that_the_lessons_count_on_keeps_its_order():
    assert [pair.name for pair in KNOWN_PAIRS] == [
        "shift by 1",
        "shift by 4",
        "shift in the plane",
        "twice as wide",
        "one heap to two",
        "parallel lines",
    ]
