"""SLL: a residual layer whose Jacobian has no eigenvalue outside [−1, 1]."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib.lipschitz.bounds import layer_constants, upper_bound
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.lipschitz.layers import residual_mlp
from wgan_lib.lipschitz.residual import SLL

DOUBLE = torch.float64


def layer(width, hidden, seed, spread=2.0):
    """One with weights, scales and biases far from where training starts."""
    torch.manual_seed(seed)
    found = SLL(width, hidden).double()
    for parameter in found.parameters():
        torch.nn.init.normal_(parameter, std=spread)
    return found


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 999))
@settings(max_examples=40)
def test_its_jacobian_is_symmetric_with_eigenvalues_between_minus_1_and_1(width, hidden, seed):
    found = layer(width, hidden, seed)
    x = torch.randn(width, dtype=DOUBLE)
    jacobian = torch.autograd.functional.jacobian(lambda x: found(x[None])[0], x)
    assert torch.allclose(jacobian, jacobian.T, atol=1e-9)
    assert torch.linalg.eigvalsh(jacobian).abs().max() <= 1 + 1e-9
    assert torch.linalg.matrix_norm(found.contraction(), 2) <= 1 + 1e-12


@given(st.integers(1, 6), st.integers(1, 8), st.integers(0, 999))
@settings(max_examples=40)
def test_no_two_points_show_a_slope_above_the_certificate(width, hidden, seed):
    found = layer(width, hidden, seed)
    x, y = torch.randn(2, 20, width, dtype=DOUBLE)
    assert upper_bound(found) == pytest.approx(1)
    assert ((found(x) - found(y)).norm(dim=1) <= (x - y).norm(dim=1) * (1 + 1e-9)).all()


def test_the_certificate_is_of_what_the_layer_computes(monkeypatch):
    """With T a quarter of what it must be, V is twice as long: 2·4 − 1, which is reached."""
    found = SLL(2).double()
    found.weight.data, found.bias.data = torch.eye(2).double(), torch.full((2,), 9.0).double()
    monkeypatch.setattr(SLL, "diagonal", lambda layer: torch.full((2,), 0.25).double())
    assert upper_bound(found) == pytest.approx(7)
    x = torch.rand(10, 2, dtype=DOUBLE)
    assert lower_bound(lambda x: found(x)[:, 0], x) == pytest.approx(7)


def test_it_is_the_formula_of_the_paper_element_by_element():
    found, x = layer(3, 4, seed=0, spread=0.7), torch.randn(5, 3, dtype=DOUBLE)
    weight, q = found.weight.detach(), found.log_scale.detach().exp()
    gram = (weight.T @ weight).abs()
    t = [sum(gram[i, j] * q[j] / q[i] for j in range(4)) for i in range(4)]
    for row in range(5):
        active = [max((weight[:, i] @ x[row] + found.bias[i]).item(), 0) / t[i] for i in range(4)]
        expected = x[row] - 2 * sum(weight[:, i] * active[i] for i in range(4))
        assert torch.allclose(found(x)[row], expected)


def test_a_rotation_that_is_all_active_turns_everything_over():
    found = SLL(2).double()
    found.weight.data, found.bias.data = torch.eye(2, dtype=DOUBLE), torch.full((2,), 9.0).double()
    x = torch.tensor([[1.0, 2.0], [-3.0, 0.5]], dtype=DOUBLE)
    assert torch.allclose(found(x), -x - 18)


def test_dead_directions_have_finite_gradients():
    found = SLL(3, 2)
    torch.nn.init.zeros_(found.weight)
    x = torch.randn(4, 3)
    found(x).square().sum().backward()
    assert torch.equal(found(x), x)
    assert all(parameter.grad.isfinite().all() for parameter in found.parameters())


def test_a_network_of_them_changes_the_width_by_orthogonal_matrices():
    torch.manual_seed(0)
    critic = residual_mlp([3, 8, 8, 5, 1]).double()
    kinds = [type(each).__name__ for each in critic]
    assert [kind for kind in kinds if kind == "SLL"] == ["SLL"] * 3
    assert [tuple(each.weight.shape) for each in critic if not isinstance(each, SLL)] == [
        (8, 3),
        (5, 8),
        (1, 5),
    ]
    assert layer_constants(critic) == pytest.approx([1.0] * 6, abs=1e-6)
    assert lower_bound(critic, torch.randn(30, 3, dtype=DOUBLE)) <= 1 + 1e-6


@pytest.mark.parametrize("arguments", [(0,), (2, 0), (1.5,), ("2",)])
def test_bad_widths_are_named(arguments):
    with pytest.raises((ValueError, TypeError), match=r"(width|hidden) must be an integer"):
        SLL(*arguments)


def test_a_network_needs_two_widths():
    with pytest.raises(ValueError, match="widths must name the input and the output"):
        residual_mlp([3])
