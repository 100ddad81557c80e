"""Exact distances, held against three other implementations, against known answers and axioms."""

import math

import numpy as np
import ot
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from wgan_lib.transport import cost_matrix, wasserstein, wasserstein_1d

DOUBLE = torch.float64
numbers = st.floats(-50, 50)
lines = st.lists(numbers, min_size=1, max_size=9)
weighted = st.lists(st.tuples(numbers, st.floats(0, 5)), min_size=1, max_size=9).filter(
    lambda pairs: sum(weight for _, weight in pairs) > 1e-3
)


def vector(values):
    return torch.tensor(values, dtype=DOUBLE)


def columns(pairs):
    return [vector(column) for column in zip(*pairs, strict=True)]


def cloud(n, seed, dimensions=2, dtype=DOUBLE):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, dimensions, dtype=dtype, generator=source)


# ------------------------------------------------------------------ other implementations


@given(lines, lines)
def test_on_the_line_it_agrees_with_scipy_whatever_the_sizes(x, y):
    expected = stats.wasserstein_distance(x, y)
    assert wasserstein_1d(vector(x), vector(y)).item() == pytest.approx(expected, abs=1e-9)


@given(weighted, weighted)
def test_weights_agree_with_scipy(first, second):
    (x, p), (y, q) = columns(first), columns(second)
    expected = stats.wasserstein_distance(x, y, p, q)
    assert wasserstein_1d(x, y, p, q).item() == pytest.approx(expected, abs=1e-9)


@given(lines, lines)
def test_on_the_line_it_agrees_with_pot(x, y):
    expected = ot.wasserstein_1d(np.array(x), np.array(y), p=1)
    assert wasserstein_1d(vector(x), vector(y)).item() == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize(("n", "m", "dimensions"), [(30, 30, 2), (20, 31, 3), (1, 12, 5)])
def test_clouds_agree_with_pot(n, m, dimensions):
    x, y = cloud(n, 1, dimensions), cloud(m, 2, dimensions)
    expected = ot.emd2([], [], ot.dist(x.numpy(), y.numpy(), metric="euclidean"))
    assert wasserstein(x, y).item() == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_clouds_of_one_size_agree_with_the_best_assignment(seed):
    x, y = cloud(25, seed), cloud(25, seed + 100)
    cost = cost_matrix(x, y).numpy()
    expected = cost[optimize.linear_sum_assignment(cost)].mean()
    assert wasserstein(x, y).item() == pytest.approx(expected, rel=1e-9)


@given(lines, lines)
def test_a_line_is_a_cloud_of_one_dimension(x, y):
    on_the_line = wasserstein_1d(vector(x), vector(y)).item()
    assert wasserstein(vector(x)[:, None], vector(y)[:, None]).item() == pytest.approx(
        on_the_line, abs=1e-9
    )


# ------------------------------------------------------------------ known answers and axioms


@given(lines, numbers)
def test_a_shift_by_t_costs_t(x, t):
    x = vector(x)
    assert wasserstein_1d(x, x + t).item() == pytest.approx(abs(t), abs=1e-9)


@given(numbers, numbers)
def test_a_shifted_cloud_costs_the_length_of_the_shift(a, b):
    x = cloud(10, 0)
    moved = wasserstein(x, x + vector([a, b])).item()
    assert moved == pytest.approx(math.hypot(a, b), abs=1e-9)


@given(lines, lines, numbers)
def test_scaling_both_scales_the_distance(x, y, factor):
    x, y = vector(x), vector(y)
    scaled = wasserstein_1d(factor * x, factor * y).item()
    assert scaled == pytest.approx(abs(factor) * wasserstein_1d(x, y).item(), abs=1e-7)


@given(lines, lines, lines)
def test_it_is_a_metric(x, y, z):
    x, y, z = vector(x), vector(y), vector(z)
    assert wasserstein_1d(x, x).item() == pytest.approx(0, abs=1e-9)
    assert wasserstein_1d(x, y).item() == pytest.approx(wasserstein_1d(y, x).item(), abs=1e-9)
    direct = wasserstein_1d(x, z).item()
    assert direct <= wasserstein_1d(x, y).item() + wasserstein_1d(y, z).item() + 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_between_clouds_it_is_a_metric(seed):
    x, y, z = (cloud(n, seed + n) for n in (8, 11, 14))
    assert wasserstein(x, x).item() == pytest.approx(0, abs=1e-12)
    assert wasserstein(x, y).item() == pytest.approx(wasserstein(y, x).item())
    assert wasserstein(x, z) <= wasserstein(x, y) + wasserstein(y, z)


@given(weighted, st.floats(0.1, 100))
def test_weights_count_by_their_share(pairs, factor):
    (x, p), y = columns(pairs), vector([-1.0, 0.5, 7.0])
    once, scaled = wasserstein_1d(x, y, p), wasserstein_1d(x, y, factor * p)
    assert scaled.item() == pytest.approx(once.item(), abs=1e-9)


def test_a_weight_of_two_is_a_point_drawn_twice_and_zero_is_no_point():
    y = vector([0.3, 2.0])
    twice = wasserstein_1d(vector([0.0, 1.0, 1.0]), y)
    by_weight = wasserstein_1d(vector([-9.0, 0.0, 1.0, 9.0]), y, vector([0.0, 1.0, 2.0, 0.0]))
    assert by_weight.item() == pytest.approx(twice.item())


