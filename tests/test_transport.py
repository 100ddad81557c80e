"""Exact distances, held against three other implementations, against known answers and axioms."""

import math

import numpy as np
import ot
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from wgan_lib.transport import (
    cost_matrix,
    optimal_plan,
    sliced_wasserstein,
    wasserstein,
    wasserstein_1d,
)

# A warning here would be a number that nobody can trust.
pytestmark = pytest.mark.filterwarnings("error")

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


@st.composite
def transport_problems(draw):
    """Two piles, with empty places among them, and prices that may be negative or tie."""
    sizes = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    masses = st.floats(0, 1) | st.sampled_from([0.0, 0.0, 1e-300, 1e-17])
    piles = [
        np.array(
            draw(st.lists(masses, min_size=n, max_size=n).filter(lambda each: sum(each) > 1e-3))
        )
        for n in sizes
    ]
    n = math.prod(sizes)
    prices = draw(st.lists(st.floats(-9, 9) | st.integers(0, 2), min_size=n, max_size=n))
    cost = np.array(prices, float).reshape(sizes) * draw(st.sampled_from([1.0, 1e-30, 1e30]))
    return *(pile / pile.sum() for pile in piles), cost


def by_linear_program(p, q, cost):
    """The cost of the cheapest plan, by another solver and another formulation."""
    n, m = cost.shape
    rows, columns = np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))
    scale = np.abs(cost).max() or 1.0
    margins = {"A_eq": np.vstack([rows, columns]), "b_eq": np.concatenate([p, q])}
    return optimize.linprog(cost.ravel() / scale, **margins).fun * scale


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


@given(weighted, weighted)
def test_a_line_is_a_cloud_of_one_dimension(first, second):
    (x, p), (y, q) = columns(first), columns(second)
    for weights in ((), (p, q), (p,)):
        on_the_line = wasserstein_1d(x, y, *weights).item()
        assert wasserstein(x, y, *weights).item() == pytest.approx(on_the_line, abs=1e-9)


@given(transport_problems())
def test_plans_agree_with_a_linear_program(problem):
    p, q, cost = problem
    plan, total, _ = optimal_plan(p, q, cost)
    scale = np.abs(cost).max()
    # SciPy's solver takes margins that are off by 1e-7 for kept.
    assert total.item() == pytest.approx(by_linear_program(p, q, cost), abs=1e-6 * scale)
    assert (plan * torch.as_tensor(cost)).sum().item() == pytest.approx(total.item())
    assert (plan >= 0).all()
    np.testing.assert_allclose(plan.sum(1), p, atol=1e-12)
    np.testing.assert_allclose(plan.sum(0), q, atol=1e-12)


def test_weighted_clouds_agree_with_pot():
    x, y, p, q = cloud(9, 1), cloud(13, 2), cloud(9, 3, 1).abs()[:, 0], cloud(13, 4, 1).abs()[:, 0]
    shares, prices = ((each / each.sum()).numpy() for each in (p, q)), cost_matrix(x, y).numpy()
    assert wasserstein(x, y, p, q).item() == pytest.approx(ot.emd2(*shares, prices), rel=1e-9)


# ------------------------------------------------------------------ potentials


@given(transport_problems())
def test_potentials_are_feasible_everywhere_and_tight_where_earth_moves(problem):
    p, q, cost = (torch.as_tensor(each) for each in problem)
    plan, total, (u, v) = optimal_plan(p, q, cost)
    scale = cost.abs().max().item()
    slack = cost - u[:, None] - v
    assert slack.min() >= -1e-12 * scale
    assert (plan * slack).sum() <= 1e-9 * scale
    assert (p @ u + q @ v).item() == pytest.approx(total.item(), abs=1e-9 * scale)
    assert (p @ u).item() == pytest.approx(0, abs=1e-12 * scale)


