"""Certified slopes: right for layers whose constant is known, and never below what is measured."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils import parametrizations

from wgan_lib import lipschitz, networks
from wgan_lib.lipschitz import bounds as lipschitz_bounds
from wgan_lib.lipschitz.bounds import layer_constants, upper_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.layers import GroupSort, lipschitz_mlp

DOUBLE = torch.float64
ACTIVATIONS = st.sampled_from(["relu", "leaky_relu", "tanh"])


def points(n, *shape, seed=0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, *shape, dtype=DOUBLE, generator=source)


def matrix_of(layer, shape):
    """The matrix of an affine layer, by its derivative."""
    jacobian = torch.autograd.functional.jacobian(layer, torch.zeros(1, *shape, dtype=DOUBLE))
    return jacobian.reshape(-1, math.prod(shape))


# ------------------------------------------------------------------ layers whose constant is known


def linear(rows):
    layer = nn.Linear(len(rows[0]), len(rows))
    layer.weight.data = torch.tensor(rows)
    return layer


def normed(variance, gain, eps=0.0):
    layer = nn.BatchNorm1d(len(variance), eps=eps).eval()
    layer.running_var, layer.weight.data = torch.tensor(variance), torch.tensor(gain)
    return layer


KNOWN = {
    "a row": (linear([[3.0, -4.0]]), 5.0),
    "a diagonal": (linear([[2.0, 0.0], [0.0, -3.0]]), 3.0),
    "a rotation": (linear([[0.6, -0.8], [0.8, 0.6]]), 1.0),
    "a shear": (linear([[1.0, 1.0], [0.0, 1.0]]), (1 + math.sqrt(5)) / 2),
    "relu": (nn.ReLU(), 1.0),
    "the course's relu": (networks.ReLU(), 1.0),
    "leaky relu": (nn.LeakyReLU(0.2), 1.0),
    "a leak steeper than 1": (nn.LeakyReLU(-3.0), 3.0),
    "sigmoid": (nn.Sigmoid(), 0.25),
    "group sort": (GroupSort(3), 1.0),
    "dropout that is off": (nn.Dropout(0.5).eval(), 1.0),
    "batch norm that stands still": (normed([4.0, 0.25], [-3.0, 1.0]), 2.0),
    "twice in a row": (nn.Sequential(linear([[3.0, 4.0]]), linear([[-2.0]])), 10.0),
    "nested": (nn.Sequential(nn.Sequential(linear([[2.0]]), nn.ReLU()), linear([[3.0]])), 6.0),
    "nothing": (nn.Sequential(), 1.0),
}


@pytest.mark.parametrize(("layer", "constant"), KNOWN.values(), ids=KNOWN.keys())
def test_known_layers_have_their_known_constant(layer, constant):
    assert upper_bound(layer) == pytest.approx(constant, rel=1e-6)


@given(st.floats(-6, 6), st.floats(0.1, 3))
def test_activations_reach_their_constant_and_no_more(x, step):
    ends = torch.tensor([x, x + step], dtype=DOUBLE)
    for layer in (nn.Tanh(), nn.Softplus(), nn.Sigmoid(), nn.LeakyReLU(2.0), nn.ReLU()):
        low, high = layer(ends).tolist()
        assert abs(high - low) <= upper_bound(layer) * step * (1 + 1e-12)


def test_batch_norm_counts_its_epsilon_and_may_lack_a_gain():
    assert upper_bound(normed([0.0], [1.0], eps=0.25)) == pytest.approx(2)
    bare = nn.BatchNorm1d(1, affine=False, eps=0.0).eval()
    bare.running_var = torch.tensor([0.25])
    assert upper_bound(bare) == pytest.approx(2)


# ------------------------------------------------------------------ convolutions

with torch.random.fork_rng():
    torch.manual_seed(0)  # how much steeper the torus is depends on the weights
    CONVOLUTIONS = {
        "stride 2": (nn.Conv2d(3, 4, 4, 2, 1), (3, 8, 9)),
        "stride 1": (nn.Conv2d(2, 5, 3, 1, 1), (2, 7, 7)),
        "no padding": (nn.Conv2d(1, 2, 5, 3), (1, 11, 12)),
        "odd kernel, even stride": (nn.Conv2d(2, 2, 3, 2, 1, bias=False), (2, 6, 6)),
        "the whole map": (nn.Conv2d(4, 1, 5), (4, 5, 5)),
        "flat": (nn.Conv2d(2, 3, (1, 3)), (2, 4, 5)),
    }


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS.values(), ids=CONVOLUTIONS.keys())
def test_a_convolution_is_as_steep_as_its_matrix(layer, shape):
    truth = torch.linalg.matrix_norm(matrix_of(layer.double(), shape), 2).item()
    assert upper_bound(layer, shape) == pytest.approx(truth)


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS.values(), ids=CONVOLUTIONS.keys())
def test_on_the_torus_it_is_a_little_steeper(layer, shape, monkeypatch):
    truth = upper_bound(layer, shape)
    monkeypatch.setattr(lipschitz_bounds, "LARGEST_MATRIX", 0)
    assert truth * (1 - 1e-9) <= upper_bound(layer, shape) < 1.6 * truth


@pytest.mark.parametrize(
    ("kernel", "options", "width"),
    [([1.0, -1.0], {"padding": (0, 1)}, 3), ([1.0, 0.0, -1.0], {"stride": 2}, 7)],
)
def test_the_torus_is_large_enough_to_hold_the_highest_frequency(
    kernel, options, width, monkeypatch
):
    """A difference of neighbours is steepest for + − + −, which a torus of 3 has no room for."""
    layer = nn.Conv2d(1, 1, (1, len(kernel)), bias=False, **options).double()
    layer.weight.data = torch.tensor(kernel, dtype=DOUBLE).reshape(1, 1, 1, -1)
    truth = upper_bound(layer, (1, 1, width))
    assert truth == pytest.approx(2 * math.cos(math.pi / 8))
    monkeypatch.setattr(lipschitz_bounds, "LARGEST_MATRIX", 0)
    assert truth <= upper_bound(layer, (1, 1, width)) <= 2 * (1 + 1e-12)


def test_a_convolution_that_wraps_around_is_as_steep_as_on_the_torus():
    layer = nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular").double()
    frequencies = torch.fft.fft2(layer.weight.detach(), s=(6, 6)).permute(2, 3, 0, 1)
    truth = torch.linalg.matrix_norm(frequencies, 2).max().item()
    assert upper_bound(layer, (2, 6, 6)) == pytest.approx(truth)


@pytest.mark.parametrize("options", [{"groups": 2}, {"dilation": 2}, {"padding_mode": "reflect"}])
def test_unusual_convolutions_are_written_out_or_refused(options, monkeypatch):
    layer = nn.Conv2d(2, 2, 3, padding=1, **options).double()
    truth = torch.linalg.matrix_norm(matrix_of(layer, (2, 6, 6)), 2).item()
    assert upper_bound(layer, (2, 6, 6)) == pytest.approx(truth)
    monkeypatch.setattr(lipschitz_bounds, "LARGEST_MATRIX", 0)
    with pytest.raises(ValueError, match="network must have large convolutions with"):
        upper_bound(layer, (2, 6, 6))


def test_critics_of_images_are_certified():
    _, critic = networks.mnist_conv()
    images = points(8, 1, 28, 28).float()
    assert len(layer_constants(critic, (1, 28, 28))) == len(critic)
    assert 0 < lower_bound(critic, images) <= upper_bound(critic, (1, 28, 28))


# ------------------------------------------------------------------ between the bounds


@given(
    st.lists(st.integers(1, 8), min_size=1, max_size=4), ACTIVATIONS, st.booleans(), st.integers()
)
def test_no_network_is_steeper_than_its_upper_bound(inner, activation, norm, seed):
    torch.manual_seed(seed % 2**32)
    kind = "batch" if norm else None
    critic = networks.mlp([*inner, 1], activation=activation, norm=kind, initialisation="torch")
    x = 5 * points(12, inner[0], seed=seed % 2**32)
    critic.double()(x)  # gives batch norm its statistics
    assert lower_bound(critic.eval(), x) <= upper_bound(critic)


def test_the_bound_is_reached_where_all_layers_stretch_one_direction():
    critic = nn.Sequential(linear([[1.0], [1.0]]), nn.ReLU(), linear([[1.0, 1.0]])).double()
    assert lower_bound(critic, torch.ones(1, 1, dtype=DOUBLE)) == pytest.approx(2)
    assert upper_bound(critic) == pytest.approx(2)


def test_it_is_the_product_of_the_layers():
    critic = networks.mlp([3, 8, 8, 1])
    assert upper_bound(critic) == pytest.approx(math.prod(layer_constants(critic)))
    assert layer_constants(critic)[1::2] == [1.0, 1.0]


def test_a_certificate_leaves_the_network_as_it_was():
    critic = lipschitz_mlp([2, 8, 1], constraint="spectral").eval()
    before = {name: value.clone() for name, value in critic.state_dict().items()}
    upper_bound(critic)
    assert all(torch.equal(before[name], value) for name, value in critic.state_dict().items())
    assert all(parameter.grad is None for parameter in critic.parameters())


# ------------------------------------------------------------------ what cannot be certified


class Squared(nn.Module):
    def forward(self, x):
        return x**2


class Forked(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


def hooked():
    layer = nn.Linear(2, 1)
    layer.register_forward_hook(lambda module, inputs, output: 7 * output)
    return nn.Sequential(layer)


REFUSED = {
    "batch norm in training": (networks.mlp([2, 4, 1], norm="batch"), ValueError, "evaluation"),
    "dropout in training": (nn.Sequential(nn.Dropout(0.5)), ValueError, "evaluation"),
    "spectral norm in training": (
        nn.Sequential(parametrizations.spectral_norm(nn.Linear(2, 2))),
        ValueError,
        "evaluation",
    ),
    "no statistics": (nn.BatchNorm1d(2, track_running_stats=False).eval(), ValueError, "running"),
    "layer norm": (networks.mlp([2, 4, 1], norm="layer"), TypeError, "got LayerNorm"),
    "an unknown module": (nn.Sequential(Squared()), TypeError, "got Squared"),
    "a fork": (Forked(nn.Linear(2, 2)), TypeError, "got Forked"),
    "a hook": (hooked(), ValueError, "no hooks"),
    "a function": (torch.sin, TypeError, "network must be a torch.nn.Module"),
    "a convolution of any size": (nn.Conv2d(1, 1, 3), ValueError, "shape must be given"),
}


@pytest.mark.parametrize(("network", "error", "word"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_certified_is_refused(network, error, word):
    with pytest.raises(error, match=word):
        upper_bound(network)


@pytest.mark.parametrize(
    ("shape", "word"),
    [
        ((2, 28, 28), "shape must fit the network"),
        ((1, 2, 2), "shape must fit the network"),
        ((1, 0, 28), "shape must be an integer of at least 1"),
        (("1", 28, 28), "shape must be"),
        (28, "shape must be the sides of one sample"),
    ],
)
def test_bad_shapes_are_named(shape, word):
    with pytest.raises((ValueError, TypeError), match=word):
        upper_bound(networks.blind_critic(), shape)


def test_everything_is_found_under_one_name():
    for name in lipschitz.__all__:
        assert getattr(lipschitz, name).__doc__
