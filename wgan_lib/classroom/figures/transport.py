"""The figures of lesson 03: earth on its way, plans as tables, areas, pairs, samples.

P is blue and Q is red, as real and fake are in later lessons. What moves, and the distance that it
travels, is purple.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.general import numbers, panels, scatter
from wgan_lib.classroom.style import FAKE, REAL, STYLE, looks

_styled = matplotlib.rc_context(STYLE)

_MOVED, _RESTING = "#5E1A7A", "#BBBBBB"
MOVES_AND_TABLE = ((0.04, 0.15, 0.52, 0.74), (0.69, 0.15, 0.3, 0.74))  # a legend between them
_NOTHING = 1e-12  # masses below are rounding
_TABLE = {"cmap": "Purples", "edgecolors": "#DDDDDD", "linewidth": 1}


@_styled
def earth_moved(places: Any, plan: Any, *, title: str = "", axes: Axes | None = None) -> Figure:
    """Pile P standing above, pile Q hanging below, the moves of the plan (n×n) between them.

    A line is as wide as its share of the largest move is big; earth that stays is grey.
    """
    places, plan = _square("plan", plan, places)
    axes = Figure(figsize=(7.6, 4)).add_subplot() if axes is None else axes
    p, q = plan.sum(1), plan.sum(0)
    scale, width = 1.2 / max(p.max(), q.max()), 0.55 * np.diff(np.sort(places)).min()
    axes.bar(places, scale * p, width, 1, color=REAL, label="P")
    axes.bar(places, -scale * q, width, 0, color=FAKE, label="Q")
    _moves(axes, places, plan)
    axes.set(xticks=places, yticks=[], ylim=(-1.3, 2.3), xlabel="place", title=title)
    axes.set_xlim(places.min() - width, places.max() + width)
    axes.set_ylabel("P above, Q below")
    axes.grid(False)
    _legend_beside(axes)
    return axes.figure


@_styled
def plan_table(
    plan: Any,
    x: Any,
    y: Any,
    *,
    title: str = "",
    written: bool = True,
    most: float | None = None,
    axes: Axes | None = None,
) -> Figure:
    """A plan (n×m) as a table of colours: rows are the places x of P, columns the places y of Q.

    `written` puts the amounts into the cells. `most` has the darkest colour: the largest amount,
    unless several tables side by side are to share their colours.
    """
    plan = numbers("plan", plan)
    x, y = numbers("x", x), numbers("y", y)
    if plan.shape != (x.size, y.size):
        raise ValueError(f"plan must have shape {(x.size, y.size)}, x by y, got {plan.shape}")
    axes = Figure(figsize=(4.6, 4)).add_subplot() if axes is None else axes
    most = most or max(plan.max(), _NOTHING)
    axes.pcolormesh(plan, vmin=0, vmax=most, **_TABLE)
    every = 1 if max(plan.shape) <= 6 else 2
    axes.set_xticks(np.arange(y.size)[::every] + 0.5, [f"{place:g}" for place in y[::every]])
    axes.set_yticks(np.arange(x.size)[::every] + 0.5, [f"{place:g}" for place in x[::every]])
    axes.set(
        xlim=(0, y.size),
        ylim=(x.size, 0),
        aspect="equal",
        xlabel="to place (Q)",
        ylabel="from place (P)",
    )
    axes.set_title(title)
    axes.grid(False)
    if written:
        _amounts(axes, plan, most)
    return axes.figure


@_styled
def moves_and_table(places: Any, plan: Any, title: str, *, figure: Figure | None = None) -> Figure:
    """The moves of a plan beside its table, on a canvas that may be drawn again."""
    figure, (left, right) = canvas(figure, MOVES_AND_TABLE)
    earth_moved(places, plan, title=title, axes=left)
    plan_table(plan, places, places, title="the plan", written=False, axes=right)
    return figure


@_styled
def area_cut_twice(x: Any, p: Any, y: Any, q: Any, *, strips: int = 24) -> Figure:
    """The area between two distribution functions, cut upright and cut across.

    x (n) and y (m) are places, p and q their masses. On the left the area is filled; on the right
    `strips` lines, equally many for equal masses, go from the place of P to the place of Q.
    """
    x, p = _ordered("x", x, p)
    y, q = _ordered("y", y, q)
    figure, (left, right) = panels(2, size=(11, 4))
    ends = min(x[0], y[0]) - 0.5, max(x[-1], y[-1]) + 0.5
    grid = np.unique([*ends, *x, *y])
    f, g = (_levels(grid, *law) for law in ((x, p), (y, q)))
    area = {"fill": True, "color": _MOVED, "alpha": 0.3, "label": "|F − G|"}
    left.stairs(f[:-1], grid, baseline=g[:-1], **area)
    levels = (np.arange(strips) + 0.5) / strips
    pairs = [
        law[0][np.searchsorted(law[1].cumsum(), levels).clip(max=law[0].size - 1)]
        for law in ((x, p), (y, q))
    ]
    lines = np.stack([np.stack(pairs, 1), np.stack([levels, levels], 1)], 2)
    right.add_collection(LineCollection(lines, color=_MOVED, lw=3, alpha=0.6, label="|F⁻¹ − G⁻¹|"))
    for axes, title in ((left, "upright: ∫|F − G| dt"), (right, "across: ∫|F⁻¹ − G⁻¹| du")):
        axes.step(grid, f, where="post", color=REAL, label="F, of P")
        axes.step(grid, g, "--", where="post", color=FAKE, label="G, of Q")
        axes.set(xlim=ends, ylim=(-0.03, 1.03), xlabel="place t", title=title)
        axes.set_ylabel("share of the earth up to t")
        axes.legend(loc="lower right")
    return figure


@_styled
def matched(x: Any, y: Any, plan: Any, *, title: str = "", axes: Axes | None = None) -> Figure:
    """Two clouds in the plane (n×2 and m×2), and a line for each move of the plan (n×m)."""
    x, y, plan = numbers("x", x), numbers("y", y), numbers("plan", plan)
    if plan.shape != (len(x), len(y)):
        raise ValueError(f"plan must have shape {(len(x), len(y))}, got {plan.shape}")
    figure = scatter({"P": x, "Q": y}, title=title, axes=axes)
    pane = figure.axes[0] if axes is None else axes
    rows, columns = np.nonzero(plan > _NOTHING)
    lines = np.stack([x[rows], y[columns]], 1)
    pane.add_collection(LineCollection(lines, color=_MOVED, lw=1.2, alpha=0.6, zorder=0))
    return figure


@_styled
def shrinking(sizes: Any, series: Mapping[str, Any], *, ylabel: str, title: str) -> Figure:
    """Curves that fall with the number of points, on two logarithmic scales."""
    axes = Figure(figsize=(7.6, 4)).add_subplot()
    sizes = numbers("sizes", sizes)
    for name, values, look in looks("series", series):
        line = axes.plot(sizes, numbers(name, values), look.dash, color=look.colour, label=name)
        line[0].set(marker=look.marker, markersize=7)
    axes.set(xscale="log", yscale="log", xlabel="points in each sample", ylabel=ylabel)
    axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
    axes.set_xticks([], minor=True)
    axes.set_title(title)
    _legend_beside(axes)
    return axes.figure


@_styled
def valleys(
    series: Mapping[str, tuple[Any, Any]], *, xlabel: str, ylabel: str, title: str
) -> Figure:
    """Curves with their lowest points marked: `series` gives for each name its x and its y."""
    axes = Figure(figsize=(7.6, 4)).add_subplot()
    for name, (x, y), look in looks("series", series):
        x, y = numbers(f"x of {name}", x), numbers(name, y)
        lowest = int(y.argmin())
        axes.plot(x, y, look.dash, color=look.colour, label=name)
        axes.plot(x[lowest], y[lowest], look.marker, color=look.colour, ms=10, label="_lowest")
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    _legend_beside(axes)
    return axes.figure


def _legend_beside(axes: Axes) -> None:
    if axes.get_legend() is None:  # on a canvas that is drawn again, it stands there already
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1), markerscale=1)


def _square(name: str, plan: Any, places: Any) -> tuple[np.ndarray, np.ndarray]:
    plan, places = numbers(name, plan), numbers("places", places)
    if places.ndim != 1 or places.size < 2 or plan.shape != (places.size, places.size):
        raise ValueError(
            f"{name} must have a row and a column for each of at least 2 places, got shapes "
            f"{plan.shape} and {places.shape}"
        )
    return places, plan


def _moves(axes: Axes, places: np.ndarray, plan: np.ndarray) -> None:
    """Lines from the feet of P to the feet of Q, with a head where they arrive."""
    rows, columns = np.nonzero(plan > _NOTHING)
    shares = plan[rows, columns] / plan.max()
    lines = [((places[i], 0.97), (places[j], 0.06)) for i, j in zip(rows, columns, strict=True)]
    colours = [_RESTING if i == j else _MOVED for i, j in zip(rows, columns, strict=True)]
    widths = 1 + 9 * shares
    moves = LineCollection(lines, colors=colours, linewidths=widths, alpha=0.75, label="_moves")
    axes.add_collection(moves)
    ends = places[columns], np.full(len(columns), 0.09)
    axes.scatter(*ends, 30 + 170 * shares, colours, marker="v", zorder=3, label="_heads")


def _amounts(axes: Axes, plan: np.ndarray, most: float) -> None:
    for (i, j), amount in np.ndenumerate(plan):
        if amount > _NOTHING:
            dark = amount > 0.55 * most
            colour = "white" if dark else "black"
            where = {"ha": "center", "va": "center", "fontsize": 12, "color": colour}
            axes.text(j + 0.5, i + 0.5, f"{amount:.2g}", **where)


def _ordered(name: str, places: Any, masses: Any) -> tuple[np.ndarray, np.ndarray]:
    """Places in order, with their shares of the mass."""
    places, masses = numbers(name, places), numbers(f"masses at {name}", masses)
    if places.ndim != 1 or places.shape != masses.shape:
        raise ValueError(f"{name} must have one mass a place, got {masses.shape} masses")
    order = places.argsort(kind="stable")
    return places[order], masses[order] / masses.sum()


def _levels(grid: np.ndarray, places: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The share of the mass that lies at or below each point of the grid."""
    return np.concatenate([[0.0], shares.cumsum()])[np.searchsorted(places, grid, side="right")]