@pytest.mark.parametrize("seed", range(3))
def test_between_laws_on_the_same_points_one_potential_is_minus_the_other(seed):
    points = cloud(12, seed)
    p, q = (torch.softmax(4 * cloud(12, seed + n, 1)[:, 0], 0) for n in (10, 20))
    p[:3], q[3:6] = 0, 0  # a place without mass has a potential as well
    cost = cost_matrix(points, points)
    u, v = optimal_plan(p / p.sum(), q / q.sum(), cost).potentials
    assert torch.allclose(u + v, (u + v).mean().expand(12))
    assert ((u[:, None] - u).abs() <= cost + 1e-12).all()


def test_on_the_line_the_potential_is_the_one_that_slopes_down_towards_q():
    places = torch.arange(4.0, dtype=DOUBLE)
    cost = (places[:, None] - places).abs()
    u, v = optimal_plan([0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5], cost).potentials
    assert u.tolist() == pytest.approx([0.5, -0.5, -1.5, -2.5])
    assert v.tolist() == pytest.approx([-0.5, 0.5, 1.5, 2.5])


# ------------------------------------------------------------------ a solver that fails


def failing_solver(monkeypatch, change):
    honest = ot.emd

    def emd(p, q, cost, **options):
        plan, log = honest(p, q, cost, **options)
        change(plan, log)
        return plan, log

    monkeypatch.setattr(ot, "emd", emd)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda plan, log: log.update(warning="numItermax reached"), "numItermax reached"),
        (lambda plan, log: plan.__imul__(0.999), "margins off by 0.00075"),
        (lambda plan, log: plan.__setitem__(slice(None), [0.125, 0.375]), "duality gap 0.25"),
        (lambda plan, log: log["u"].__iadd__([0.0, 0.5]), "duality gap 0.12"),
        (lambda plan, log: plan.fill(math.nan), "margins off by nan"),
    ],
)
def test_a_plan_is_not_returned_unless_its_optimality_is_certain(monkeypatch, change, message):
    problem = [0.5, 0.5], [0.25, 0.75], [[0.0, 1.0], [1.0, 0.0]]
    assert optimal_plan(*problem).cost == 0.25
    failing_solver(monkeypatch, change)
    with pytest.raises(RuntimeError, match=message):
        optimal_plan(*problem)


def test_what_the_solver_says_about_empty_places_does_not_matter(monkeypatch):
    problem = (
        [0.5, 0.5, 0.0],
        [0.25, 0.75, 0.0],
        [[0.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 0.0]],
    )
    honest = optimal_plan(*problem)
    failing_solver(monkeypatch, lambda plan, log: log["u"].__setitem__(2, 100.0))
    told = optimal_plan(*problem)
    for ours, expected in zip(told.potentials, honest.potentials, strict=True):
        assert torch.allclose(ours, expected)


@pytest.mark.parametrize("far", [1e8, 1e10, 1e12, 1e14, 1e100])
@pytest.mark.parametrize("both", [True, False])
def test_a_far_point_on_each_side_hides_nothing(far, both):
    """Far points that are near each other weigh as little as any; a single one weighs it all."""
    x, y = cloud(60, 1), cloud(60, 2) + 1
    x[0] = torch.tensor([0.5, far], dtype=DOUBLE)
    y[0] = torch.tensor([0.7, far], dtype=DOUBLE) if both else y[0]
    cost = cost_matrix(x, y)
    expected = cost.numpy()[optimize.linear_sum_assignment(cost.numpy())].mean()
    assert wasserstein(x, y).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("shift", [0.0, 1e-15, 1e-9])
def test_clouds_that_all_but_meet_are_no_less_certain(shift):
    x = cloud(40, 1)
    y = x + shift * torch.tensor([1.0, 0.0])
    expected = (y - x).norm(dim=1).mean().item()
    assert wasserstein(x, y).item() == pytest.approx(expected, rel=1e-6, abs=0)


