"""The toy laws: the papers' constants, densities against torch.distributions, seeded draws."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from wgan_lib import distributions as laws

RANDOM_LAWS = [
    laws.gaussian(0.0),
    laws.gaussian([1.0, 2.0, 3.0], 0.5),
    laws.mixture([-1.0, 3.0], [0.5, 2.0], [1.0, 3.0]),
    laws.parallel_lines(0.5),
    laws.gaussian_ring(),
    laws.gaussian_grid(),
    laws.swiss_roll(),
]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("law", RANDOM_LAWS, ids=lambda law: type(law).__name__)
def test_draws_follow_the_seed_and_only_the_seed(law):
    torch.manual_seed(1)
    first = law.sample(100, seeded())
    torch.manual_seed(2)
    assert torch.equal(first, law.sample(100, seeded()))
    assert not torch.equal(first, law.sample(100, seeded(1)))
    assert first.shape[0] == 100 and first.dtype == torch.get_default_dtype()


def test_ring_has_the_constants_of_the_paper():
    ring = laws.gaussian_ring()
    assert ring.modes.shape == (8, 2)
    assert ring.std == pytest.approx(0.02 / 1.414)
    assert ring.modes.norm(dim=1).tolist() == pytest.approx([2 / 1.414] * 8)
    assert ring.modes.sum(0).abs().max() < 1e-12


def test_grid_has_the_constants_of_the_paper():
    grid = laws.gaussian_grid()
    assert grid.modes.shape == (25, 2) and grid.std == pytest.approx(0.05 / 2.828)
    ticks = [tick / 2.828 for tick in (-4, -2, 0, 2, 4)]
    assert sorted(set(grid.modes[:, 0].tolist())) == pytest.approx(ticks)


def test_swiss_roll_without_noise_is_the_spiral():
    points = laws.SwissRoll(noise=0.0).sample(1000, seeded()) * laws.ROLL_SCALE
    radius, angle = points.norm(dim=1), torch.atan2(points[:, 1], points[:, 0])
    turns = (radius - angle) / (2 * math.pi)
    assert torch.allclose(turns, turns.round(), atol=1e-4)
    assert 1.5 * math.pi <= radius.min() and radius.max() <= 4.5 * math.pi + 1e-4


def test_parallel_line_stands_at_theta():
    points = laws.parallel_lines(-0.25).sample(500, seeded())
    assert (points[:, 0] == -0.25).all()
    assert points[:, 1].min() >= 0 and points[:, 1].max() <= 1


def test_samples_have_the_moments_of_the_mixture():
    law = laws.mixture([-1.0, 3.0], [0.5, 2.0], [1.0, 3.0])
    points = law.sample(200_000, seeded()).double()
    assert points.mean().item() == pytest.approx(2.0, abs=0.02)
    variance = 0.25 * (0.25 + 9) + 0.75 * (4 + 1)
    assert points.var().item() == pytest.approx(variance, rel=0.02)


def test_density_agrees_with_torch():
    modes = torch.tensor([[0.0, 1.0], [2.0, -1.0], [3.0, 3.0]], dtype=torch.float64)
    stds = torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)
    weights = torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    components = Independent(Normal(modes, stds[:, None].expand(3, 2)), 1)
    reference = MixtureSameFamily(Categorical(weights), components)
    points = torch.randn(50, 2, dtype=torch.float64, generator=seeded())
    law = laws.mixture(modes, stds, weights)
    assert torch.allclose(law.log_prob(points), reference.log_prob(points), atol=1e-12)


def test_score_of_a_gaussian_is_minus_the_deviation():
    points = torch.linspace(-3, 3, 7, dtype=torch.float64)[:, None].requires_grad_()
    laws.gaussian(1.0, 2.0).log_prob(points).sum().backward()
    assert torch.allclose(points.grad, -(points.detach() - 1) / 4)


def test_modes_are_moved_to_a_device_once():
    ring = laws.gaussian_ring()
    source = torch.Generator()
    assert ring.sample(4, source, "meta").device.type == "meta"
    kept = ring._resident["meta"]
    ring.sample(4, source, "meta")
    assert ring._resident["meta"] is kept


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: laws.gaussian(0.0, 0.0), "std"),
        (lambda: laws.gaussian(float("nan")), "mean"),
        (lambda: laws.mixture([0.0, 1.0], 1.0, [1.0, -1.0]), "weights"),
        (lambda: laws.mixture([0.0, 1.0], [1.0, 1.0, 1.0]), "stds"),
        (lambda: laws.mixture([], 1.0), "means"),
        (lambda: laws.parallel_lines(math.inf), "theta"),
        (lambda: laws.gaussian_ring().sample(0), "n must be"),
        (lambda: laws.swiss_roll().sample(2.5), "n must be"),
    ],
)
def test_bad_input_is_named(call, word):
    with pytest.raises((ValueError, TypeError), match=word):
        call()


@given(st.floats(-5, 5), st.floats(0.1, 3))
def test_density_on_a_fine_grid_sums_to_one(mean, std):
    grid = torch.linspace(mean - 10 * std, mean + 10 * std, 2001, dtype=torch.float64)
    density = laws.gaussian(mean, std).log_prob(grid[:, None]).exp()
    assert torch.trapezoid(density, grid).item() == pytest.approx(1.0, abs=1e-9)
