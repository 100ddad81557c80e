"""Wasserstein-1 distances that are exact: by quantiles on the line, by optimal plans anywhere."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.arguments import finite_tensor

PIVOTS = 10_000_000  # the network simplex stops there; clouds of a few thousand need far fewer


def wasserstein_1d(
    x: Tensor, y: Tensor, x_weights: Tensor | None = None, y_weights: Tensor | None = None
) -> Tensor:
    """W₁ between samples on the line: x …×n, y …×m to …, exact and differentiable in the points.

    W₁ = ∫₀¹ |F⁻¹(u) − G⁻¹(u)| du. Weights, shaped like the points, need not sum to 1.
    """
    x, y = _samples_on_the_line(x, y)
    if x_weights is None and y_weights is None and x.shape[-1] == y.shape[-1]:
        return (x.sort(-1).values - y.sort(-1).values).abs().mean(-1)
    x, x_levels = _quantiles("x_weights", x, x_weights)
    y, y_levels = _quantiles("y_weights", y, y_weights)
    levels = torch.cat([x_levels, y_levels], -1).sort(-1).values
    widths = levels.diff(dim=-1, prepend=torch.zeros_like(levels[..., :1]))
    middles = levels - widths / 2
    return (widths * (_at(x, x_levels, middles) - _at(y, y_levels, middles)).abs()).sum(-1)


def _samples_on_the_line(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one dtype, once they are known to be as many batches."""
    x, y = finite_tensor("x", x), finite_tensor("y", y)
    if 0 in (x.ndim, y.ndim) or x.shape[:-1] != y.shape[:-1]:
        raise ValueError(
            "x and y must be …×n and …×m, alike in all dimensions but the last, "
            f"got shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    dtype = torch.promote_types(x.dtype, y.dtype)
    return x.to(dtype), y.to(dtype)


def _quantiles(name: str, points: Tensor, weights: Tensor | None) -> tuple[Tensor, Tensor]:
    """Sorted points and the level up to which each is the quantile."""
    weights = torch.ones_like(points) if weights is None else finite_tensor(name, weights)
    if weights.shape != points.shape or (weights < 0).any() or (weights.sum(-1) <= 0).any():
        raise ValueError(
            f"{name} must be shaped like the points, {tuple(points.shape)}, not negative and not "
            f"all zero, got shape {tuple(weights.shape)}"
        )
    points, order = points.sort(-1)
    levels = weights.to(points).gather(-1, order).cumsum(-1)
    return points, levels / levels[..., -1:]


def _at(points: Tensor, levels: Tensor, wanted: Tensor) -> Tensor:
    """The quantiles at the wanted levels."""
    index = torch.searchsorted(levels.contiguous(), wanted.contiguous())
    return points.gather(-1, index.clamp(max=points.shape[-1] - 1))


def cost_matrix(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distances between two clouds of points: n×… and m×… to n×m.

    In float64, because near-equal points of large norm cancel; on MPS, which has none, in float32.
    """
    x, y = _cloud("x", x), _cloud("y", y)
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"x and y must have one dimension, got {x.shape[1]} and {y.shape[1]}")
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _cloud(name: str, points: Tensor) -> Tensor:
    """n×… as n×d, as precisely as the device can."""
    points = finite_tensor(name, points)
    if points.ndim == 0:
        raise ValueError(f"{name} must be a cloud of points, n×…, got the one number {points}")
    points = points.reshape(len(points), -1)
    return points if points.device.type == "mps" else points.double()


def wasserstein(x: Tensor, y: Tensor) -> Tensor:
    """W₁ between two clouds of equally heavy points, n×… and m×…, in the Euclidean distance.

    Exact, by POT's network simplex on the CPU; a scalar in float64, differentiable in the points
    (the optimal plan is constant almost everywhere).
    """
    import ot  # takes longer to import than the rest of the library together

    cost = cost_matrix(x, y)
    plan = ot.emd([], [], cost.detach().cpu().numpy(), numItermax=PIVOTS)
    return (torch.as_tensor(plan).to(cost) * cost).sum()
