"""Slopes: how steep a critic is, how steep it can be, and what binds it.

Slopes are measured in the Euclidean norm over all of a sample's dimensions.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from wgan_lib.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.lipschitz_bounds import layer_constants, upper_bound
from wgan_lib.lipschitz_layers import GroupSort, lipschitz_mlp
from wgan_lib.piecewise_linear import breakpoints, exact_constant_1d
from wgan_lib.transport import cost_matrix

__all__ = [
    "ConeViolations",
    "GroupSort",
    "breakpoints",
    "clip_weights_",
    "clipped_bound",
    "cone_envelope",
    "cone_violations",
    "euclidean_norms",
    "exact_constant_1d",
    "gradient_norms",
    "gradient_norms_by_layer",
    "layer_constants",
    "lipschitz_mlp",
    "lower_bound",
    "sample_coupling",
    "score_gradients",
    "upper_bound",
]

ROOT_FLOOR = 1e-12  # under the square root, whose own derivative at 0 is infinite
ROUNDINGS = 32  # how many last digits a computed score may be wrong by


def score_gradients(critic: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """∇ₓ of each sample's score, shaped like points (N×…); itself differentiable.

    The sum over the batch gives every sample its own gradient only while no score depends on
    another sample: batch norm breaks that (see ``sample_coupling``).
    """
    if torch.compiler.is_compiling():
        # The only form of a gradient inside a loss that torch.compile can differentiate again.
        return torch.func.grad(lambda x: critic(x).sum())(points)
    points = points.detach().requires_grad_()
    return torch.autograd.grad(critic(points).sum(), points, create_graph=True)[0]


def euclidean_norms(vectors: Tensor) -> Tensor:
    """One norm a sample, N×… → N, over all its dimensions, with a finite gradient at 0."""
    return vectors.flatten(1).square().sum(1).add(ROOT_FLOOR).sqrt()


def gradient_norms(critic: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """‖∇ₓ critic(x)‖₂ at each of the points, N×…: N numbers, detached."""
    points = _batch("points", points)
    # Without the floor of euclidean_norms, which a clipped critic of many layers would fall below.
    gradients = score_gradients(lambda x: _heights("critic(points)", critic(x), len(x)), points)
    return gradients.detach().reshape(len(points), -1).norm(dim=1)


def gradient_norms_by_layer(network: nn.Sequential, points: Tensor) -> list[float]:
    """How the slope builds up: the mean ‖∂score/∂h‖₂ at the input and after each dense layer.

    The first number is the slope of the network itself, the last is 1. As in Figure 1b of
    Gulrajani et al. 2017.
    """
    if not isinstance(network, nn.Sequential):
        raise TypeError(f"network must be an nn.Sequential, got {type(network).__name__}")
    hidden = _batch("points", points).detach().requires_grad_()
    outputs = [hidden]
    for layer in network:
        hidden = layer(hidden)
        outputs += [hidden] if isinstance(layer, nn.Linear) else []
    gradients = torch.autograd.grad(hidden.sum(), outputs)
    return [gradient.flatten(1).norm(dim=1).mean().item() for gradient in gradients]


def sample_coupling(critic: nn.Module, points: Tensor) -> float:
    """How much of a score's sensitivity falls on the other samples of its batch, from 0 to 1.

    The mean over i of Σ_{j≠i} ‖∂C(x_i)/∂x_j‖ / Σ_j ‖∂C(x_i)/∂x_j‖. It is 0 where every sample is
    judged on its own, as the gradient penalty presumes. The critic is left as it was.
    """
    points = _batch("points", points).detach().requires_grad_()
    scores = _heights("critic(points)", copy.deepcopy(critic)(points), len(points))
    norms = torch.stack([_gradient_by_sample(score, points) for score in scores])
    of_others, of_all = norms.sum(1) - norms.diagonal(), norms.sum(1)
    # A score that moves with nothing, such as a dead one, is coupled with nothing.
    return float((of_others / of_all.clamp_min(torch.finfo(norms.dtype).tiny)).mean())


def _gradient_by_sample(score: Tensor, points: Tensor) -> Tensor:
    return torch.autograd.grad(score, points, retain_graph=True)[0].flatten(1).norm(dim=1)


@torch.no_grad()
def clip_weights_(network: nn.Module, clip: float) -> None:
    """Every parameter back into [−clip, clip], in place (Arjovsky et al. 2017, Algorithm 1)."""
    if not isinstance(network, nn.Module):
        raise TypeError(f"network must be a torch.nn.Module, got {type(network).__name__}")
    finite_number("clip", clip, minimum=0.0, strict=True)
    for parameter in network.parameters():
        parameter.clamp_(-clip, clip)


def clipped_bound(widths: Sequence[int], clip: float) -> float:
    """The steepest slope that an MLP of these widths can have when all |w| ≤ clip.

    A matrix m×n with entries in [−c, c] has spectral norm at most c·√(mn), and ReLU or leaky ReLU
    never steepen. The product over the layers is c^L·√(w₀)·w₁⋯w_{L−1}·√(w_L).
    """
    widths = [positive_integer("widths", width) for width in widths]
    if len(widths) < 2:
        raise ValueError(f"widths must name the input and the output at least, got {widths}")
    finite_number("clip", clip, minimum=0.0, strict=True)
    pairs = pairwise(widths)
    return math.prod(clip * math.sqrt(fan_in * fan_out) for fan_in, fan_out in pairs)


# ------------------------------------------------------------------ cones


class ConeViolations(NamedTuple):
    """Pairs of points of which each lies in the other's double cone, the worst first.

    pairs M×2 are their places in x; excess M says how far the rise exceeds K times the distance.
    """

    pairs: Tensor
    excess: Tensor

    @property
    def entered(self) -> bool:
        """Whether any point lies in a cone, so that the function is not K-Lipschitz."""
        return len(self.pairs) > 0


def cone_violations(x: Tensor, fx: Tensor, K: float) -> ConeViolations:
    """The pairs of points, x N×…, whose heights fx (N) differ by more than K times their distance.

    The double cone of slope K stands on (x_i, fx_i); a K-Lipschitz function never enters it. Empty
    if the points show no violation, which proves nothing about points that were not looked at.
    What rounding may have added to fx, by its dtype, is no violation. Lesson 04.
    """
    x = _batch("x", x)
    fx = _heights("fx", finite_tensor("fx", fx), len(x))
    K = finite_number("K", K, minimum=0.0)
    pairs, rises, runs = _rises_and_runs(x, fx)
    excess = rises - K * runs
    order = excess.argsort(descending=True, stable=True)
    order = order[excess[order] > _rounding(fx)]
    return ConeViolations(pairs[order], excess[order])


def cone_envelope(x: Tensor, anchors: Tensor, values: Tensor, K: float = 1.0) -> Tensor:
    """min_j values_j + K‖x − anchors_j‖: the lower envelope of upward cones, N, differentiable.

    x N×…, anchors M×…, values M. The highest K-Lipschitz function that lies nowhere above the
    values; it meets them all where they do not violate each other's cones (McShane 1934).
    With the prices of the dual as values it is a best critic.
    """
    x, anchors = _batch("x", x), _batch("anchors", anchors)
    values = _heights("values", finite_tensor("values", values), len(anchors))
    K = finite_number("K", K, minimum=0.0)
    cones = values + K * cost_matrix(x, anchors)
    return cones.min(dim=1).values.to(torch.promote_types(x.dtype, values.dtype))


def lower_bound(f: Callable[[Tensor], Tensor], x: Tensor) -> float:
    """The steepest slope that f shows around the points, N×…: its constant is at least that.

    Slopes between all pairs of points, and of a small step along the gradient at each. The step
    stands for the gradient's own norm because at a kink autograd may report a slope that f has
    nowhere: that of x − relu(x) + relu(−x), which is 0, is 1 at 0. What rounding may have added is
    taken off.
    """
    x = _batch("x", x)
    ahead, behind = _along_the_gradient(f, x)
    with torch.no_grad():
        heights = finite_tensor("f(x)", f(torch.cat([x.detach(), ahead, behind])))
    at_x, above, below = _heights("f(x)", heights, 3 * len(x)).double().split(len(x))
    _, rises, runs = _rises_and_runs(x, at_x)
    steps = (ahead - behind).double().reshape(len(x), -1).norm(dim=1)
    rises, runs = torch.cat([rises, (above - below).abs()]), torch.cat([runs, steps])
    slopes = (rises - _rounding(heights)) / runs
    return slopes[runs > 0].clamp_min(0).max().item() if (runs > 0).any() else 0.0


def _along_the_gradient(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """Each point moved a small step up and down the gradient of f; not at all where that is 0."""
    with torch.enable_grad():
        points = x.detach().requires_grad_()
        total = _heights("f(x)", f(points), len(x)).sum()
    gradient = torch.autograd.grad(total, points)[0] if total.requires_grad else 0 * x.detach()
    norms = gradient.reshape(len(x), -1).norm(dim=1).reshape(-1, *[1] * (x.ndim - 1))
    # The best step for a symmetric difference; smaller ones drown in rounding.
    step = torch.finfo(x.dtype).eps ** (1 / 3) * max(1.0, x.abs().max().item())
    move = step * torch.nan_to_num(gradient / norms, 0.0, 0.0, 0.0)
    return x.detach() + move, x.detach() - move


def _rises_and_runs(x: Tensor, fx: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For each pair of points: their places (P×2), |f(x) − f(y)| and ‖x − y‖."""
    i, j = torch.triu_indices(len(x), len(x), 1, device=x.device)
    runs = cost_matrix(x.detach(), x.detach())[i, j]
    heights = fx.detach().to(runs)
    return torch.stack([i, j], dim=1), (heights[i] - heights[j]).abs(), runs


def _rounding(values: Tensor) -> float:
    return ROUNDINGS * torch.finfo(values.dtype).eps * values.abs().max().item()


def _batch(name: str, points: Tensor) -> Tensor:
    """Points N×…, finite; N numbers are N points on the line."""
    points = finite_tensor(name, points)
    if points.ndim == 0:
        raise ValueError(f"{name} must be N points, N×…, got the one number {points.item()}")
    return points


def _heights(name: str, heights: Tensor, count: int) -> Tensor:
    """One number a point, as a vector."""
    if heights.numel() != count:
        raise ValueError(
            f"{name} must hold one number a point, {count}, got shape {tuple(heights.shape)}"
        )
    return heights.reshape(count)
