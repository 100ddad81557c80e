"""Critics that cannot be steeper than 1, and which of them can be as steep as 1."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.gradients import gradient_norms
from wgan_lib.lipschitz.layers import GroupSort, lipschitz_mlp
from wgan_lib.training.critic_only import train_critic
from wgan_lib.training.objectives import WGANGP

DOUBLE = torch.float64


def points(n, *shape, seed=0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, *shape, dtype=DOUBLE, generator=source)


# ------------------------------------------------------------------ sorting


def test_pairs_are_sorted_and_nothing_is_lost():
    x = torch.tensor([[3.0, 5.0, 1.0, 7.0]])
    assert GroupSort(2)(x).tolist() == [[1.0, 5.0, 3.0, 7.0]]  # (3, 1) and (5, 7)
    assert GroupSort(4)(x).tolist() == [[1.0, 3.0, 5.0, 7.0]]


@given(st.integers(2, 4), st.integers(1, 4), st.integers(0, 99))
def test_each_group_keeps_its_numbers_in_rising_order(group_size, groups, seed):
    x = points(5, group_size * groups, seed=seed)
    before, after = (each.unflatten(1, (group_size, -1)) for each in (x, GroupSort(group_size)(x)))
    assert torch.equal(after, before.sort(1).values)


@given(st.integers(2, 4), st.integers(0, 99))
def test_sorting_never_steepens_and_keeps_the_length_of_gradients(group_size, seed):
    layer = GroupSort(group_size)
    x, y, w = (points(6, 12, seed=seed + k) for k in range(3))
    assert ((layer(x) - layer(y)).norm(dim=1) <= (x - y).norm(dim=1) + 1e-12).all()
    assert torch.allclose(gradient_norms(lambda x: (layer(x) * w).sum(1), x), w.norm(dim=1))


def test_channels_of_images_are_sorted_pixel_by_pixel():
    images = points(3, 4, 5, 6)
    one = GroupSort(2)(images)[:, :, 2, 3]
    assert torch.equal(one, GroupSort(2)(images[:, :, 2, 3]))


def test_gradients_of_sorting_agree_with_finite_differences():
    x = points(3, 6).requires_grad_()
    assert torch.autograd.gradcheck(GroupSort(3), (x,))
    assert torch.autograd.gradgradcheck(GroupSort(3), (x,))


@pytest.mark.parametrize("shape", [(4, 3), (4,)])
def test_groups_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match="x must be N×d×… with d a multiple of group_size = 2"):
        GroupSort(2)(torch.zeros(shape))


@pytest.mark.parametrize("size", [1, 0, 2.5, "two"])
def test_bad_group_sizes_are_named(size):
    with pytest.raises((ValueError, TypeError), match="group_size must be"):
        GroupSort(size)


# ------------------------------------------------------------------ networks


@pytest.mark.parametrize("activation", ["group_sort", "relu"])
@pytest.mark.parametrize("seed", range(3))
def test_orthogonal_critics_are_certified_at_1(activation, seed):
    torch.manual_seed(seed)
    critic = lipschitz_mlp([3, 16, 12, 1], activation=activation).double()
    assert upper_bound(critic) == pytest.approx(1, abs=1e-6)
    assert lower_bound(critic, points(30, 3, seed=seed)) <= 1 + 1e-6


@pytest.mark.parametrize("widths", [[4, 4, 1], [1, 6, 6], [2, 8, 4, 1]])
def test_weights_have_orthonormal_rows_or_columns_whatever_is_learned(widths):
    critic = lipschitz_mlp(widths).double()
    optimiser = torch.optim.SGD(critic.parameters(), lr=0.3)
    for step in range(5):
        critic(points(20, widths[0], seed=step)).square().mean().backward()
        optimiser.step()
    for weight in (layer.weight for layer in critic[::2]):
        values = torch.linalg.svdvals(weight)
        assert torch.allclose(values, torch.ones_like(values), atol=1e-6)


def test_sorting_with_square_orthogonal_weights_keeps_the_slope_at_1_everywhere():
    """The last layer is 1×d and the others square: nothing on the way down can shorten it."""
    torch.manual_seed(0)
    critic = lipschitz_mlp([4, 4, 4, 1]).double()
    norms = gradient_norms(critic, points(50, 4))
    assert torch.allclose(norms, torch.ones_like(norms), atol=1e-6)
    blunt = lipschitz_mlp([4, 4, 4, 1], activation="relu").double()
    assert gradient_norms(blunt, points(50, 4)).max() < 0.99


def test_spectral_norm_settles_at_1_from_above():
    torch.manual_seed(0)
    critic = lipschitz_mlp([2, 16, 16, 1], constraint="spectral", activation="relu").double()
    for _ in range(200):  # each forward pass in training mode is one step of the power iteration
        critic(points(1, 2))
    assert 1 <= upper_bound(critic.eval()) * (1 + 1e-9) < 1.001


def heaps(centre):
    return lambda n, generator=None, device=None: (
        centre * torch.ones(n, 1).mul_(1 - 2 * torch.randint(2, (n, 1), generator=generator))
    )


@pytest.mark.training
def test_a_sorting_critic_learns_the_absolute_value_and_a_relu_critic_does_not():
    """Points at ±2 against points at 0: W₁ = 2, by f(x) = |x| (Anil et al. 2019)."""
    estimate = {}
    for activation in ("group_sort", "relu"):
        torch.manual_seed(0)
        critic = lipschitz_mlp([1, 16, 16, 1], activation=activation)
        settings = {"steps": 150, "learning_rate": 0.02, "betas": (0.5, 0.9), "final_rate": 0.0}
        train_critic(critic, heaps(2.0), heaps(0.0), WGANGP(penalty=0), **settings)
        score = critic(torch.tensor([[-2.0], [2.0], [0.0]])).flatten()
        estimate[activation] = (score[:2].mean() - score[2]).item()
    assert estimate["group_sort"] == pytest.approx(2, abs=0.02)
    assert estimate["relu"] < 1.8


def test_a_copy_is_the_same_function_and_seeds_decide():
    torch.manual_seed(3)
    critic = lipschitz_mlp([2, 8, 1])
    x = points(5, 2).float()
    assert torch.equal(copy.deepcopy(critic)(x), critic(x))
    torch.manual_seed(3)
    assert torch.equal(lipschitz_mlp([2, 8, 1])(x), critic(x))


@pytest.mark.parametrize(
    ("widths", "options", "word"),
    [
        ([2], {}, "widths must name the input and the output"),
        ([2, 0, 1], {}, "widths must be an integer of at least 1"),
        ([2, math.inf, 1], {}, "widths must be"),
        ([2, 5, 1], {}, r"widths must have multiples of group_size = 2 .*, got \[5\]"),
        ([2, 6, 1], {"group_size": 4}, "multiples of group_size = 4"),
        ([2, 6, 1], {"group_size": 1}, "group_size must be"),
        ([2, 4, 1], {"constraint": "orthogonl"}, "did you mean 'orthogonal'"),
        ([2, 4, 1], {"activation": "sort"}, "activation must be one of"),
    ],
)
def test_bad_networks_are_named(widths, options, word):
    with pytest.raises((ValueError, TypeError), match=word):
        lipschitz_mlp(widths, **options)


def test_relu_asks_nothing_of_the_widths():
    assert isinstance(lipschitz_mlp([2, 5, 1], activation="relu"), nn.Sequential)
