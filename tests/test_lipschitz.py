"""Slopes: measured on functions whose slope is known, and never above what can be certified."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from wgan_lib import networks
from wgan_lib.lipschitz.bounds import clipped_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.gradients import gradient_norms, gradient_norms_by_layer
from wgan_lib.lipschitz.slopes import (
    clip_weights_,
    euclidean_norms,
    sample_coupling,
    score_gradients,
)

DOUBLE = torch.float64


def points(n=12, *shape, seed=0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(n, *(shape or (2,)), dtype=DOUBLE, generator=source)


def critic(norm=None, activation="relu", seed=0):
    torch.manual_seed(seed)
    return networks.mlp([2, 16, 16, 1], norm=norm, activation=activation).double()


# ------------------------------------------------------------------ measured slopes

KNOWN = {
    "3x − 4y": (lambda x: x @ torch.tensor([3.0, -4.0], dtype=DOUBLE), lambda x: 5 + 0 * x[:, 0]),
    "|x|": (lambda x: x[:, 0].abs(), lambda x: 1 + 0 * x[:, 0]),
    "‖x‖": (lambda x: x.norm(dim=1), lambda x: 1 + 0 * x[:, 0]),
    "‖x‖²": (lambda x: x.square().sum(1), lambda x: 2 * x.norm(dim=1)),
    "sin x": (lambda x: x[:, :1].sin(), lambda x: x[:, 0].cos().abs()),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_functions_have_their_known_slopes(name):
    function, slope = KNOWN[name]
    x = points()
    assert torch.allclose(gradient_norms(function, x), slope(x), rtol=1e-12)


def test_gradients_of_a_network_agree_with_finite_differences():
    network, x, step = critic(activation="tanh"), points(), 1e-6
    gradients = score_gradients(network, x)
    for column in range(2):
        shift = step * torch.eye(2, dtype=DOUBLE)[column]
        difference = (network(x + shift) - network(x - shift)).flatten() / (2 * step)
        assert torch.allclose(gradients[:, column], difference, atol=1e-7)


def test_an_image_has_one_norm_over_all_its_dimensions():
    images = points(5, 3, 4, 4)
    norms = gradient_norms(lambda x: 2 * x.flatten(1).sum(1), images)
    assert norms.shape == (5,) and torch.allclose(norms, torch.full_like(norms, 2 * math.sqrt(48)))
    assert torch.allclose(euclidean_norms(images), images.flatten(1).norm(dim=1))


def test_measured_norms_are_numbers_and_not_graphs():
    assert not gradient_norms(critic(), points()).requires_grad
    x = points().requires_grad_()
    gradient_norms(critic(), x)
    assert x.grad is None


@pytest.mark.parametrize("slope", [0.0, 1e-9, 1e-20])
def test_the_flattest_slopes_are_measured_as_they_are(slope):
    """The floor under the root of a penalty is no part of a measurement."""
    norms = gradient_norms(lambda x: slope * x[:, 0], points())
    assert torch.allclose(norms, torch.full_like(norms, slope), rtol=1e-12, atol=0)


def test_the_penalty_is_differentiable_where_the_gradient_vanishes():
    vectors = torch.zeros(3, 4, requires_grad=True)
    euclidean_norms(vectors).sum().backward()
    assert torch.equal(vectors.grad, torch.zeros(3, 4))
    flat = nn.Linear(2, 1)
    nn.init.zeros_(flat.weight)
    (euclidean_norms(score_gradients(flat, torch.ones(3, 2))) - 1).square().mean().backward()
    assert flat.weight.grad.isfinite().all()


def test_score_gradients_can_be_differentiated_again():
    """f(x) = w·x³ has slope 3wx², whose derivative in w is 3x²."""
    w, x = torch.tensor(2.0, dtype=DOUBLE, requires_grad=True), points(6, 1)
    score_gradients(lambda x: w * x**3, x).sum().backward()
    assert w.grad.item() == pytest.approx(3 * x.square().sum().item())


@pytest.mark.parametrize("measure", [gradient_norms, gradient_norms_by_layer, lower_bound])
@pytest.mark.parametrize(
    ("x", "word"),
    [
        (torch.tensor(1.0), "(points|x) must be N points"),
        (torch.zeros(0, 2), "(points|x) must not be empty"),
        (torch.full((3, 2), math.nan), "(points|x) must hold finite"),
        ("points", "(points|x) must be a tensor"),
    ],
)
def test_bad_points_are_named(measure, x, word):
    with pytest.raises((ValueError, TypeError), match=word):
        measure(critic().float(), x)


@pytest.mark.parametrize("measure", [gradient_norms, lower_bound, sample_coupling])
def test_a_critic_with_two_scores_a_sample_is_refused(measure):
    with pytest.raises(ValueError, match="must hold one number per point, 12, got shape"):
        measure(networks.mlp([2, 4, 2]).double(), points())


def test_only_layers_in_a_row_have_norms_by_layer():
    with pytest.raises(TypeError, match=r"network must be an nn\.Sequential, got function"):
        gradient_norms_by_layer(lambda x: x, points())


# ------------------------------------------------------------------ the steepest slope seen


@pytest.mark.parametrize("name", ["3x − 4y", "|x|", "‖x‖"])
def test_a_constant_slope_is_seen_and_never_exceeded(name):
    function, slope = KNOWN[name]
    truth = slope(points()).max().item()
    assert truth * (1 - 1e-6) < lower_bound(function, points()) <= truth


@given(
    st.lists(st.floats(-50, 50, allow_subnormal=False), min_size=1, max_size=6), st.integers(0, 9)
)
def test_one_point_is_enough_for_a_linear_function(weights, seed):
    w = torch.tensor(weights, dtype=DOUBLE)
    x = points(1, len(weights), seed=seed)
    seen = lower_bound(lambda x: x @ w, x)
    # Where large terms cancel inside f, it rounds by more than its height can tell.
    assert w.norm() * (1 - 1e-4) - 1e-6 <= seen <= w.norm() * (1 + 1e-9)


@given(st.integers(0, 50), st.sampled_from([torch.float32, DOUBLE]))
def test_no_function_is_less_steep_than_its_lower_bound(seed, dtype):
    x = points(20, 1, seed=seed).to(dtype)
    for function, constant in ((torch.sin, 1), (torch.abs, 1), (torch.tanh, 1), (torch.cos, 1)):
        seen = lower_bound(lambda x, f=function: 3 * f(x) + 7, x)
        assert 1 < seen <= 3 * constant


def test_at_one_point_of_a_smooth_function_it_is_the_slope_of_its_gradient():
    at_0 = lower_bound(torch.exp, torch.zeros(1, dtype=DOUBLE))
    assert at_0 == pytest.approx(1, rel=1e-8)


def test_a_slope_between_two_far_points_is_seen_where_every_gradient_is_0():
    assert lower_bound(lambda x: (x > 0).double(), torch.tensor([-1.0, 1.0])) == pytest.approx(0.5)


def test_a_function_without_a_graph_has_the_slopes_of_its_pairs():
    assert lower_bound(lambda x: torch.zeros(len(x)), points()) == 0
    assert lower_bound(lambda x: (3 * x).detach(), [0.0, 1.0]) == pytest.approx(3, rel=1e-4)


def nothing(x):
    return x - x.relu() + (-x).relu()


def test_a_slope_that_autograd_makes_up_at_a_kink_is_not_believed():
    kink = torch.zeros(1, 1, dtype=DOUBLE)
    assert gradient_norms(nothing, kink).item() == 1
    assert lower_bound(nothing, kink) == 0


def test_one_point_met_twice_has_no_slope():
    noise = iter([torch.zeros(2), torch.tensor([0.0, 1.0]).repeat(3)])
    assert lower_bound(lambda x: next(noise), [1.0, 1.0]) == 0


def test_rounding_is_not_taken_for_a_slope():
    """At 10⁶, float32 moves in steps of 1/16: neighbours would show slopes of 60 and more."""
    x = torch.linspace(0, 0.01, 50)
    assert lower_bound(lambda x: 1e6 + 0.1 * x, x) <= 0.1


def test_scores_that_are_not_finite_are_named():
    with pytest.raises(ValueError, match=r"f\(x\) must hold finite"):
        lower_bound(lambda x: x / 0, points(4, 1))


def test_a_lower_bound_can_be_measured_where_no_graph_is_kept():
    with torch.no_grad():
        assert lower_bound(torch.sin, torch.zeros(1, dtype=DOUBLE)) == pytest.approx(1)


# ------------------------------------------------------------------ coupling


@pytest.mark.parametrize("norm", [None, "layer"])
def test_samples_judged_on_their_own_are_not_coupled(norm):
    assert sample_coupling(critic(norm), points()) == 0


def test_a_dead_critic_is_not_coupled():
    dead = critic()
    clip_weights_(dead, 1e-30)
    assert sample_coupling(dead, points()) == 0
    nn.init.zeros_(dead[0].weight)
    assert sample_coupling(dead, points()) == 0


def test_batch_norm_couples_samples_in_training_and_not_in_evaluation():
    network = critic("batch")
    assert 0.01 < sample_coupling(network.train(), points()) < 1
    assert sample_coupling(network.eval(), points()) == 0


def test_a_score_that_only_the_others_decide_is_fully_coupled():
    class Shifted(nn.Module):
        def forward(self, x):
            return x.roll(1, 0).sum(1)

    assert sample_coupling(Shifted(), points()) == pytest.approx(1)


def test_measuring_the_coupling_leaves_the_critic_as_it_was():
    network = critic("batch").train()
    before = copy.deepcopy(network.state_dict())
    sample_coupling(network, points())
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert network.training and all(p.grad is None for p in network.parameters())


# ------------------------------------------------------------------ clipping


@given(st.floats(1e-4, 10), st.integers(0, 5))
def test_clipping_moves_only_what_is_outside(clip, seed):
    network = critic(seed=seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3).add_(0.1)
    before = [parameter.detach().clone() for parameter in network.parameters()]
    clip_weights_(network, clip)
    for old, new in zip(before, network.parameters(), strict=True):
        assert torch.equal(new, torch.where(old.abs() <= clip, old, clip * old.sign()))


@pytest.mark.parametrize("clip", [0.0, -0.1, math.nan, math.inf])
def test_a_clip_that_is_not_positive_is_refused(clip):
    network = critic()
    with pytest.raises(ValueError, match="clip must be"):
        clip_weights_(network, clip)
    with pytest.raises(ValueError, match="clip must be"):
        clipped_bound([2, 4, 1], clip)


def test_only_networks_have_weights_to_clip():
    with pytest.raises(TypeError, match=r"network must be a torch\.nn\.Module, got list"):
        clip_weights_([torch.ones(2)], 0.1)


@pytest.mark.parametrize(
    ("clip", "bound"), [(0.1, 18981.25), (0.01, 1.898125), (0.001, 1.898125e-4)]
)
def test_the_bound_of_the_toy_critic_explodes_or_vanishes_with_the_clip(clip, bound):
    """c⁴·512³·√2 for 2-512-512-512-1."""
    assert clipped_bound([2, 512, 512, 512, 1], clip) == pytest.approx(bound, rel=1e-5)


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=6),
    st.floats(1e-3, 0.5),
    st.sampled_from(["relu", "leaky_relu", "tanh"]),
    st.booleans(),
    st.integers(0, 1000),
)
def test_no_clipped_network_is_steeper_than_the_bound(inner, clip, activation, extreme, seed):
    widths = [*inner, 1]
    torch.manual_seed(seed)
    network = networks.mlp(widths, activation=activation).double()
    if extreme:  # every weight at +clip or at −clip
        for parameter in network.parameters():
            parameter.data = 1e6 * parameter.data.sign()
    clip_weights_(network, clip)
    steepest = gradient_norms(network, 10 * points(16, widths[0], seed=seed)).max().item()
    assert steepest <= clipped_bound(widths, clip) * (1 + 1e-9)


def test_the_bound_is_reached_by_equal_weights_and_open_gates():
    network = networks.mlp([3, 5, 7, 1]).double()
    for parameter in network.parameters():
        nn.init.constant_(parameter, 0.2)
    slope = gradient_norms(network, points(4, 3).abs())
    assert slope.max().item() == pytest.approx(clipped_bound([3, 5, 7, 1], 0.2))


@pytest.mark.parametrize("widths", [[], [3], [3, 0, 1], [3, 2.5, 1], [3, "4", 1]])
def test_bad_widths_are_named(widths):
    with pytest.raises((ValueError, TypeError), match="widths must"):
        clipped_bound(widths, 0.1)
