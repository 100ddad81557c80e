"""Slopes: how steep a critic is, and the clip that binds it.

Slopes are measured in the Euclidean norm over all of a sample's dimensions.
"""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import finite_number, finite_tensor

ROOT_FLOOR = 1e-12  # under the square root, whose own derivative at 0 is infinite


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
    """One norm per sample, N×… → N, over all its dimensions, with a finite gradient at 0."""
    return vectors.flatten(1).square().sum(1).add(ROOT_FLOOR).sqrt()


def sample_coupling(critic: nn.Module, points: Tensor) -> float:
    """How much of a score's sensitivity falls on the other samples of its batch, from 0 to 1.

    The mean over i of Σ_{j≠i} ‖∂C(x_i)/∂x_j‖ / Σ_j ‖∂C(x_i)/∂x_j‖. It is 0 where every sample is
    judged on its own, as the gradient penalty presumes. The critic is left as it was.
    """
    points = point_batch("points", points).detach().requires_grad_()
    scores = point_heights("critic(points)", copy.deepcopy(critic)(points), len(points))
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


def point_batch(name: str, points: Tensor) -> Tensor:
    """Points N×…, finite; N numbers are N points on the line."""
    points = finite_tensor(name, points)
    if points.ndim == 0:
        raise ValueError(f"{name} must be N points, N×…, got the one number {points.item()}")
    return points


def point_heights(name: str, heights: Tensor, count: int) -> Tensor:
    """One number per point, as a vector."""
    if heights.numel() != count:
        raise ValueError(
            f"{name} must hold one number per point, {count}, got shape {tuple(heights.shape)}"
        )
    return heights.reshape(count)