# ------------------------------------------------------------------ batches, dtypes, gradients


@pytest.mark.parametrize("m", [6, 9])
def test_a_batch_is_a_loop(m):
    x, y = cloud(15, 1, 6).reshape(3, 5, 6), cloud(15, 2, m).reshape(3, 5, m)
    p = cloud(15, 3, m).abs().reshape(3, 5, m)
    assert wasserstein_1d(x, y).shape == (3, 5)
    for i in range(3):
        for j in range(5):
            assert wasserstein_1d(x, y)[i, j] == wasserstein_1d(x[i, j], y[i, j])
            alone = wasserstein_1d(x[i, j], y[i, j], y_weights=p[i, j])
            assert torch.allclose(wasserstein_1d(x, y, y_weights=p)[i, j], alone, rtol=1e-12)


@pytest.mark.parametrize("m", [4, 5])
def test_single_and_double_precision_meet_in_double(m):
    x, y = cloud(1, 1, 4)[0], cloud(1, 2, m)[0]
    mixed = wasserstein_1d(x.float(), y)
    assert mixed.dtype == DOUBLE and mixed.item() == pytest.approx(
        wasserstein_1d(x, y).item(), abs=1e-6
    )
    assert wasserstein_1d(x.float(), y.float()).dtype == torch.float32
    assert wasserstein_1d([0, 1], [2, 3]).item() == 2


def test_many_points_in_single_precision_lose_little():
    source = torch.Generator().manual_seed(0)
    x, y = (torch.randn(n, generator=source) for n in (20_000, 30_001))
    expected = stats.wasserstein_distance(x.double(), y.double())
    assert wasserstein_1d(x, y).item() == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("m", [5, 7])
def test_gradients_on_the_line_agree_with_finite_differences(m):
    x, y = cloud(2, 1, 5).requires_grad_(), cloud(2, 2, m).requires_grad_()
    assert torch.autograd.gradcheck(wasserstein_1d, (x, y))
    p = (cloud(2, 3, 5).abs() + 0.1).requires_grad_()
    assert torch.autograd.gradcheck(lambda *inputs: wasserstein_1d(inputs[0], y, inputs[1]), (x, p))


def test_gradients_between_clouds_agree_with_finite_differences():
    x, y = cloud(5, 1, 3).requires_grad_(), cloud(6, 2, 3).requires_grad_()
    assert torch.autograd.gradcheck(wasserstein, (x, y))


def test_where_clouds_meet_the_gradient_is_finite():
    x = cloud(6, 1).requires_grad_()
    gradient = torch.autograd.grad(wasserstein(x, x.detach().clone()), x)[0]
    assert gradient.isfinite().all()


def test_images_are_points_whatever_their_shape():
    x, y = cloud(6, 1, 12), cloud(6, 2, 12)
    assert wasserstein(x.reshape(6, 3, 2, 2), y) == wasserstein(x, y)
    assert wasserstein(x[:, 0], y[:, 0]) == wasserstein(x[:, :1], y[:, :1])


def test_near_points_far_from_the_origin_keep_their_distance():
    x = cloud(30, 1, dtype=torch.float32) * 1e-3
    far = x + 1000.0
    expected = (far.double() - far.double().roll(1, 0)).norm(dim=1)
    assert torch.allclose(cost_matrix(far, far.roll(1, 0)).diagonal(), expected, rtol=1e-9)


# ------------------------------------------------------------------ bad input

GOOD = [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("x", "y", "p", "word"),
    [
        ([math.nan, 1.0], GOOD, None, "x must hold finite"),
        (GOOD, [math.inf], None, "y must hold finite"),
        ([], GOOD, None, "x must not be empty"),
        (GOOD, 1.0, None, "x and y must"),
        (1.0, GOOD, None, "x and y must"),
        ([GOOD, GOOD], GOOD, None, "x and y must"),
        ([GOOD, GOOD], [[0.0]], None, "x and y must"),
        (GOOD, GOOD, [1.0, -1.0, 1.0], "x_weights must"),
        (GOOD, GOOD, [0.0, 0.0, 0.0], "x_weights must"),
        (GOOD, GOOD, [1.0, 1.0], "x_weights must"),
        (GOOD, GOOD, [1.0, math.nan, 1.0], "x_weights must hold finite"),
        (GOOD, "abc", None, "y must be a tensor"),
    ],
)
def test_bad_samples_on_the_line_are_named(x, y, p, word):
    with pytest.raises((ValueError, TypeError), match=word):
        wasserstein_1d(x, y, p)


@pytest.mark.parametrize(
    ("x", "y", "word"),
    [
        (torch.zeros(4, 2), torch.zeros(4, 3), "x and y must"),
        (torch.zeros(0, 2), torch.zeros(4, 2), "x must not be empty"),
        (torch.zeros(4, 2), torch.full((4, 2), math.nan), "y must hold finite"),
        (torch.tensor(1.0), torch.zeros(4, 1), "x must"),
    ],
)
def test_bad_clouds_are_named(x, y, word):
    with pytest.raises(ValueError, match=word):
        wasserstein(x, y)
