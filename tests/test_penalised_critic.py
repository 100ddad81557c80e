"""The best penalised critic on the line: closed form against search, sampling and known numbers."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib import WGANGP
from wgan_lib.distributions import gaussian, mixture
from wgan_lib.known_pairs import KNOWN_PAIRS
from wgan_lib.penalised_critic import penalised_critic
from wgan_lib.training.objectives import mixed

LINE = torch.linspace(-6, 12, 1801, dtype=torch.float64)
NEAR, FAR = gaussian(0.0, 0.3), gaussian(4.0, 0.3)
heaps = st.builds(gaussian, st.floats(-2, 5), st.floats(0.3, 1.2))
weights = st.floats(0.1, 100)


@pytest.mark.parametrize("weight", [0.1, 1.0, 10.0, 100.0])
@pytest.mark.parametrize("distance", [1.0, 4.0])
def test_narrow_heaps_overshoot_by_half_the_distance_over_the_weight(weight, distance):
    """Between two points every slope is 1 + w/2λ, so the estimate is w + w²/2λ."""
    objective = WGANGP(penalty=weight)
    found = penalised_critic(objective, gaussian(0.0, 0.02), gaussian(distance, 0.02), LINE)
    assert found.w1 == pytest.approx(distance, rel=1e-3)
    assert found.estimate == pytest.approx(distance + distance**2 / (2 * weight), rel=0.01)


@settings(max_examples=25)
@given(heaps, heaps, weights, st.sampled_from(["two", "one"]))
def test_no_slope_is_cheaper_at_any_place(real, fake, weight, sided):
    """The definition: −g·D + λ·ρ·penalty(|g|) is smallest, place by place."""
    objective = WGANGP(penalty=weight, sided=sided)
    found = penalised_critic(objective, real, fake, LINE[::60])
    others = torch.linspace(-8, 8, 3201, dtype=torch.float64)[:, None]

    def cost(slope):
        penalty = objective.penalties(slope.abs())
        return weight * found.density * penalty - found.passing * slope

    where = found.passing != 0
    gain = cost(found.slope[None]) - cost(others).min(0).values
    assert (gain[0, where] <= 1e-9).all()


@settings(max_examples=20)
@given(heaps, heaps, weights)
def test_the_estimate_is_never_below_w1_and_falls_with_the_weight(real, fake, weight):
    cheap = penalised_critic(WGANGP(penalty=weight), real, fake, LINE)
    dear = penalised_critic(WGANGP(penalty=10 * weight), real, fake, LINE)
    assert cheap.w1 <= dear.estimate <= cheap.estimate
    assert dear.estimate - dear.w1 == pytest.approx((cheap.estimate - cheap.w1) / 10, rel=1e-6)


@pytest.mark.parametrize("pair", [p for p in KNOWN_PAIRS if p.p.sample(1).shape[1] == 1])
def test_w1_of_the_known_pairs(pair):
    wide = torch.linspace(-12, 12, 2401, dtype=torch.float64)
    found = penalised_critic(WGANGP(), pair.p, pair.q, wide)
    assert found.w1 == pytest.approx(pair.w1, abs=1e-4)


@pytest.mark.parametrize("where", ["segments", "real", "fake", "both"])
def test_the_density_is_that_of_the_points_of_the_objective(where):
    """Against a histogram of the points that WGANGP itself takes."""
    real, fake = mixture([-1.0, 1.0], [0.3, 0.5], weights=[0.3, 0.7]), gaussian(4.0, 0.8)
    source = torch.Generator().manual_seed(0)
    a, b = real.sample(200_000, source), fake.sample(200_000, source)
    points = WGANGP(where=where).points(a, b, torch.rand(len(a), generator=source))
    edges = torch.linspace(-3, 7, 41, dtype=torch.float64)
    shares = torch.histogram(points.flatten().double(), edges, density=True).hist
    found = penalised_critic(WGANGP(where=where), real, fake, (edges[1:] + edges[:-1]) / 2)
    assert (found.density - shares).abs().max() < 0.02


def test_the_slope_points_uphill_to_the_real_heap():
    there = penalised_critic(WGANGP(), NEAR, FAR, LINE)
    back = penalised_critic(WGANGP(), FAR, NEAR, LINE)
    assert (there.slope <= 0).all() and torch.allclose(there.slope, -back.slope)
    assert there.heights[0] == 0 and there.heights[-1] < -4
    rising = there.heights.diff() / LINE.diff()
    assert torch.allclose(rising, (there.slope[1:] + there.slope[:-1]) / 2)


def test_watched_at_the_ends_it_is_steep_in_between():
    found = penalised_critic(WGANGP(where="real"), NEAR, FAR, LINE)
    middle = found.slope[(LINE - 2).abs() < 0.5].abs()
    assert middle.min() > 100 and not math.isnan(found.estimate)


def test_nothing_moves_between_equal_laws():
    found = penalised_critic(WGANGP(), NEAR, NEAR, LINE)
    assert found.estimate == found.w1 == 0 and (found.slope == 0).all()


def test_another_centre():
    objective = WGANGP(centre=0.0)
    found = penalised_critic(objective, gaussian(0.0, 0.02), gaussian(4.0, 0.02), LINE)
    assert found.estimate == pytest.approx(4.0**2 / (2 * 10), rel=0.01)


def test_epsilon_is_the_share_of_the_real_sample():
    """ρ leans to neither side by itself, but to the narrower heap if ε were turned round."""
    ends = mixed(torch.zeros(2, 1), torch.ones(2, 1), torch.tensor([1.0, 0.0]))
    assert ends.flatten().tolist() == [0.0, 1.0]
    found = penalised_critic(WGANGP(), gaussian(0.0, 0.02), gaussian(4.0, 1.0), LINE)
    assert found.density[LINE < -0.2].max() < 1e-3 < found.density[LINE > 5].max()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: penalised_critic(WGANGP(penalty=0.0), NEAR, FAR, LINE), "penalty must be greater"),
        (lambda: penalised_critic(WGANGP(), gaussian([0.0, 0.0]), FAR, LINE), "real must be a law"),
        (
            lambda: penalised_critic(WGANGP(), NEAR, gaussian([0.0, 0.0]), LINE),
            "fake must be a law",
        ),
        (lambda: penalised_critic(WGANGP(), NEAR, FAR, LINE.flip(0)), "rising"),
        (lambda: penalised_critic(WGANGP(), NEAR, FAR, LINE[:1]), "two or more"),
        (lambda: penalised_critic(WGANGP(), NEAR, FAR, LINE[:, None]), "x must"),
        (lambda: penalised_critic(WGANGP(), NEAR, FAR, LINE / 0), "x must"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