def test_a_plan_that_is_dear_beside_its_own_cost_is_an_error(monkeypatch):
    """Two near points swapped: a millionth of the highest cost, and as much as the plan's own."""
    far, near = torch.tensor([[0.0], [1e-8], [1.0]]), torch.tensor([[1e-8], [0.0], [1.0]])
    solve = ot.emd

    def swapped(*arguments, **options):
        _, log = solve(*arguments, **options)
        return np.diag([1 / 3] * 3), log

    monkeypatch.setattr(ot, "emd", swapped)
    with pytest.raises(RuntimeError, match="not certain to be optimal"):
        wasserstein(far, near)


def test_too_few_pivots_are_an_error_and_no_warning(monkeypatch):
    monkeypatch.setattr("wgan_lib.transport.PIVOTS", 3)
    with pytest.raises(RuntimeError, match="no optimal plan was found"):
        wasserstein(cloud(30, 1), cloud(30, 2))


# ------------------------------------------------------------------ sliced


def test_on_the_line_every_slice_is_the_whole():
    x, y = cloud(9, 1, 1), cloud(12, 2, 1)
    assert sliced_wasserstein(x, y, 3).item() == pytest.approx(wasserstein(x, y).item())
    assert sliced_wasserstein(x[:, 0], y[:, 0], 1).item() == pytest.approx(wasserstein(x, y).item())


@pytest.mark.parametrize("dimensions", [2, 3, 10])
def test_a_shift_casts_the_mean_shadow_of_a_unit_vector(dimensions):
    x, source = cloud(5, 0, dimensions), torch.Generator().manual_seed(0)
    shift = torch.full((dimensions,), 2.0, dtype=DOUBLE)
    shadow = math.gamma(dimensions / 2) / (math.sqrt(math.pi) * math.gamma((dimensions + 1) / 2))
    measured = sliced_wasserstein(x, x + shift, 20_000, source).item()
    assert measured == pytest.approx(shadow * shift.norm().item(), rel=0.02)


@given(st.integers(0, 50), st.integers(1, 12), st.integers(1, 12), st.integers(1, 4))
def test_no_slice_is_longer_than_the_whole(seed, n, m, dimensions):
    x, y = cloud(n, seed, dimensions), cloud(m, seed + 100, dimensions)
    assert sliced_wasserstein(x, y, 20) <= wasserstein(x, y) + 1e-12


