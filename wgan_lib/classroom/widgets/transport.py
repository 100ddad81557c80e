"""The widgets of lesson 03: piles of earth with the plan between them, and a line that slides."""

from __future__ import annotations

from functools import cache, partial

import torch
from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.parallel_lines import TWO_LINES, two_lines
from wgan_lib.classroom.figures.transport import MOVES_AND_TABLE, moves_and_table
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.divergences import js, kl, total_variation
from wgan_lib.ground.arguments import finite_number, finite_tensor
from wgan_lib.transport import optimal_plan, wasserstein_1d

_PLACES = torch.arange(9, dtype=torch.float64)
_COSTS = {
    "the distance": (1.0, "W₁"),
    "its square": (2.0, "cost by squares"),
    "its root": (0.5, "cost by roots"),
}
_UNCROSSED = 1e-6  # on the square: of plans that cost the same, the one whose ways do not cross
_CELL = 1 / 32  # a power of two, so that sums of cells are exact
_EDGES = torch.arange(-33, 50, dtype=torch.float64) * _CELL
CELLS = (_EDGES[1:] + _EDGES[:-1]) / 2  # the middle of each
THINNEST = _CELL


def move_the_earth() -> Explorer:
    """Lesson 03: the cheapest plan from one pile to another, for three costs of a way."""
    return Explorer(
        "Move the earth",
        partial(_draw_piles, canvas(places=MOVES_AND_TABLE)[0]),
        {
            "p": slider("P: its middle", 0, 8, 0.5, value=4),
            "q": slider("Q: its middle", 0, 8, 0.5, value=4),
            "gap": slider("Q: from there to each of its two heaps", 0, 4, 0.5, value=3),
            "width": slider("width of the heaps", 1, 4, 0.5, value=2),
            "cost": choice("cost of a way", list(_COSTS)),
        },
    )


def slide_the_line() -> Explorer:
    """Lesson 03: TV, KL, JS and W₁ between two parallel lines, thin or thick."""
    return Explorer(
        "Slide the line",
        partial(_draw_lines, canvas(places=TWO_LINES)[0]),
        {
            "theta": slider("offset θ", -1, 1, _CELL, value=0.5),
            "thickness": slider("thickness, in cells of 1/32", 1, 16, 1, value=1),
        },
    )


def line_masses(theta: Tensor | float, thickness: float) -> Tensor:
    """The mass in each cell of a row, of lines from θ (any shape …) to θ + thickness: …×n.

    The lines stand upright, and nothing happens along them: only how far aside they are matters.
    θ lies between −1 and 1, the thickness between 1/32 and 1/2. Differentiable in θ.
    """
    theta = finite_tensor("theta", torch.as_tensor(theta, dtype=torch.float64))
    if theta.abs().max() > 1:
        raise ValueError(f"theta must lie between -1 and 1, got up to {theta.abs().max():.3g}")
    thickness = finite_number("thickness", thickness, THINNEST, 0.5)
    below = ((_EDGES - theta[..., None]) / thickness).clamp(0, 1)  # mass to the left of each edge
    return below.diff(dim=-1)


def four_distances(p: Tensor, q: Tensor) -> dict[str, Tensor]:
    """TV, KL(p ‖ q), JS and W₁ between rows of cells, …×n and …×n to … each."""
    p, q = torch.broadcast_tensors(p, q)
    return {
        "TV": total_variation(p, q),
        "KL": kl(p, q),
        "JS": js(p, q),
        "W₁": wasserstein_1d(CELLS.expand_as(p), CELLS.expand_as(q), p, q),
    }


def _draw_piles(figure: Figure, p: float, q: float, gap: float, width: float, cost: str) -> Figure:
    source, target = _heap(p, width), (_heap(q - gap, width) + _heap(q + gap, width)) / 2
    power, name = _COSTS[cost]
    ways = (_PLACES[:, None] - _PLACES).abs()
    found = optimal_plan(source, target, ways**power + _UNCROSSED * ways**2)
    return moves_and_table(_PLACES, found.plan, f"{name} = {found.cost.item():.2f}", figure=figure)


def _heap(at: float, width: float) -> Tensor:
    """A heap with straight sides; beyond the ends of the row it piles up at the end."""
    at = min(max(at, 0.0), float(_PLACES[-1]))
    heights = (1 - (_PLACES - at).abs() / width).clamp_min(0)
    return heights / heights.sum()


def _draw_lines(figure: Figure, theta: float, thickness: int) -> Figure:
    offsets, distances = _all_offsets(thickness)
    at = int((offsets - theta).abs().argmin())
    here = {name: values[at].item() for name, values in distances.items()}
    curves = {name: (offsets, values) for name, values in distances.items()}
    return two_lines(offsets[at].item(), thickness * _CELL, curves, here, figure=figure)


@cache
def _all_offsets(thickness: int) -> tuple[Tensor, dict[str, Tensor]]:
    offsets = torch.arange(-1, 1 + _CELL / 2, _CELL, dtype=torch.float64)
    p, q = (line_masses(theta, thickness * _CELL) for theta in (torch.zeros(()), offsets))
    return offsets, four_distances(p, q)
