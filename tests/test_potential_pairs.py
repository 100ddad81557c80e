"""Pairs with a potential: what they say of W₁, of the plan and of the gradient is so."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib.cone_pairs import Cones, absolute_value, high_cone, three_cones
from wgan_lib.distributions import gaussian, gaussian_ring, swiss_roll
from wgan_lib.funnels import FunnelPair, SemiDiscretePair
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.potential_pairs import (
    GaussiansOnTheLine,
    Scaled,
    Shifted,
    mean_absolute_normal,
    mean_normal_length,
)
from wgan_lib.transport import wasserstein, wasserstein_1d

PAIRS = [
    Shifted(swiss_roll(), (3.0, -4.0)),
    Scaled(gaussian([0.5, -1.0, 2.0]), 3.0, (0.5, -1.0, 2.0)),
    Scaled(gaussian_ring(), 0.25, (0.3, 0.1)),
    GaussiansOnTheLine(0.0, 1.0, 1.0, 2.5),
    GaussiansOnTheLine(0.5, 2.0, -1.0, 0.5),
    GaussiansOnTheLine(0.0, 1.0, -2.0, 1.0),
    absolute_value(),
    three_cones(),
    high_cone(),
    FunnelPair(1, 4),
    FunnelPair(2, 16, seed=1),
    FunnelPair(16, 64),
    FunnelPair(128, 4),
    SemiDiscretePair(3, 8),
]
EACH = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.name}, {pair.dimension}D")


def drawn(pair, n, seed=0):
    x, y = pair.sample(n, torch.Generator().manual_seed(seed))
    return x.double(), y.double()


def moved(x, y):
    return (x - y).norm(dim=1)


@EACH
def test_no_other_plan_between_the_samples_is_cheaper(pair):
    x, y = drawn(pair, 150)
    assert wasserstein(x, y).item() == pytest.approx(moved(x, y).mean().item(), rel=1e-6)


@EACH
def test_the_potential_rises_by_as_much_as_a_point_moves_and_w1_is_the_mean(pair):
    x, y = drawn(pair, 3000)
    rises, lengths = pair.potential(y) - pair.potential(x), moved(x, y)
    assert torch.allclose(rises, lengths, atol=1e-5)
    error = math.hypot(lengths.std().item() / math.sqrt(len(x)), pair.w1_error)
    assert lengths.mean().item() == pytest.approx(pair.w1, abs=4 * error + 1e-6)


@EACH
def test_the_gradient_has_length_1_and_shows_where_a_point_goes(pair):
    x, y = drawn(pair, 300)
    assert torch.allclose(pair.gradient(x).norm(dim=1), torch.ones(300).double(), atol=1e-6)
    far = moved(x, y) > 1e-2
    ways = ((y - x) / moved(x, y)[:, None])[far]
    assert torch.allclose(pair.gradient((x + y) / 2)[far], ways, atol=1e-3)


@EACH
def test_the_potential_is_nowhere_steeper_than_1(pair):
    x, y = drawn(pair, 100)
    assert lower_bound(pair.potential, torch.cat([x, y])) <= 1 + 1e-9


@EACH
def test_the_two_laws_are_the_sides_of_the_plan_and_seeds_decide(pair):
    x, y = pair.sample(50, torch.Generator().manual_seed(3))
    assert x.shape == y.shape == (50, pair.dimension)
    assert x.dtype == y.dtype == torch.get_default_dtype()
    for side, law in ((x, pair.p), (y, pair.q)):
        assert torch.equal(law.sample(50, torch.Generator().manual_seed(3)), side)
    assert moved(*drawn(pair, 200)).max() <= pair.diameter
    assert torch.pdist(torch.cat([x, y])).max() <= pair.diameter * (1 + 1e-6)


@EACH
def test_points_that_do_not_fit_are_named(pair):
    with pytest.raises(ValueError, match=f"points must be N×{pair.dimension}, got shape"):
        pair.gradient(torch.zeros(4, pair.dimension + 1))
    with pytest.raises(ValueError, match="n must be an integer of at least 1"):
        pair.sample(0)


# ------------------------------------------------------------------ closed forms


@given(st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3), st.floats(0.1, 3))
@settings(max_examples=25)
def test_gaussians_on_the_line_agree_with_their_quantiles(mean_p, std_p, mean_q, std_q):
    pair = GaussiansOnTheLine(mean_p, std_p, mean_q, std_q)
    height = (torch.arange(5_000, dtype=torch.float64) + 0.5) / 5_000
    quantiles = [m + s * torch.special.ndtri(height) for m, s in ((mean_p, std_p), (mean_q, std_q))]
    assert pair.w1 == pytest.approx(wasserstein_1d(*quantiles).item(), abs=3e-3)


def test_known_cases_of_the_closed_forms():
    assert mean_absolute_normal(-2.0, 0.0) == 2
    assert mean_absolute_normal(0.0, -3.0) == pytest.approx(3 * math.sqrt(2 / math.pi))
    assert mean_normal_length(1) == pytest.approx(math.sqrt(2 / math.pi))
    assert mean_normal_length(2) == pytest.approx(math.sqrt(math.pi / 2))
    assert mean_normal_length(3) == pytest.approx(4 / math.sqrt(2 * math.pi))


def test_a_shift_costs_its_length_and_says_so_exactly():
    pair = Shifted(swiss_roll(), [3.0, 4.0])
    assert (pair.w1, pair.w1_error) == (5.0, 0.0)


def test_a_scaling_without_a_closed_form_agrees_with_one_that_has_it():
    law = gaussian([0.0] * 5, 2.0)
    exact = Scaled(law, 3.0, [0.0] * 5)
    sampled = Scaled(law, 3.0, [1e-9] + [0.0] * 4)
    assert exact.w1_error == 0 < sampled.w1_error < 0.02
    assert sampled.w1 == pytest.approx(exact.w1, abs=4 * sampled.w1_error)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Shifted(gaussian(0.0), [0.0]), "shift must not be 0"),
        (lambda: Shifted(gaussian(0.0), [1.0, 2.0]), r"law must draw points N×2, got N×\(1,\)"),
        (lambda: Shifted(gaussian(0.0), [math.nan]), "shift must hold finite numbers"),
        (lambda: Scaled(gaussian(0.0), 1, [0.0]), "factor must not be 1"),
        (lambda: Scaled(gaussian(0.0), -1.0, [0.0]), "factor must be a finite number of at least"),
        (lambda: Scaled(gaussian(0.0), 2.0, [0.0, 1.0]), "law must draw points N×2"),
        (lambda: GaussiansOnTheLine(0, 1, 0, 0), "std_q must be a finite number greater than 0"),
        (lambda: GaussiansOnTheLine(math.inf, 1, 0, 1), "mean_p must be a finite number"),
        (lambda: mean_normal_length(0), "dimension must be an integer of at least 1"),
    ],
)
def test_bad_pairs_are_named(make, word):
    with pytest.raises(ValueError, match=word):
        make()


# ------------------------------------------------------------------ cones


def test_the_cones_are_those_of_the_paper():
    assert [pair.w1 for pair in (absolute_value(), three_cones(), high_cone())] == [1, 1, 1]
    x, y = absolute_value().sample(100, torch.Generator().manual_seed(0))
    assert set(x.flatten().tolist()) == {-1.0, 1.0} and not y.any()
    assert high_cone(7).dimension == 7


def test_a_wider_cone_costs_more():
    assert Cones([[0.0, 0.0]], radius=2.5).w1 == 2.5


@pytest.mark.parametrize(
    ("centres", "radius", "word"),
    [
        ([[0.0, 0.0], [1.0, 1.0]], 1.0, "centres must lie two radii apart, 2, got 1.414"),
        ([[0.0]], 0.0, "radius must be a finite number greater than 0"),
        ([0.0, 1.0], 0.1, "centres must have 2 dimensions"),
    ],
)
def test_bad_cones_are_named(centres, radius, word):
    with pytest.raises(ValueError, match=word):
        Cones(centres, radius)