def test_slices_are_a_function_of_the_generator():
    x, y = cloud(9, 1, 3), cloud(12, 2, 3)
    first, again, other = (
        sliced_wasserstein(x, y, 5, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_a_slice_is_the_distance_of_the_projections():
    x, y = cloud(9, 1, 3), cloud(12, 2, 3)
    line = torch.randn(1, 3, generator=torch.Generator().manual_seed(4), dtype=DOUBLE)
    line = line[0] / line.norm()
    sliced = sliced_wasserstein(x, y, 1, torch.Generator().manual_seed(4))
    assert sliced.item() == pytest.approx(wasserstein_1d(x @ line, y @ line).item())


def test_slices_differentiate_and_keep_the_dtype():
    x, y = cloud(4, 1, 3).requires_grad_(), cloud(5, 2, 3).requires_grad_()
    fixed = lambda a, b: sliced_wasserstein(a, b, 7, torch.Generator().manual_seed(0))  # noqa: E731
    assert torch.autograd.gradcheck(fixed, (x, y))
    assert sliced_wasserstein(x.float(), y.float()).dtype == torch.float32


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
    p, q = ((cloud(n, 3, 1)[:, 0].abs() + 0.1).requires_grad_() for n in (5, 6))
    assert torch.autograd.gradcheck(wasserstein, (x, y, p, q))


def test_the_gradient_of_a_plan_is_the_plan_for_prices_and_the_potentials_for_masses():
    cost = cloud(4, 1, 3).requires_grad_()
    p, q = (torch.softmax(cloud(n, 2, 1)[:, 0], 0).requires_grad_() for n in (4, 3))
    found = optimal_plan(p, q, cost)
    gradients = torch.autograd.grad(found.cost, (cost, p, q))
    assert torch.allclose(gradients[0], found.plan)
    u, v = found.potentials
    # Piles are divided by their sums, so that a constant in the gradient has no meaning.
    assert torch.allclose(gradients[1], u) and torch.allclose(gradients[2], v - q @ v)


def test_tables_learn_through_their_logits():
    logits, q = cloud(1, 1, 5)[0].requires_grad_(), torch.softmax(cloud(1, 2, 5)[0], 0)
    places = torch.arange(5.0, dtype=DOUBLE)
    cost = (places[:, None] - places).abs()
    distance = lambda raw: optimal_plan(torch.softmax(raw, 0), q, cost).cost  # noqa: E731
    assert torch.autograd.gradcheck(distance, logits)


# ------------------------------------------------------------------ two ways to sort


@pytest.mark.parametrize("m", [40, 50])
def test_torch_sorts_where_numpy_cannot_and_finds_the_same(m, monkeypatch):
    x, y = cloud(3, 1, 40).requires_grad_(), cloud(3, 2, m)
    ours = wasserstein_1d(x, y)
    gradient = torch.autograd.grad(ours.sum(), x)[0]
    assert torch.equal(wasserstein_1d(x.detach(), y), ours)
    transformed = torch.func.grad(lambda points: wasserstein_1d(points, y).sum())(x.detach())
    assert torch.allclose(transformed, gradient)
    monkeypatch.setattr("wgan_lib.transport._array", lambda points: None)
    assert torch.allclose(wasserstein_1d(x, y), ours, rtol=1e-12)
    assert torch.allclose(torch.autograd.grad(wasserstein_1d(x, y).sum(), x)[0], gradient)


def test_half_precision_is_sorted_too():
    x, y = cloud(1, 1, 50)[0], cloud(1, 2, 50)[0]
    for dtype in (torch.bfloat16, torch.float16):
        measured = wasserstein_1d(x.to(dtype), y.to(dtype))
        assert measured.dtype == dtype
        assert measured.item() == pytest.approx(wasserstein_1d(x, y).item(), rel=0.02)


def test_a_mass_shared_far_away_weighs_nothing_in_the_distance():
    x, y = [0.0, 0.0, 1e6], [0.0, 1e-3, 0.0, 1e-3, 1e6, 1e6]
    assert wasserstein_1d(x, y).item() == pytest.approx(1e-3 / 3, rel=1e-6)


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
CLOUD = [[0.0, 1.0], [2.0, 3.0], [1.0, 1.0]]
CALLS = {
    wasserstein_1d: {"x": GOOD, "y": GOOD, "x_weights": GOOD, "y_weights": GOOD},
    wasserstein: {"x": CLOUD, "y": CLOUD, "x_weights": GOOD, "y_weights": GOOD},
    cost_matrix: {"x": CLOUD, "y": CLOUD},
    optimal_plan: {"p": [0.2, 0.3, 0.5], "q": [1.0, 0.0, 0.0], "cost": [GOOD, GOOD, GOOD]},
    sliced_wasserstein: {"x": CLOUD, "y": CLOUD},
}
ARGUMENTS = [(call, name) for call, good in CALLS.items() for name in good]
NAMES = [f"{call.__name__}-{name}" for call, name in ARGUMENTS]
rubbish = st.one_of(
    st.sampled_from(["abc", None, {}, [], [[]], 1j, [1j, 2j], [[1.0], [1.0, 2.0]], object()]),
    st.sampled_from([0.5, torch.zeros(0, 3), torch.zeros(2, 2, 2, 2), np.array("abc")]),
    st.lists(st.sampled_from([math.nan, math.inf, -math.inf, 1.0]), min_size=1, max_size=4).filter(
        lambda values: not all(map(math.isfinite, values))
    ),
)


def rejected(call, name, value):
    given_ = {**CALLS[call], name: value}
    with pytest.raises((ValueError, TypeError)) as refusal:
        call(**given_)
    assert str(refusal.value).startswith((f"{name} must", "x and y must")), str(refusal.value)


@pytest.mark.parametrize(("call", "name"), ARGUMENTS, ids=NAMES)
@given(value=rubbish)
def test_rubbish_is_refused_by_name(call, name, value):
    if value is None and name.endswith("weights"):
        return
    rejected(call, name, value)


@given(weights=st.lists(st.floats(-2, 2), min_size=1, max_size=5))
def test_weights_that_are_none_are_refused(weights):
    if len(weights) == 3 and min(weights) >= 0 and sum(weights) > 0:
        return
    for call in (wasserstein_1d, wasserstein):
        rejected(call, "x_weights", weights)
        rejected(call, "y_weights", weights)


@given(
    pile=st.lists(st.floats(-1, 2), min_size=1, max_size=5),
    excess=st.floats(1e-5, 1) | st.floats(-0.9, -1e-5),
)
def test_piles_that_are_none_are_refused(pile, excess):
    for name in ("p", "q"):
        if len(pile) != 3 or min(pile) < 0 or abs(sum(pile) - 1) > 1e-5:
            rejected(optimal_plan, name, pile)
        rejected(optimal_plan, name, [0.2, 0.3, 0.5 * (1 + excess)])


def test_a_pile_in_single_precision_may_be_off_by_what_single_precision_is_off():
    pile = torch.tensor([0.2, 0.3, 0.5001])
    plan = optimal_plan(pile, [0.0, 0.0, 1.0], [GOOD, GOOD, GOOD]).plan
    assert plan.sum().item() == pytest.approx(1) and plan.dtype == DOUBLE
    rejected(optimal_plan, "p", pile.double())


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (GOOD, 1.0),
        (1.0, GOOD),
        ([GOOD, GOOD], GOOD),
        ([GOOD, GOOD], [[0.0]]),
        (torch.zeros(2, 1, 3), torch.zeros(1, 2, 3)),
    ],
)
def test_batches_that_do_not_fit_are_named(x, y):
    with pytest.raises(ValueError, match="x and y must be …×n and …×m"):
        wasserstein_1d(x, y)


