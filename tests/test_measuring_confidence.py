"""A bound on W₁ holds as often as it says, and the margins are those of the inequalities."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib.funnels import FunnelPair
from wgan_lib.measuring.confidence import certified_lower_bound

PAIR = FunnelPair(2, 4)
BOTH = pytest.mark.parametrize("inequality", ["bernstein", "hoeffding"])


def sample(n, seed=0):
    source = torch.Generator().manual_seed(seed)
    return PAIR.p.sample(n, source), PAIR.q.sample(n, source)


def bound(x, y, critic=PAIR.potential, slope=1.0, **options):
    return certified_lower_bound(critic, x, y, slope, PAIR.diameter, **options)


@BOTH
def test_it_is_below_w1_in_all_of_many_draws_and_near_it_with_many_points(inequality):
    found = [bound(*sample(200, seed), inequality=inequality) for seed in range(100)]
    assert all(each.value <= PAIR.w1 for each in found)
    many = bound(*sample(100_000), inequality=inequality)
    assert 0.9 * PAIR.w1 < many.value < PAIR.w1


@BOTH
def test_two_points_far_apart_are_the_hardest_case_and_still_it_holds(inequality):
    """p and q are one law, on two points at the whole diameter: W₁ = 0, and no bound is above."""
    source = torch.Generator().manual_seed(0)
    ends = PAIR.diameter * torch.randint(2, (2, 4000, 60), generator=source).float()
    above = 0
    for x, y in zip(*ends, strict=True):
        found = bound(x[:, None], y[:, None], lambda x: x, confidence=0.8, inequality=inequality)
        above += found.value > 0
    assert above <= 0.2 * 4000
    assert above > 0 or inequality == "bernstein"  # which is careful with few points


def test_the_margins_are_those_of_the_theorems():
    x, y = torch.tensor([0.0, 1.0, 2.0]), torch.tensor([5.0, 5.0, 5.0, 5.0])
    critic, diameter = torch.clone, 3.0
    hoeffding = certified_lower_bound(critic, x, y, 1.0, diameter, 0.9, "hoeffding")
    assert hoeffding.margin == pytest.approx(3 * math.sqrt((1 / 3 + 1 / 4) * math.log(10) / 2))
    tail = math.log(4 / 0.1)  # the variances are 1 and 0
    expected = math.sqrt(2 * tail / 3) + 7 * 3 * tail / 3 * (1 / 2 + 1 / 3)
    bernstein = certified_lower_bound(critic, x, y, 1.0, diameter, 0.9)
    assert bernstein.margin == pytest.approx(expected)
    assert bernstein.normalised == hoeffding.normalised == 4
    assert hoeffding.value == 4 - hoeffding.margin and bernstein.value == 0


@given(st.floats(0.5, 0.99), st.floats(0.001, 0.009), st.sampled_from(["bernstein", "hoeffding"]))
@settings(max_examples=20)
def test_more_confidence_costs_more(confidence, more, inequality):
    x, y = sample(500)
    low, high = (
        bound(x, y, confidence=c, inequality=inequality) for c in (confidence, confidence + more)
    )
    assert low.margin < high.margin and low.value >= high.value
    assert (low.confidence, high.confidence) == (confidence, confidence + more)


@BOTH
def test_a_critic_twice_as_steep_says_the_same(inequality):
    x, y = sample(300)
    twice = bound(x, y, lambda x: 2 * PAIR.potential(x), 2.0, inequality=inequality)
    once = bound(x, y, inequality=inequality)
    assert twice == pytest.approx(once)


def test_little_variance_makes_the_better_bound_of_bernstein():
    x, y = sample(4000)
    flat = lambda x: PAIR.potential(x) / 10  # noqa: E731
    careful, quick = (bound(x, y, flat, inequality=i).margin for i in ("hoeffding", "bernstein"))
    assert quick < 0.6 * careful


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"slope": 0.0}, "slope must be a finite number greater than 0"),
        ({"slope": math.inf}, "slope must be a finite number"),
        ({"diameter": math.inf}, "diameter must be a finite number"),
        ({"confidence": 1.0}, "confidence must be a finite number strictly between 0 and 1"),
        ({"inequality": "chernoff"}, "inequality must be one of"),
        ({"x": torch.ones(1, 2)}, "x must be at least 2 points, got 1"),
        ({"y": torch.full((3, 2), math.nan)}, "y must hold finite numbers"),
    ],
)
def test_bad_bounds_are_named(changes, word):
    x, y = sample(10)
    right = {"critic": PAIR.potential, "x": x, "y": y, "slope": 1.0, "diameter": PAIR.diameter}
    with pytest.raises(ValueError, match=word):
        certified_lower_bound(**right | changes)
