"""Wasserstein-1 distances that are exact: by sorting on the line, by optimal plans anywhere.

`wasserstein_1d` compares samples on the line, whole batches at a time. `optimal_plan` solves the
transport problem between two tables of probabilities, with its dual; `wasserstein` applies it to
clouds of points. `sliced_wasserstein` looks at clouds along many lines.

Lists are taken in float64; tensors and arrays keep their dtype and device, unless a docstring says
otherwise.
"""

from __future__ import annotations

import math
import warnings
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_tensor, positive_integer
from wgan_lib.ground.imports import import_whole

PIVOTS = 10_000_000  # the network simplex stops there; clouds of a few thousand need far fewer
TABLE_TOLERANCE = 1e-6  # on Σp of a table, where the dtype can tell as much
CERTIFICATE = 1e-9  # on margins, and on the duality gap as a share of the highest cost


def wasserstein_1d(
    x: Tensor, y: Tensor, x_weights: Tensor | None = None, y_weights: Tensor | None = None
) -> Tensor:
    """W₁ between samples on the line: x …×n, y …×m to …, exact and differentiable.

    As many points here as there, all equally heavy: the i-th smallest goes to the i-th smallest,
    W₁ = ∫₀¹ |F⁻¹(u) − G⁻¹(u)| du. Otherwise the same area is cut the other way, W₁ = ∫ |F − G| dt.
    Weights are shaped like the points and count by their share: they need not sum to 1.
    """
    x, y = _samples_on_the_line(x, y)
    if x_weights is None and y_weights is None and x.shape[-1] == y.shape[-1]:
        return _refuse_overflow((_sorted(x) - _sorted(y)).abs().mean(-1))
    points = torch.cat([x, y], -1)
    shares = [_shares("x_weights", x_weights, x), -_shares("y_weights", y_weights, y)]
    order = _order(points)
    gaps = _precisely(points.gather(-1, order)).diff(dim=-1)
    f_minus_g = torch.cat(shares, -1).gather(-1, order).cumsum(-1)[..., :-1]  # on each gap
    return _refuse_overflow((f_minus_g.abs() * gaps).sum(-1).to(points.dtype))


