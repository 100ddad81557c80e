"""Double cones: entered exactly where a slope is too steep; and the envelope that never enters."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import Funnels, cone_envelope, cone_violations, lower_bound
from wgan_lib.transport import cost_matrix, optimal_plan, wasserstein

DOUBLE = torch.float64
LINE = torch.linspace(-3, 3, 121, dtype=DOUBLE)
numbers = st.floats(-20, 20)
graphs = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=8)


def columns(graph):
    return torch.tensor(graph, dtype=DOUBLE).unbind(1)


def cloud(n, dimensions=2, seed=0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, dimensions, dtype=DOUBLE, generator=source)


# ------------------------------------------------------------------ violations


@pytest.mark.parametrize(
    ("function", "K", "entered"),
    [
        (torch.sin, 1.0, False),
        (torch.sin, 0.99, True),
        (torch.abs, 1.0, False),
        (torch.abs, 0.999, True),
        (lambda x: x.abs().sqrt(), 2.0, True),
        (lambda x: 0 * x, 0.0, False),
    ],
)
def test_known_functions_enter_or_do_not(function, K, entered):
    assert cone_violations(LINE, function(LINE), K).entered is entered


def test_every_pair_is_looked_at_and_the_worst_comes_first():
    x, fx = torch.tensor([0.0, 1.0, 3.0]), torch.tensor([0.0, 5.0, 4.0])
    found = cone_violations(x, fx, 1.0)
    assert found.pairs.tolist() == [[0, 1], [0, 2]]
    assert found.excess.tolist() == [4.0, 1.0]


@given(graphs, st.floats(0, 5))
def test_violations_are_those_of_the_definition(graph, K):
    x, fx = columns(graph)
    found = {tuple(pair) for pair in cone_violations(x, fx, K).pairs.tolist()}
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            excess = abs(fx[i] - fx[j]) - K * abs(x[i] - x[j])
            if abs(excess) > 1e-9:
                assert ((i, j) in found) is (excess > 0).item()


@given(graphs, st.floats(0, 5), st.floats(1, 3))
def test_a_wider_cone_leaves_less_room_for_violations(graph, K, factor):
    x, fx = columns(graph)
    assert len(cone_violations(x, fx, factor * K).pairs) <= len(cone_violations(x, fx, K).pairs)


def test_distances_are_euclidean_over_all_dimensions():
    x = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    assert not cone_violations(x, [0.0, 5.0], 1.0).entered
    assert cone_violations(x.reshape(2, 1, 2), [0.0, 6.0], 1.0).excess.item() == pytest.approx(1)


def test_two_heights_over_one_point_violate_any_cone():
    assert cone_violations([1.0, 1.0], [0.0, 1e-3], 1e6).entered


def test_one_point_violates_nothing():
    alone = cone_violations([1.0], [2.0], 0.0)
    assert not alone.entered and alone.pairs.shape == (0, 2)


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_rounding_is_no_violation(offset):
    x = torch.linspace(-3, 3, 300)
    assert not cone_violations(x, 2 * x + offset, 2.0).entered


# ------------------------------------------------------------------ envelope


@given(graphs, numbers, st.floats(0, 5))
def test_the_envelope_is_the_lowest_of_the_cones(graph, x, K):
    anchors, values = columns(graph)
    expected = min(v + K * abs(x - a) for a, v in graph)
    got = cone_envelope(torch.tensor([x], dtype=DOUBLE), anchors, values, K)
    assert got.item() == pytest.approx(expected, abs=1e-9)


@given(graphs, st.floats(0.1, 5))
def test_the_envelope_enters_no_cone(graph, K):
    anchors, values = columns(graph)
    x = torch.cat([LINE, anchors])
    assert not cone_violations(x, cone_envelope(x, anchors, values, K), K).entered


@given(graphs, st.floats(0.1, 5))
def test_it_meets_all_values_exactly_where_they_violate_nothing(graph, K):
    anchors, values = columns(graph)
    met = torch.allclose(cone_envelope(anchors, anchors, values, K), values, atol=1e-9, rtol=0)
    excess = cone_violations(anchors, values, K).excess
    assert met is (len(excess) == 0 or excess.max().item() <= 1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_no_lipschitz_function_below_the_values_is_higher(seed):
    anchors, values, x = cloud(6, seed=seed), cloud(6, 1, seed + 9)[:, 0], cloud(40, seed=seed + 5)
    envelope = cone_envelope(x, anchors, values)
    centre, drop = cloud(1, seed=seed + 7), None
    other = -cost_matrix(anchors, centre)[:, 0]  # 1-Lipschitz; lowered until it lies below
    drop = (values - other).min()
    assert (envelope >= -cost_matrix(x, centre)[:, 0] + drop - 1e-12).all()


@pytest.mark.parametrize("seed", range(3))
def test_with_the_prices_of_the_dual_it_is_a_best_critic(seed):
    x, y = cloud(9, seed=seed), cloud(12, seed=seed + 50) + 1
    p, q = (torch.full((len(each),), 1 / len(each), dtype=DOUBLE) for each in (x, y))
    _, v = optimal_plan(p, q, cost_matrix(x, y)).potentials
    difference = cone_envelope(x, y, -v).mean() - cone_envelope(y, y, -v).mean()
    assert difference.item() == pytest.approx(wasserstein(x, y).item(), abs=1e-9)


def test_gradients_of_the_envelope_agree_with_finite_differences():
    x, anchors = cloud(5).requires_grad_(), cloud(4, seed=1).requires_grad_()
    values = cloud(4, 1, seed=2)[:, 0].requires_grad_()
    assert torch.autograd.gradcheck(cone_envelope, (x, anchors, values))


def test_the_envelope_keeps_the_precision_it_was_given():
    assert cone_envelope(LINE.float(), [0.0], [1.0]).dtype == torch.float32
    assert cone_envelope(LINE, [0.0], [1.0]).dtype == DOUBLE
    assert cone_envelope([2.0], [0.0], [1.0], 3).item() == 7


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("x", "fx", "K", "word"),
    [
        ([0.0, 1.0], [0.0], 1.0, "fx must hold one number per point, 2, got shape"),
        ([0.0, math.nan], [0.0, 1.0], 1.0, "x must hold finite"),
        ([0.0, 1.0], [0.0, math.inf], 1.0, "fx must hold finite"),
        (0.0, [0.0], 1.0, "x must be N points"),
        ([0.0], [0.0], -1.0, "K must be a finite number of at least 0"),
        ([0.0], [0.0], math.nan, "K must be"),
        ([0.0], [0.0], "steep", "K must be"),
        ("line", [0.0], 1.0, "x must be a tensor"),
    ],
)
def test_bad_graphs_are_named(x, fx, K, word):
    with pytest.raises((ValueError, TypeError), match=word):
        cone_violations(x, fx, K)


@pytest.mark.parametrize(
    ("x", "anchors", "values", "K", "word"),
    [
        (0.0, [0.0], [0.0], 1.0, "x must be N points"),
        ([0.0], [], [0.0], 1.0, "anchors must not be empty"),
        ([0.0], [0.0, 1.0], [0.0], 1.0, "values must hold one number per point, 2"),
        ([[0.0, 1.0]], [[0.0]], [0.0], 1.0, "x and y must"),
        ([0.0], [0.0], [math.nan], 1.0, "values must hold finite"),
        ([0.0], [0.0], [0.0], -1.0, "K must be"),
    ],
)
def test_bad_anchors_are_named(x, anchors, values, K, word):
    with pytest.raises((ValueError, TypeError), match=word):
        cone_envelope(x, anchors, values, K)


# ------------------------------------------------------------------ funnels that learn


def test_funnels_are_the_envelope_of_their_cones_and_as_steep_as_1():
    torch.manual_seed(0)
    critic, x = Funnels(3, 5, spread=2.0).double(), cloud(30, 3)
    torch.nn.init.normal_(critic.heights)
    cones = (x[:, None] - critic.centres).norm(dim=2) + critic.heights
    assert critic(x).shape == (30, 1)
    assert torch.allclose(critic(x)[:, 0], cones.min(1).values)
    assert 1 - 1e-6 < lower_bound(critic, x) <= upper_bound(critic) == 1
    assert critic.centres.abs().max() <= 2


def test_funnels_learn_where_the_tip_of_a_cone_is():
    torch.manual_seed(0)
    critic, x = Funnels(2, 4), cloud(300).float()
    truth = (x - 0.5).norm(dim=1)
    optimiser = torch.optim.Adam(critic.parameters(), lr=0.05)
    for _ in range(200):
        optimiser.zero_grad()
        loss = (critic(x)[:, 0] - truth).square().mean()
        loss.backward()
        optimiser.step()
    assert loss < 1e-3


@pytest.mark.parametrize("arguments", [(0, 1), (1, 0), (1, 1, 0.0), (1, 1, math.inf)])
def test_bad_funnels_are_named(arguments):
    with pytest.raises(ValueError, match=r"(dimension|count|spread) must be"):
        Funnels(*arguments)
