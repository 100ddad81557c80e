"""Metrics on samples whose quality is known."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib.distributions import gaussian_grid, gaussian_ring
from wgan_lib.metrics import SAMPLES, EstimateCheck, critic_estimate, estimate_check, mode_coverage

CROSS = torch.tensor([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])


def source(seed=0):
    return torch.Generator().manual_seed(seed)


# ------------------------------------------------------------------ modes


def test_modes_are_counted_on_samples_made_by_hand():
    samples = torch.tensor([[0.0, 1.0], [2.9, 0.0], [8.0, -2.0], [8.0, 3.5], [4.0, 4.0]])
    found = mode_coverage(samples, CROSS, std=1.0)
    assert (found.covered, found.total) == (2, 3)
    assert found.high_quality == 3 / 5
    assert found.counts.tolist() == [2, 1, 0]


def test_the_threshold_itself_is_still_near():
    samples = torch.tensor([[3.0, 0.0], [3.001, 0.0]])
    assert mode_coverage(samples, CROSS, std=1.0).high_quality == 0.5
    assert mode_coverage(samples, CROSS, std=1.0, threshold=2.0).high_quality == 0
    assert mode_coverage(samples, CROSS, std=0.75, threshold=4.0).high_quality == 0.5


def test_each_mode_may_have_its_own_std():
    samples = torch.tensor([[1.0, 0.0], [8.0, 1.0], [1.0, 8.0]])
    found = mode_coverage(samples, CROSS, std=torch.tensor([0.1, 1.0, 0.5]))
    assert found.counts.tolist() == [0, 1, 1]


@pytest.mark.parametrize("law", [gaussian_ring(), gaussian_grid()], ids=["ring", "grid"])
def test_a_perfect_sampler_covers_all_and_misses_only_the_tails(law):
    n = 40_000
    found = mode_coverage(law.sample(n, source()), law.modes, law.std)
    expected = 1 - math.exp(-4.5)
    assert found.covered == found.total == len(law.modes)
    assert abs(found.high_quality - expected) < 4 * math.sqrt(expected * (1 - expected) / n)
    share = n * expected / len(law.modes)
    assert (found.counts - share).abs().max() < 5 * math.sqrt(share)


def test_a_collapsed_sampler_covers_one_mode_with_high_quality():
    law = gaussian_ring()
    noise = torch.randn(SAMPLES, 2, generator=source())
    found = mode_coverage(law.modes[3] + 0.5 * law.std * noise, law.modes, law.std)
    assert found.covered == 1 and found.high_quality > 0.99
    assert found.counts.nonzero().flatten().tolist() == [3]


def test_a_sampler_between_the_modes_covers_none():
    law = gaussian_ring()
    found = mode_coverage(torch.zeros(100, 2), law.modes, law.std)
    assert (found.covered, found.high_quality) == (0, 0)


@settings(max_examples=20)
@given(st.integers(0, 50))
def test_the_order_of_samples_and_of_modes_does_not_matter(seed):
    law = gaussian_ring()
    samples = law.sample(300, source(seed)) * 1.01
    found = mode_coverage(samples, law.modes, law.std)
    order, turn = torch.randperm(300, generator=source(seed)), torch.randperm(8)
    again = mode_coverage(samples[order], law.modes[turn], law.std)
    assert again.high_quality == found.high_quality and again.covered == found.covered
    assert torch.equal(again.counts, found.counts[turn])


def test_where_the_origin_lies_does_not_matter():
    """Small distances between points of large norm are lost where they are got by products."""
    law = gaussian_ring()
    samples = law.sample(2000, source()).double()
    shifted = mode_coverage(samples + 1e6, law.modes + 1e6, law.std)
    assert shifted.high_quality == mode_coverage(samples, law.modes, law.std).high_quality


@pytest.mark.parametrize(
    ("samples", "modes", "std", "threshold", "word"),
    [
        (torch.full((3, 2), math.nan), CROSS, 1.0, 3.0, "samples must hold finite"),
        (torch.zeros(0, 2), CROSS, 1.0, 3.0, "samples must not be empty"),
        (torch.zeros(3), CROSS, 1.0, 3.0, "samples must have 2 dimensions"),
        (torch.zeros(3, 5), CROSS, 1.0, 3.0, "samples must have 2 columns"),
        (CROSS, torch.zeros(2), 1.0, 3.0, "modes must have 2 dimensions"),
        (CROSS, CROSS, -1.0, 3.0, "std must"),
        (CROSS, CROSS, math.nan, 3.0, "std must"),
        (CROSS, CROSS, torch.ones(2), 3.0, "std must"),
        (CROSS, CROSS, 1.0, 0.0, "threshold must"),
        (CROSS, CROSS, 1.0, math.nan, "threshold must"),
    ],
)
def test_bad_input_is_named(samples, modes, std, threshold, word):
    with pytest.raises(ValueError, match=word):
        mode_coverage(samples, modes, std, threshold)


# ------------------------------------------------------------------ the critic's estimate


@pytest.mark.parametrize("shift", [-3.0, 0.25, 7.0])
@pytest.mark.parametrize("slope", [1.0, 2.5])
def test_on_shifted_samples_a_straight_critic_is_exact_up_to_its_slope(shift, slope):
    fake = torch.randn(200, 1, dtype=torch.float64, generator=source())
    towards_real = math.copysign(slope, shift)
    check = estimate_check(lambda x: towards_real * x, fake + shift, fake)
    assert check.exact == pytest.approx(abs(shift))
    assert check.estimate == pytest.approx(slope * abs(shift))
    assert check.ratio == pytest.approx(slope)


def test_no_critic_of_slope_one_estimates_more_than_the_distance():
    real, fake = (torch.randn(n, 2, dtype=torch.float64, generator=source(n)) for n in (60, 90))
    for angle in torch.linspace(0, 6, 7, dtype=torch.float64):
        direction = torch.stack([angle.cos(), angle.sin()])
        check = estimate_check(lambda x, along=direction: x @ along, real, fake)
        assert check.estimate <= check.exact


def test_an_estimate_needs_no_graph_and_keeps_its_sign():
    critic = torch.nn.Linear(2, 1)
    real, fake = torch.ones(3, 2), torch.zeros(5, 2)
    expected = float(critic.weight.detach().sum())
    assert critic_estimate(critic, real, fake) == pytest.approx(expected, abs=1e-6)
    assert critic_estimate(critic, fake, real) == pytest.approx(-expected, abs=1e-6)
    assert critic.weight.grad is None


def test_between_equal_samples_there_is_no_ratio():
    assert math.isnan(EstimateCheck(0.0, 0.0).ratio)


def test_samples_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="x and y must"):
        estimate_check(lambda x: x.sum(1), torch.zeros(3, 2), torch.zeros(3, 1))
    with pytest.raises(ValueError, match="finite"):
        estimate_check(lambda x: x.sum(1), torch.zeros(3, 2), torch.full((3, 2), math.nan))
