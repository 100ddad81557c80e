"""Minima of cones as critics: learned with care, or solved on samples."""

import pytest
import torch

from wgan_lib.distributions import gaussian
from wgan_lib.funnels import FunnelPair
from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import Funnels
from wgan_lib.measuring.annealing import (
    _set_onto_tips,
    anneal_either_way,
    anneal_funnels,
    dense_places,
)
from wgan_lib.measuring.envelopes import plan_envelope
from wgan_lib.measuring.measurement import measure
from wgan_lib.potential_pairs import Scaled
from wgan_lib.transport import wasserstein


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_dense_places_begin_with_one_peak_of_each_heap():
    centres = torch.tensor([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])
    heaps = [
        centre + 0.1 * torch.randn(20, 2, generator=seeded(n)) for n, centre in enumerate(centres)
    ]
    points = torch.cat([*heaps, 30 + 9 * torch.randn(20, 2, generator=seeded(3))])
    order = dense_places(points)
    assert sorted(order.tolist()) == list(range(80))
    assert torch.cdist(points[order[:3]], centres).min(0).values.max() < 0.3
    assert len(dense_places(points[:4])) == 4  # fewer points than neighbours


def test_centres_go_onto_tips_that_are_near_and_no_others():
    far = torch.tensor([[50.0, 0.0]], dtype=torch.float64)
    tips = torch.tensor([[0.0, 0.0], [4.0, 0.0]], dtype=torch.float64)
    angles = 6.28 * torch.rand(400, 1, generator=seeded(), dtype=torch.float64)
    rays = torch.cat([angles.cos(), angles.sin()], 1)
    points = tips.repeat(200, 1) + rays * torch.rand(400, 1, generator=seeded(1)).double() ** 8
    critic = Funnels(2, 3).double()
    critic.centres.data.copy_(torch.cat([tips + 1e-4, far]))
    critic.heights.data.copy_(torch.tensor([0.0, 0.0, -45.5]))  # the far cone owns some points
    before = critic.centres.detach().clone()
    _set_onto_tips(critic, points, 1e-3)
    assert (critic.centres[:2] - tips).norm(dim=1).max() < 1e-6
    assert torch.equal(critic.centres[2], before[2])


@pytest.mark.training
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_mass_that_moves_out_or_in_is_measured_either_way(seed, factor):
    pair = Scaled(gaussian([0.0] * 4), factor, [0.0] * 4)
    critic = anneal_either_way(pair.p, pair.q, 60, seed, batch=128, count=16)
    found = measure(critic, pair, 4000, seeded(seed))
    assert found.ratio == pytest.approx(1, abs=0.08) and found.cosine > 0.9
    assert found.certified == pytest.approx(1) and found.steepest <= 1 + 1e-6
    wrong_way = (pair.p, pair.q) if factor < 1 else (pair.q, pair.p)
    assert measure(anneal_funnels(*wrong_way, 60, seed, 128, 16), pair, 4000, seeded()).ratio < 0.8


@pytest.mark.training
@pytest.mark.parametrize("seed", range(2))
def test_funnels_are_found(seed):
    pair = FunnelPair(3, 4, seed)
    found = measure(anneal_funnels(pair.p, pair.q, 150, seed + 9, 256), pair, 4000, seeded())
    assert found.cosine > 0.85 and 0.93 < found.ratio < 1.05


def test_an_envelope_is_exact_for_its_samples_and_a_lower_bound_for_others():
    pair, n = FunnelPair(4, 4), 80
    critic, source = plan_envelope(pair.p, pair.q, n, seed=3), seeded(3)
    x, y = (law.sample(n, source, "cpu") for law in (pair.p, pair.q))
    estimate = (critic(y).mean() - critic(x).mean()).item()
    assert estimate == pytest.approx(wasserstein(x, y).item(), rel=1e-6)
    assert upper_bound(critic) == 1.0
    assert measure(critic, pair, 4000, seeded()).ratio < 0.95


def test_the_seed_decides_and_nothing_else():
    pair, state = FunnelPair(2, 4), torch.random.get_rng_state()
    one, same, other = (anneal_funnels(pair.p, pair.q, 3, s, 16, 8).centres for s in (5, 5, 6))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"steps": 0}, "steps"),
        ({"seed": -1}, "seed"),
        ({"count": 0}, "count"),
        ({"batch": 0}, "batch"),
    ],
)
def test_bad_numbers_are_named(changed, word):
    pair = FunnelPair(2, 4)
    for learn in (anneal_funnels, anneal_either_way):
        with pytest.raises(ValueError, match=f"{word} must be an integer"):
            learn(pair.p, pair.q, **{"steps": 2, **changed})
