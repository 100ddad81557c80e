"""Ways to hold a matrix: whatever the weights, no singular value exceeds 1."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.constraints import (
    CONSTRAINTS,
    AlmostOrthogonal,
    BjorckOrthogonal,
    bjorck,
)
from wgan_lib.lipschitz.layers import lipschitz_mlp

DOUBLE = torch.float64
SIDES = st.integers(1, 9)
ORTHOGONAL = ["orthogonal", "householder", "matrix_exp", "bjorck"]


def matrix(rows, columns, seed, spread=1.0):
    """Entries of very different sizes, or all alike, or rows that depend on each other."""
    source = torch.Generator().manual_seed(seed)
    entries = torch.randn(rows, columns, dtype=DOUBLE, generator=source)
    sizes = torch.randn(rows, columns, dtype=DOUBLE, generator=source)
    weight = entries * (spread * sizes).exp()
    if seed % 3 == 0:
        weight[-1] = weight[0]
    return weight


# ------------------------------------------------------------------ one matrix


@given(SIDES, SIDES, st.integers(0, 999), st.sampled_from([0.0, 1.0, 4.0]))
@settings(max_examples=40)
def test_aol_never_exceeds_1_and_has_the_scale_of_the_paper(rows, columns, seed, spread):
    weight = matrix(rows, columns, seed, spread)
    held = AlmostOrthogonal()(weight)
    assert torch.linalg.matrix_norm(held, 2) <= 1 + 1e-12
    gram = weight.T @ weight
    for i in range(columns):
        scale = sum(abs(gram[i, j].item()) for j in range(columns)) ** -0.5
        assert torch.allclose(held[:, i], weight[:, i] * scale)


@given(SIDES, SIDES, st.integers(0, 999), st.integers(1, 8), st.integers(1, 3))
@settings(max_examples=40)
def test_iterating_never_exceeds_1_however_little_it_has_settled(
    rows, columns, seed, iterations, order
):
    held = BjorckOrthogonal(iterations, order)(matrix(rows, columns, seed, spread=2.0))
    assert torch.linalg.matrix_norm(held, 2) <= 1 + 1e-12


@pytest.mark.parametrize(("iterations", "order"), [(40, 1), (25, 2), (20, 3)])
@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (2, 6), (1, 4)])
def test_iterating_ends_at_the_nearest_orthogonal_matrix(shape, iterations, order):
    """The polar factor UVᵀ of the singular value decomposition."""
    weight = matrix(*shape, seed=1, spread=0.3)
    left, _, right = torch.linalg.svd(weight, full_matrices=False)
    assert torch.allclose(BjorckOrthogonal(iterations, order)(weight), left @ right, atol=1e-6)


def test_one_iteration_is_the_series_as_far_as_its_order():
    """(1 − e)^(−1/2) = 1 + e/2 + 3e²/8 + 5e³/16 + …; here e = 1 − ½²."""
    series = [1, 1 / 2 * 0.75, 3 / 8 * 0.75**2, 5 / 16 * 0.75**3]
    weight = torch.tensor([[1.0, 0.0], [0.0, 0.5]], dtype=DOUBLE)
    for order in (1, 2, 3):
        small = BjorckOrthogonal(1, order)(weight)[1, 1].item()
        assert small == pytest.approx(0.5 * sum(series[: order + 1]))


def test_orthogonal_matrices_stay_as_they_are():
    weight = torch.linalg.qr(matrix(6, 4, seed=1, spread=0.0)).Q
    assert torch.allclose(AlmostOrthogonal()(weight), weight)
    assert torch.allclose(BjorckOrthogonal(25)(weight), weight)


@pytest.mark.parametrize("held", [AlmostOrthogonal(), BjorckOrthogonal()])
def test_a_column_of_zeros_stays_one_and_has_finite_gradients(held):
    weight = matrix(4, 3, seed=1)
    weight[:, 1] = 0
    weight.requires_grad_()
    result = held(weight)
    result.square().sum().backward()
    assert result.isfinite().all() and weight.grad.isfinite().all()
    assert not held(torch.zeros(3, 2)).any()


# ------------------------------------------------------------------ layers and networks


@pytest.mark.parametrize("constraint", [*CONSTRAINTS, "sll"])
@pytest.mark.parametrize("seed", range(2))
def test_a_network_that_learns_stays_below_its_certificate(constraint, seed):
    torch.manual_seed(seed)
    critic = lipschitz_mlp([3, 8, 8, 1], constraint=constraint).double()
    optimiser = torch.optim.SGD(critic.parameters(), lr=0.5)
    x = matrix(30, 3, seed)
    for _ in range(8):
        optimiser.zero_grad()
        (critic(x[:15]).mean() - critic(x[15:]).mean()).backward()
        optimiser.step()
    bound = upper_bound(critic.eval())
    assert lower_bound(critic, x) <= bound * (1 + 1e-9)
    if constraint != "spectral":  # whose power iteration has yet to settle
        assert bound <= 1 + 1e-6


@pytest.mark.parametrize("constraint", ORTHOGONAL)
@pytest.mark.parametrize("activation", ["group_sort", "full_sort"])
def test_orthogonal_square_matrices_and_sorting_keep_the_slope_at_1(constraint, activation):
    torch.manual_seed(0)
    critic = lipschitz_mlp([4, 4, 4, 1], constraint=constraint, activation=activation).double()
    x = matrix(20, 4, seed=1).requires_grad_()
    norms = torch.autograd.grad(critic(x).sum(), x)[0].norm(dim=1)
    assert torch.allclose(norms, torch.ones_like(norms), atol=1e-5)


def test_a_constraint_may_be_a_function_of_ones_own():
    hurried = lipschitz_mlp([2, 6, 1], constraint=partial(bjorck, iterations=1)).double()
    assert hurried[0].parametrizations.weight[0].iterations == 1
    assert upper_bound(hurried) < 0.99
    assert upper_bound(lipschitz_mlp([2, 6, 1], constraint="bjorck")) == pytest.approx(1, abs=1e-3)


def test_the_certificate_reads_the_matrix_and_trusts_no_name():
    broken = lipschitz_mlp([2, 4, 1], constraint=lambda layer: layer)
    nn.init.constant_(broken[0].weight, 3.0)
    assert upper_bound(broken) > 3


@given(st.sampled_from(["aol", "bjorck", "orthogonal"]), st.integers(0, 99))
@settings(max_examples=15)
def test_the_bound_is_the_product_of_the_exact_singular_values(constraint, seed):
    torch.manual_seed(seed)
    critic = lipschitz_mlp([3, 6, 4, 1], constraint=constraint).double()
    values = [torch.linalg.svdvals(layer.weight)[0].item() for layer in critic[::2]]
    assert upper_bound(critic) == pytest.approx(values[0] * values[1] * values[2])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"constraint": "bjork"}, "did you mean 'bjorck'"),
        ({"constraint": "sll", "activation": "relu"}, "activation must be None with constraint"),
        ({"constraint": partial(bjorck, order=0)}, "order must be an integer of at least 1"),
        ({"constraint": partial(bjorck, iterations=0)}, "iterations must be an integer of at"),
        ({"constraint": 3}, "constraint must be one of"),
    ],
)
def test_bad_constraints_are_named(options, word):
    with pytest.raises((ValueError, TypeError), match=word):
        lipschitz_mlp([2, 4, 1], **options)
