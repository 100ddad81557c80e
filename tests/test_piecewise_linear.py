"""Networks on the line: bends where they were put, slopes as steep as they were made."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from wgan_lib import networks
from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.gradients import gradient_norms
from wgan_lib.lipschitz.layers import GroupSort, lipschitz_mlp
from wgan_lib.lipschitz.piecewise_linear import breakpoints, exact_constant_1d

DOUBLE = torch.float64


def straight_pieces(bends, changes, start=0.0):
    """ReLU network of slope `start` left of all bends, changing by `changes[k]` at `bends[k]`."""
    hidden, last = nn.Linear(1, len(bends) + 2), nn.Linear(len(bends) + 2, 1)
    hidden.weight.data = torch.tensor([[1.0]] * len(bends) + [[1.0], [-1.0]])
    hidden.bias.data = torch.tensor([-bend for bend in bends] + [0.0, 0.0])
    last.weight.data = torch.tensor([[*changes, start, -start]])
    return nn.Sequential(hidden, nn.ReLU(), last)


def random_network(widths, activation, seed):
    torch.manual_seed(seed)
    if activation == "group_sort":
        return lipschitz_mlp(widths).double()
    return networks.mlp(widths, activation=activation, initialisation="torch").double()


# ------------------------------------------------------------------ known slopes


def test_the_absolute_value_bends_at_0_and_has_slope_1():
    network = straight_pieces([0.0], [2.0], start=-1.0)
    assert breakpoints(network, -2, 3).tolist() == pytest.approx([-2, 0, 3])
    assert exact_constant_1d(network, -2, 3) == pytest.approx(1)


def test_a_steep_spot_is_found_however_narrow():
    """Slope 100 on an interval of a millionth: nobody who draws samples would see it."""
    network = straight_pieces([0.5, 0.500001], [100.0, -100.0]).double()
    assert exact_constant_1d(network, 0, 1) == pytest.approx(100)
    x = torch.rand(1000, 1, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    assert lower_bound(network, x) < 1


@pytest.mark.parametrize("bend", [0.9, 1.3, 1.8])
def test_rounding_opens_no_gap_between_units_that_cancel(bend):
    """Two units bend at one place, which floats may put at two neighbouring numbers."""
    network = networks.mlp([1, 2, 1]).double()
    scale = torch.tensor([7.0, 13.0], dtype=DOUBLE)
    network[0].weight.data, network[0].bias.data = scale[:, None], -bend * scale
    network[2].weight.data = torch.stack([100 / scale[0], -100 / scale[1]])[None]
    assert exact_constant_1d(network, 0, 2) < 1e-9


@given(
    st.lists(st.tuples(st.integers(-40, 40), st.floats(-9, 9)), min_size=1, max_size=6),
    st.floats(-9, 9),
)
def test_known_pieces_have_their_known_slopes(pieces, start):
    bends, changes = zip(*((place / 10, change) for place, change in pieces), strict=True)
    network = straight_pieces(bends, changes, start)
    slopes, slope = [start], start
    for bend in sorted({*bends}):
        slope += sum(change for place, change in zip(bends, changes, strict=True) if place == bend)
        slopes.append(slope)
    steepest = max(map(abs, slopes))
    assert exact_constant_1d(network, -5, 5) == pytest.approx(steepest, abs=1e-4)


def test_only_the_interval_counts():
    network = straight_pieces([0.0, 1.0], [1.0, 8.0])
    assert [exact_constant_1d(network, *ends) for ends in ((-2, -1), (0.2, 0.8), (0, 3))] == [
        0,
        1,
        9,
    ]


def test_sorting_bends_where_two_features_meet():
    """max(x, 1 − x) and min(x, 1 − x) meet at ½."""
    first, last = nn.Linear(1, 2), nn.Linear(2, 1)
    first.weight.data, first.bias.data = torch.tensor([[1.0], [-1.0]]), torch.tensor([0.0, 1.0])
    last.weight.data = torch.tensor([[-1.0, 1.0]])  # |2x − 1|
    network = nn.Sequential(first, GroupSort(2), last)
    assert breakpoints(network, 0, 1).tolist() == pytest.approx([0, 0.5, 1])
    assert exact_constant_1d(network, 0, 1) == pytest.approx(2)


# ------------------------------------------------------------------ against other routes


@given(
    st.lists(st.sampled_from([2, 4, 6]), min_size=0, max_size=3),
    st.sampled_from(["relu", "leaky_relu", "group_sort"]),
    st.integers(0, 10_000),
)
def test_lower_exact_upper(hidden, activation, seed):
    network = random_network([1, *hidden, 1], activation, seed)
    exact = exact_constant_1d(network, -3, 3)
    grid = torch.linspace(-3, 3, 90, dtype=DOUBLE)[:, None]
    assert lower_bound(network, grid[1:-1]) <= exact * (1 + 1e-9) + 1e-12
    assert exact <= upper_bound(network) * (1 + 1e-9)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "group_sort"])
def test_a_fine_grid_sees_the_exact_slope_of_a_deep_network(activation):
    network = random_network([1, 32, 32, 32, 1], activation, seed=1)
    grid = torch.linspace(-3, 3, 200_001, dtype=DOUBLE)[:, None]
    assert exact_constant_1d(network, -3, 3) == pytest.approx(
        gradient_norms(network, grid).max().item(), rel=1e-9
    )


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "group_sort"])
def test_between_breakpoints_the_network_is_straight(activation):
    network = random_network([1, 16, 16, 1], activation, seed=2)
    ends = breakpoints(network, -3, 3)
    shares = torch.tensor([0.25, 0.5, 0.75], dtype=DOUBLE)
    inside = ends[:-1, None] + shares * ends.diff()[:, None]
    with torch.no_grad():
        low, high = (network(each[:, None]) for each in (ends[:-1], ends[1:]))
        between = network(inside.reshape(-1, 1)).reshape(inside.shape)
    assert len(ends) > 10
    assert torch.allclose(between, torch.lerp(low, high, shares), atol=1e-12)


def test_the_network_is_left_in_single_precision():
    network = networks.mlp([1, 4, 1])
    exact_constant_1d(network, 0, 1)
    assert network[0].weight.dtype == torch.float32 and network[0].weight.grad is None
    with torch.no_grad():
        assert exact_constant_1d(network, 0, 1) <= upper_bound(network)


# ------------------------------------------------------------------ bad input

LINE = networks.mlp([1, 4, 1])


@pytest.mark.parametrize(
    ("network", "low", "high", "word"),
    [
        (LINE, 1, 1, "low must be less than high, got 1.0 and 1.0"),
        (LINE, 0, math.inf, "high must be a finite number"),
        (LINE, "0", 1, "low must be a finite number"),
        (networks.mlp([2, 4, 1]), 0, 1, "network must map one number to one number"),
        (networks.mlp([1, 4, 2]), 0, 1, "network must map one number to one number"),
        (nn.ReLU(), 0, 1, "network must map one number to one number"),
        (networks.mlp([1, 4, 1], activation="tanh"), 0, 1, "piecewise linear .*got Tanh"),
        (networks.mlp([1, 4, 1], norm="layer"), 0, 1, "piecewise linear .*got LayerNorm"),
        (torch.abs, 0, 1, "network must be a torch.nn.Module"),
        (lipschitz_mlp([1, 4, 1], constraint="spectral"), 0, 1, "evaluation mode"),
    ],
)
@pytest.mark.parametrize("measure", [breakpoints, exact_constant_1d])
def test_bad_networks_and_ends_are_named(measure, network, low, high, word):
    with pytest.raises((ValueError, TypeError), match=word):
        measure(network, low, high)