@pytest.mark.parametrize("call", [cost_matrix, wasserstein, sliced_wasserstein])
def test_clouds_of_other_dimensions_are_named(call):
    with pytest.raises(ValueError, match="as many dimensions, got 2 and 3"):
        call(torch.zeros(4, 2), torch.zeros(4, 3))
    with pytest.raises(ValueError, match="y must be a cloud of points"):
        call(torch.zeros(4, 1), torch.tensor(1.0))


@pytest.mark.parametrize("projections", [0, -1, 2.5, True, "ten", math.nan])
def test_projections_are_counted_in_whole_numbers(projections):
    with pytest.raises((ValueError, TypeError), match="projections must be an integer"):
        sliced_wasserstein(CLOUD, CLOUD, projections)


def test_distances_beyond_all_numbers_are_refused():
    far, near = [1e308, 1e308, 0.0], [-1e308, -1e308, -1e308]
    for call in (wasserstein_1d, wasserstein):
        with pytest.raises(ValueError, match="x and y must be close enough"):
            call(far, near)
    with pytest.raises(ValueError, match="x and y must be close enough"):
        wasserstein_1d(torch.tensor([3e38]), torch.tensor([-3e38]), torch.ones(1))


@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e-160, 1e160, 1e300])
def test_distances_do_not_depend_on_the_unit_of_length(scale):
    x, y = vector([[0, 0], [1, 0]]) * scale, vector([[3, 4], [4, 4]]) * scale
    assert wasserstein(x, y).item() / scale == pytest.approx(5, rel=1e-3)
    assert cost_matrix(x, y)[0, 0].item() == pytest.approx(5 * scale, rel=1e-3, abs=0)


@pytest.mark.parametrize("call", [wasserstein_1d, wasserstein])
def test_weights_whose_sum_is_no_number_are_refused(call):
    with pytest.raises(ValueError, match="x_weights must have a finite sum"):
        call([0.0, 1.0], [5.0, 6.0], [1e308, 1e308], [1.0, 1.0])