def _samples_on_the_line(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Both in one dtype, once they are known to be as many batches."""
    x, y = _numbers("x", x), _numbers("y", y)
    if 0 in (x.ndim, y.ndim) or x.shape[:-1] != y.shape[:-1]:
        raise ValueError(
            "x and y must be …×n and …×m, alike in all dimensions but the last, "
            f"got shapes {tuple(x.shape)} and {tuple(y.shape)}"
        )
    dtype = torch.promote_types(x.dtype, y.dtype)
    return x.to(dtype), y.to(dtype)


def _shares(name: str, weights: Tensor | None, points: Tensor) -> Tensor:
    """The share of each point in the mass of its sample, as precisely as the device can."""
    weights = torch.ones_like(points) if weights is None else _numbers(name, weights)
    weights = _precisely(weights.to(points.device))
    total = weights.sum(-1, keepdim=True)
    if weights.shape != points.shape or (weights < 0).any() or (total <= 0).any():
        raise ValueError(
            f"{name} must be shaped like the points, {tuple(points.shape)}, not negative and not "
            f"all zero, got shape {tuple(weights.shape)}"
        )
    if not total.isfinite().all():
        raise ValueError(f"{name} must have a finite sum, got {total.max():.3g}")
    return weights / total


def _sorted(points: Tensor) -> Tensor:
    array = None if points.requires_grad else _array(points)
    if array is None:
        return points.gather(-1, _order(points))
    return torch.from_numpy(np.sort(array, axis=-1))


def _order(points: Tensor) -> Tensor:
    """The indices that sort the last dimension."""
    array = _array(points)
    return points.argsort(-1) if array is None else torch.from_numpy(np.argsort(array, axis=-1))


def _array(points: Tensor) -> np.ndarray | None:
    """The points for NumPy, whose sort uses vector instructions: many times torch's speed.

    None where NumPy cannot read them: on a GPU, in bfloat16, inside a transform of torch.func.
    """
    try:
        return points.detach().numpy()
    except (TypeError, RuntimeError):
        return None


class OptimalPlan(NamedTuple):
    """The cheapest plan (n×m), its cost (a scalar), and the potentials (u of n, v of m numbers)."""

    plan: Tensor
    cost: Tensor
    potentials: tuple[Tensor, Tensor]


def optimal_plan(p: Tensor, q: Tensor, cost: Tensor) -> OptimalPlan:
    """The cheapest way to turn the pile p (n) into q (m), at cost[i, j] from i to j.

    The plan moves plan[i, j] from i to j: its rows sum to p, its columns to q, no entry is
    negative. The potentials solve the dual: u_i + v_j ≤ cost_ij for all i and j, also where there
    is no mass, with equality wherever the plan moves something, and Σ p·u + Σ q·v = the plan's cost
    (Kantorovich 1942). A constant can go from v to u; here Σ p·u = 0. Where the same points stand
    on both sides and the cost is a distance between them, v = −u up to a constant, and the slope
    of u is nowhere above 1 (lesson 04).

    p and q must sum to 1 within 1e-6, or within 3.5e-4 in float32, and are then divided by their
    sums. All results are in float64, on the device of `cost`. The plan's cost is differentiable:
    its gradient is the plan for the costs, u for p and v for q. Raises RuntimeError should the
    solver (POT's network simplex, on the CPU) fail: margins and duality gap are checked to 1e-9.
    """
    cost = _precisely(_numbers("cost", cost, dimensions=(2,)))
    p, q = _pile("p", p, cost, 0), _pile("q", q, cost, 1)
    solved = _network_simplex(_array64(p), _array64(q), _array64(cost))
    plan, u, v = (torch.from_numpy(each).to(cost) for each in solved)
    # The last two terms are 0 and only carry the gradients.
    total = (plan * cost).sum() + (p - p.detach()) @ u + (q - q.detach()) @ v
    return OptimalPlan(plan, total, (u, v))


def _pile(name: str, masses: Tensor, cost: Tensor, dimension: int) -> Tensor:
    """A table of probabilities that fits a side of the cost, divided by its sum."""
    pile = _numbers(name, masses, dimensions=(1,))
    if len(pile) != cost.shape[dimension]:
        side = ("row", "column")[dimension]
        raise ValueError(
            f"{name} must have {cost.shape[dimension]} entries, one for each {side} of cost, "
            f"got {len(pile)}"
        )
    if (pile < 0).any():
        raise ValueError(f"{name} must not be negative, got a smallest entry of {pile.min():.3g}")
    tolerance = max(TABLE_TOLERANCE, torch.finfo(pile.dtype).eps ** 0.5)
    pile = _precisely(pile)
    if abs(pile.sum() - 1) > tolerance:
        raise ValueError(f"{name} must sum to 1 (within {tolerance:.2g}), got {pile.sum():.8g}")
    return pile.to(cost) / pile.sum()


def _array64(values: Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()


def _network_simplex(p: np.ndarray, q: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, ...]:
    """Plan and potentials, certified by the plan's own cost.

    A few costs that tower above those of the plan, as of one far point on each side, hide the rest
    behind the solver's tolerances. Lowered to twice the highest that the plan pays, they are still
    too high to be paid, and what is certain for the lower costs is certain for the true ones.
    """
    solved = _solved(p, q, cost, cost)
    highest, lowest = cost[solved[0] > 0].max(), cost.min()
    if highest > lowest and not _is_certain(solved, cost):
        solved = _solved(p, q, np.minimum(cost, 2 * highest - lowest), cost)
        if not _is_certain(solved, cost, rounding=4 * np.finfo(float).eps):
            raise RuntimeError(
                "the plan found is not certain to be optimal: its cost differs from that of the "
                f"dual by more than a share of {CERTIFICATE:g}"
            )
    return solved


def _is_certain(solved: tuple[np.ndarray, ...], cost: np.ndarray, rounding: float = 0.0) -> bool:
    """Whether the dual leaves nothing to gain, but for a tiny share of what the plan pays.

    rounding allows for a share of what is highest in it too: there the digits of masses end.
    """
    plan, u, v = solved
    row, column = np.nonzero(plan)
    mass, paid = plan[row, column], cost[row, column]
    towering = np.abs(u[row]) + np.abs(v[column]) + max(-cost.min(), paid.max())
    allowed = CERTIFICATE * np.abs(paid) + rounding * towering
    return mass @ ((paid - v[column]) - u[row]) <= mass @ allowed


def _solved(
    p: np.ndarray, q: np.ndarray, lowered: np.ndarray, cost: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The solver has tolerances of its own, so the costs go to it scaled."""
    import_whole("ot")  # takes longer to import than the rest of the library together
    import ot

    scale = np.abs(lowered).max() or 1.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the log says the same
        plan, log = ot.emd(p, q, lowered / scale, numItermax=PIVOTS, log=True)
    if log["warning"] is not None:
        raise RuntimeError(f"no optimal plan was found: {' '.join(log['warning'].split())}")
    u, v = _tightened(log["u"] * scale, p, cost)
    margins = max(np.abs(plan.sum(1) - p).max(), np.abs(plan.sum(0) - q).max())
    gap = abs((plan * cost).sum() - p @ u - q @ v) / (np.abs(cost).max() or 1.0)
    if not max(margins, gap) <= CERTIFICATE:
        raise RuntimeError(
            f"the plan found is not certain to be optimal: margins off by {margins:.2g}, "
            f"duality gap {gap:.2g} of the highest cost"
        )
    return plan, u, v


def _tightened(u: np.ndarray, p: np.ndarray, cost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each potential as high as the other allows, everywhere; the solver's hold only on mass."""
    v = (cost - np.where(p > 0, u, -np.inf)[:, None]).min(0)
    u = (cost - v).min(1)
    level = p @ u
    return u - level, v + level


def cost_matrix(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distances between two clouds of points: n×… and m×… to n×m.

    In float64, because near-equal points of large norm cancel; on MPS, which has none, in float32.
    """
    x, y = map(_precisely, _clouds(x, y))
    unit = _unit(max(points.detach().abs().max().item() for points in (x, y)), x.dtype)
    distances = torch.cdist(x / unit, y / unit, compute_mode="donot_use_mm_for_euclid_dist")
    return _refuse_overflow(distances * unit)


def _unit(largest: float, dtype: torch.dtype) -> float:
    """1, or the power of two next to a size whose square would leave the range of the dtype."""
    limits = torch.finfo(dtype)
    if not largest or limits.tiny**0.25 < largest < limits.max**0.25:
        return 1.0
    return 2.0 ** (math.frexp(largest)[1] - 1)


def wasserstein(
    x: Tensor, y: Tensor, x_weights: Tensor | None = None, y_weights: Tensor | None = None
) -> Tensor:
    """W₁ between two clouds of points, n×… and m×…, in the Euclidean distance.

    The points are equally heavy unless weights (n and m numbers that need not sum to 1) say
    otherwise. Exact, as ``optimal_plan`` is; a scalar in float64, differentiable in points and
    weights (the optimal plan is constant almost everywhere).
    """
    cost = cost_matrix(x, y)
    p = _shares("x_weights", x_weights, cost[:, 0].detach())
    q = _shares("y_weights", y_weights, cost[0].detach())
    return optimal_plan(p, q, cost).cost


def sliced_wasserstein(
    x: Tensor, y: Tensor, projections: int = 100, generator: torch.Generator | None = None
) -> Tensor:
    """The mean W₁ between the shadows of two clouds, n×… and m×…, on random lines through 0.

    A Monte Carlo estimate, differentiable in the points. It never exceeds W₁, since no shadow is
    longer than what throws it; for a shift in the plane it tends to 2/π of W₁ (Rabin et al. 2011).
    """
    x, y = _clouds(x, y)
    where = x.device if generator is None else generator.device
    shape = (positive_integer("projections", projections), x.shape[1])
    lines = torch.randn(shape, generator=generator, device=where, dtype=x.dtype).to(x.device)
    lines = lines / lines.norm(dim=1, keepdim=True)
    return wasserstein_1d(lines @ x.T, lines @ y.T).mean()


def _clouds(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """n×… and m×… as n×d and m×d of one dtype."""
    x, y = _numbers("x", x), _numbers("y", y)
    for name, points in (("x", x), ("y", y)):
        if points.ndim == 0:
            raise ValueError(f"{name} must be a cloud of points, n×…, got the one number {points}")
    x, y = x.flatten(1) if x.ndim > 1 else x[:, None], y.flatten(1) if y.ndim > 1 else y[:, None]
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            "x and y must have points of as many dimensions, "
            f"got {x.shape[1]} and {y.shape[1]} numbers per point"
        )
    dtype = torch.promote_types(x.dtype, y.dtype)
    return x.to(dtype), y.to(dtype)


def _numbers(name: str, values: Tensor, dimensions: tuple[int, ...] | None = None) -> Tensor:
    """A finite tensor; a list in float64."""
    return finite_tensor(name, values, dimensions, list_dtype=torch.float64)


def _precisely(numbers: Tensor) -> Tensor:
    """In float64; MPS has none."""
    return numbers if numbers.device.type == "mps" else numbers.double()


def _refuse_overflow(distances: Tensor) -> Tensor:
    if not distances.isfinite().all():
        raise ValueError("x and y must be close enough for their distance to be a finite number")
    return distances
