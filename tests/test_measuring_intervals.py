"""Intervals for W₁ from samples: what both ends are made of, and that W₁ lies between them."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wgan_lib.distributions import gaussian
from wgan_lib.known_pairs import KNOWN_PAIRS
from wgan_lib.lipschitz.cones import cone_violations
from wgan_lib.measuring import certified_interval, fitted_critics
from wgan_lib.measuring.fitted_critics import KINDS, best_critic, cones_on_x, cones_on_y, network
from wgan_lib.measuring.intervals import margin_of_means
from wgan_lib.transport import wasserstein

FEW = {"steps": 20}  # of the network, whose slope never depends on them


@pytest.fixture(autouse=True)
def narrow_network(monkeypatch):
    monkeypatch.setattr(fitted_critics, "WIDTHS", (16, 16))
    monkeypatch.setitem(fitted_critics.TRAINING, "batch_size", 64)


def normal(n, d=2, seed=0, shift=0.0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, d, generator=source, dtype=torch.float64) + shift


def drawn(pair, n, seed):
    source = torch.Generator().manual_seed(seed)
    return tuple(law.sample(n, generator=source).double() for law in (pair.p, pair.q))


# ---------------------------------------------------------------------- margins


def test_the_margin_of_scores_is_that_of_a_one_sided_test_at_half_the_error():
    x, y = normal(40, 1)[:, 0], 3 * normal(40, 1, seed=1)[:, 0]
    t = stats.t(39).ppf(0.975)
    expected = t * math.sqrt((x.numpy().var(ddof=1) + y.numpy().var(ddof=1)) / 40)
    assert margin_of_means(x, y, 0.95) == pytest.approx(expected, rel=1e-12)


def test_the_margin_of_points_counts_all_directions():
    x, y = normal(50, 3), normal(80, 3, seed=1)
    by_trace = torch.cov(x.T).trace() / 50 + torch.cov(y.T).trace() / 80
    expected = stats.t(49).ppf(0.95) * by_trace.sqrt().item()
    assert margin_of_means(x, y, 0.9) == pytest.approx(expected, rel=1e-12)


def test_no_function_of_slope_1_scatters_more_than_its_points():
    """Var f(x) ≤ tr Cov x, with equality for a straight line and points along it."""
    x, y = normal(60), normal(60, seed=1)
    for f in (*(fit(x, y, **FEW).potential for fit in KINDS), lambda z: z.norm(dim=1)):
        assert margin_of_means(f(x), f(y)) <= margin_of_means(x, y)
    line = torch.tensor([0.6, 0.8], dtype=torch.float64)
    along = x[:, :1] * line, y[:, :1] * line
    both = (margin_of_means(*along), margin_of_means(*(points @ line for points in along)))
    assert both[0] == pytest.approx(both[1], rel=1e-12)


def test_the_margin_from_a_diameter_is_hoeffdings():
    """exp(−2t²/Σ(D/n)²) = 2.5 % on each side."""
    x, y = normal(30), normal(70)
    t = margin_of_means(x, y, 0.95, diameter=5.0)
    assert math.exp(-2 * t**2 / (25 / 30 + 25 / 70)) == pytest.approx(0.025)


@settings(max_examples=20)
@given(st.floats(0.01, 0.98), st.sampled_from([None, 8.0]))
def test_more_confidence_takes_more_margin(confidence, diameter):
    x, y = normal(30), normal(30, seed=1)
    less, more = (margin_of_means(x, y, c, diameter) for c in (confidence, confidence + 0.01))
    assert 0 < less < more


# ---------------------------------------------------------------------- critics


@pytest.mark.parametrize("fit", KINDS)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_no_kind_of_critic_is_steeper_than_1(fit, d):
    x, y = normal(60, d), 2 * normal(60, d, seed=1, shift=1.0)
    critic = fit(x, y, **FEW)
    points = torch.cat([x, y, normal(200, d, seed=2), 50 * normal(20, d, seed=3)])
    assert not cone_violations(points, critic.potential(points), 1.0).entered


@pytest.mark.parametrize("fit", [cones_on_x, cones_on_y])
def test_cones_gain_w1_on_the_points_that_they_hang_on(fit):
    x, y = normal(40), normal(55, seed=1, shift=0.5)
    assert fit(x, y).gain(x, y) == pytest.approx(wasserstein(x, y).item(), rel=1e-9)


def test_no_critic_gains_more_than_w1_on_its_own_points():
    x, y = normal(60), normal(60, seed=1, shift=0.3)
    assert network(x, y, steps=200).gain(x, y) <= wasserstein(x, y).item() + 1e-9


def test_a_network_between_laws_far_apart_has_slope_1_and_no_more():
    x, y = normal(60, 1, shift=4.0), normal(60, 1, seed=1)
    w1 = wasserstein(x, y).item()
    assert 0.995 * w1 < network(x, y, steps=150).gain(x, y) <= w1 * (1 + 1e-9)


def test_many_dimensions_are_projected_and_slope_1_is_kept(monkeypatch):
    monkeypatch.setattr(fitted_critics, "MOST_DIRECTIONS", 3)
    x, y = normal(60, 10), normal(60, 10, seed=1, shift=1.0)
    critic = network(x, y, steps=60)
    points = torch.cat([x, y])
    assert not cone_violations(points, critic.potential(points), 1.0).entered
    assert critic.gain(x, y) > 0.5 * math.sqrt(10)


def test_the_best_kind_is_chosen_on_points_that_none_was_fitted_to(monkeypatch):
    """And fitted again to all; each kind sees the first two thirds, then one of them everything."""
    seen = []

    def kind(name, slope):
        def fit(x, y, **training):
            seen.append((name, len(x), len(y)))
            return fitted_critics.FittedCritic(name, lambda z: slope * z[:, 0])

        return fit

    monkeypatch.setattr(fitted_critics, "KINDS", [kind("down", -1.0), kind("up", 1.0)])
    assert best_critic(normal(60, shift=1.0), normal(30, seed=1)).kind == "up"
    assert seen == [("down", 40, 20), ("up", 40, 20), ("up", 60, 30)]


def test_a_kind_that_only_remembers_its_points_is_not_chosen(monkeypatch):
    def memory(x, y, **training):
        known = set(x[:, 0].tolist())
        return fitted_critics.FittedCritic(
            "memory", lambda z: torch.tensor([9.0 * (first in known) for first in z[:, 0].tolist()])
        )

    monkeypatch.setattr(fitted_critics, "KINDS", [memory, cones_on_x])
    assert best_critic(normal(60, shift=1.0), normal(60, seed=1)).kind != "memory"


# ---------------------------------------------------------------------- the interval


@pytest.mark.parametrize("pair", KNOWN_PAIRS, ids=lambda pair: pair.name)
def test_w1_lies_between_the_ends(pair):
    """At 99.9 %: a single miss in eighteen would have a chance of 2 %."""
    for seed in range(3):
        found = certified_interval(*drawn(pair, 80, seed), confidence=0.999, seed=seed, **FEW)
        assert pair.w1 in found


def test_the_estimate_is_too_low_and_the_plan_too_high_in_the_mean():
    plane = gaussian([0.0, 0.0])
    laws = plane, gaussian([0.5, 0.0])
    found = []
    for seed in range(12):
        source = torch.Generator().manual_seed(seed)
        x, y = (law.sample(60, generator=source) for law in laws)
        found.append(certified_interval(x, y, seed=seed, **FEW))
    gap = torch.tensor([interval.plan - interval.estimate for interval in found])
    assert (sum(i.estimate for i in found) / 12) < 0.5 < (sum(i.plan for i in found) / 12)
    assert gap.mean() > 3 * gap.std() / math.sqrt(12)


def test_the_ends_are_the_estimate_and_the_plan_with_their_margins():
    x, y = normal(100, shift=2.0), normal(60, seed=1)
    found = certified_interval(x, y, **FEW)
    assert found.held_out == (50, 30) and found.planned == (100, 60)
    assert found.lower == found.estimate - found.margins[0]
    assert found.upper == found.plan + found.margins[1]
    assert found.plan == pytest.approx(wasserstein(x, y).item(), rel=1e-12)
    assert found.margins[1] == pytest.approx(margin_of_means(x, y), rel=1e-12)
    assert found.diameter is None and found.confidence == 0.95


def test_the_critic_is_judged_on_points_it_never_met(monkeypatch):
    met, judged = [], []

    def fit(x, y, **training):
        met.extend(x[:, 0].tolist() + y[:, 0].tolist())

        def potential(z):
            judged.extend(z[:, 0].tolist())
            return z[:, 0]

        return fitted_critics.FittedCritic("first coordinate", potential)

    monkeypatch.setattr("wgan_lib.measuring.intervals.best_critic", fit)
    x, y = normal(50), normal(41, seed=1)
    found = certified_interval(x, y)
    assert not set(met) & set(judged)
    assert set(met) | set(judged) == set(x[:, 0].tolist()) | set(y[:, 0].tolist())
    assert found.held_out == (25, 21)


@pytest.mark.parametrize("d", [1, 3])
def test_one_sample_twice_is_no_distance(d):
    x = normal(60, d)
    found = certified_interval(x, x, **FEW)
    assert found.lower == 0 and found.plan == pytest.approx(0, abs=1e-12) and 0 in found


@settings(max_examples=4)
@given(st.integers(-40, 40))
def test_another_unit_of_length_is_another_unit_of_the_interval(power):
    """By powers of two, to the last digits: nothing in the training knows the unit."""
    x, y = normal(40), normal(50, seed=1, shift=1.0)
    one, other = (certified_interval(u * x, u * y, **FEW) for u in (1.0, 2.0**power))
    for name in ("lower", "upper", "estimate", "plan", "margins", "halves"):
        expected = torch.tensor(getattr(one, name), dtype=torch.float64) * 2.0**power
        torch.testing.assert_close(
            torch.tensor(getattr(other, name), dtype=torch.float64), expected, rtol=1e-9, atol=0
        )


def test_where_the_origin_is_does_not_matter():
    x, y = normal(40), normal(50, seed=1, shift=1.0)
    one, other = (certified_interval(x + c, y + c, **FEW) for c in (0.0, 1024.0))
    assert other.lower == pytest.approx(one.lower, abs=1e-3)
    assert other.upper == pytest.approx(one.upper, abs=1e-9)


def test_the_order_of_the_samples_does_not_matter_above_and_hardly_below():
    pair = KNOWN_PAIRS[2]  # a shift in the plane
    x, y = drawn(pair, 100, seed=4)
    one, other = certified_interval(x, y, **FEW), certified_interval(y, x, **FEW)
    assert other.upper == pytest.approx(one.upper, rel=1e-9)
    assert abs(other.lower - one.lower) < one.margins[0] and pair.w1 in one and pair.w1 in other


def test_the_same_seed_gives_the_same_interval_and_leaves_torchs_state_alone():
    x, y = normal(40), normal(40, seed=1)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    assert certified_interval(x, y, seed=3, **FEW) == certified_interval(x, y, seed=3, **FEW)
    assert torch.rand(1) == expected


def test_images_and_integers_are_points_too():
    source = torch.Generator().manual_seed(0)
    bright = torch.randint(100, 256, (30, 2, 3, 3), generator=source, dtype=torch.uint8)
    dark = torch.randint(0, 156, (30, 2, 3, 3), generator=source, dtype=torch.uint8)
    found = certified_interval(bright, dark, **FEW)
    assert 100 * math.sqrt(18) in found
    assert found == certified_interval(bright.double().flatten(1), dark.double().flatten(1), **FEW)


def test_points_that_are_all_the_same():
    zeros, ones = torch.zeros(20, 2), torch.ones(30, 2)
    found = certified_interval(zeros, ones, **FEW)
    assert found.plan == pytest.approx(math.sqrt(2)) and found.margins == (0.0, 0.0)
    assert certified_interval(zeros, zeros, **FEW).upper == 0


def test_large_samples_are_planned_in_part(monkeypatch):
    monkeypatch.setattr("wgan_lib.measuring.intervals.LARGEST_PLAN", 30)
    x, y = normal(70), normal(25, seed=1)
    found = certified_interval(x, y, **FEW)
    assert found.planned == (30, 25) and found.held_out == (35, 13)
    on_the_line = certified_interval(x[:, 0], y[:, 0], **FEW)
    assert on_the_line.planned == (70, 25)


def test_an_interval_is_never_empty():
    """Without any confidence the held-out half may gain more than the plan of all points costs."""
    pair, crossed = KNOWN_PAIRS[0], 0
    for seed in range(6):
        found = certified_interval(*drawn(pair, 40, seed), confidence=1e-6, seed=seed, **FEW)
        crossed += found.estimate > found.plan
        assert found.lower <= found.upper
    assert crossed


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": torch.zeros(19, 2)}, r"x must be at least 20 points, n×…, got shape \(19, 2\)"),
        ({"x": torch.tensor(3.0)}, "x must be at least 20 points"),
        ({"y": torch.zeros(0, 2)}, "y must not be empty"),
        ({"y": torch.full((20, 2), math.nan)}, "y must hold finite numbers"),
        ({"y": torch.zeros(20, 3)}, r"points of one shape, got \(2,\) and \(3,\)"),
        ({"x": torch.zeros(20, 2, 2), "y": torch.zeros(20, 4)}, "points of one shape"),
        ({"x": 1e200 * normal(20)}, "x must spread over 1e-100 to 1e\\+100"),
        ({"x": 1e-200 * normal(20)}, "x must spread over"),
        ({"confidence": 1.0}, "confidence must be strictly between 0 and 1, got 1.0"),
        ({"confidence": math.nan}, "confidence must be a finite number"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 2**64}, "seed must be"),
        ({"steps": 0}, "steps must be an integer of at least 1"),
        ({"diameter": 0.0}, "diameter must be a finite number greater than 0"),
        ({"diameter": 1.0}, "diameter must be at least .* the distance of two points of one"),
    ],
)
def test_refusals(change, message):
    given = {"x": normal(20), "y": normal(20, seed=1), "steps": 1} | change
    with pytest.raises(ValueError, match=message):
        certified_interval(given.pop("x"), given.pop("y"), **given)


def test_a_diameter_is_used_as_given():
    x, y = normal(30).clamp(-1, 1), normal(30, seed=1).clamp(-1, 1)
    found = certified_interval(x, y, diameter=3.0, **FEW)
    assert found.diameter == 3.0
    assert found.margins[1] == margin_of_means(x, y, 0.95, 3.0)
    assert found.margins[0] == pytest.approx(math.sqrt(2) * found.margins[1])  # half the points
