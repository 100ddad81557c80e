"""Double cones: a function is K-Lipschitz where none of its points lies in another's cone."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.lipschitz.slopes import point_batch, point_heights
from wgan_lib.transport import cost_matrix

ROUNDINGS = 32  # how many last digits a computed score may be wrong by


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
    x = point_batch("x", x)
    fx = point_heights("fx", finite_tensor("fx", fx), len(x))
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
    With a potential that solves the dual as values it is a best critic.
    """
    x, anchors = point_batch("x", x), point_batch("anchors", anchors)
    values = point_heights("values", finite_tensor("values", values), len(anchors))
    K = finite_number("K", K, minimum=0.0)
    cones = values + K * cost_matrix(x, anchors)
    return cones.min(dim=1).values.to(torch.promote_types(x.dtype, values.dtype))


class Funnels(nn.Module):
    """A critic that is 1-Lipschitz by construction: x ↦ min_n ‖x − a_n‖ + b_n, N×d to N×1, learned.

    Centres a_n start uniform on [−spread, spread]^d, heights b_n at 0. As flexible as its count
    allows: with a funnel at each sample it can be any 1-Lipschitz function's upper envelope
    (McShane 1934).
    """

    def __init__(self, dimension: int, count: int, spread: float = 1.0):
        super().__init__()
        shape = positive_integer("count", count), positive_integer("dimension", dimension)
        spread = finite_number("spread", spread, minimum=0.0, strict=True)
        self.centres = nn.Parameter(spread * (2 * torch.rand(shape) - 1))
        self.heights = nn.Parameter(torch.zeros(shape[0]))

    def forward(self, x: Tensor) -> Tensor:
        return cone_envelope(x, self.centres, self.heights)[:, None]

    def extra_repr(self) -> str:
        return "count={}, dimension={}".format(*self.centres.shape)


def lower_bound(f: Callable[[Tensor], Tensor], x: Tensor) -> float:
    """The steepest slope that f shows around the points, N×…: its constant is at least that.

    Slopes between all pairs of points, and of a small step along the gradient at each. The step
    stands for the gradient's own norm because at a kink autograd may report a slope that f has
    nowhere: that of x − relu(x) + relu(−x), which is 0, is 1 at 0. What rounding may have added is
    taken off.
    """
    x = point_batch("x", x)
    ahead, behind = _along_the_gradient(f, x)
    with torch.no_grad():
        heights = finite_tensor("f(x)", f(torch.cat([x.detach(), ahead, behind])))
    at_x, above, below = point_heights("f(x)", heights, 3 * len(x)).double().split(len(x))
    _, rises, runs = _rises_and_runs(x, at_x)
    steps = (ahead - behind).double().reshape(len(x), -1).norm(dim=1)
    rises, runs = torch.cat([rises, (above - below).abs()]), torch.cat([runs, steps])
    slopes = (rises - _rounding(heights)) / runs
    return slopes[runs > 0].clamp_min(0).max().item() if (runs > 0).any() else 0.0


def _along_the_gradient(f: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """Each point moved a small step up and down the gradient of f; not at all where that is 0."""
    with torch.enable_grad():
        points = x.detach().requires_grad_()
        total = point_heights("f(x)", f(points), len(x)).sum()
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
