"""The figures of lessons 06 and 07: potentials, plans, slopes, penalties, critics side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from wgan_lib.classroom.figures.canvas import canvas, legend_once
from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import CRITIC, FAKE, REAL, STYLE, TRUTH, Look, looks
from wgan_lib.penalised_critic import PenalisedCritic

_styled = matplotlib.rc_context(STYLE)
_SAMPLES = "#D55E00"  # on a surface of blue and yellow
_STEEPEST = 1000.0  # slopes above leave the picture
_NOTHING = 1e-12  # masses below are rounding


@_styled
def potentials(surfaces: Mapping[str, Any], ticks: Any, real: Any, fake: Any, plan: Any) -> Figure:
    """Potentials side by side over the square of ticks (T×T scores each), on one scale of colours.

    real is n×2, fake m×2, plan n×m. An arrow goes from each fake point to the real ones that its
    earth goes to: up the potential.
    """
    ticks, plan = numbers("ticks", ticks), numbers("plan", plan)
    real, fake = numbers("real", real), numbers("fake", fake)
    if plan.shape != (len(real), len(fake)):
        raise ValueError(f"plan must have shape {(len(real), len(fake))}, got {plan.shape}")
    figure = Figure(figsize=(11, 4.2))
    row = list(figure.subplots(1, len(surfaces), squeeze=False, sharey=True)[0])
    tables = {name: numbers(name, table) for name, table in surfaces.items()}
    levels = np.linspace(min(map(np.min, tables.values())), max(map(np.max, tables.values())), 17)
    for axes, (name, table) in zip(row, tables.items(), strict=True):
        mesh = _surface(axes, table, ticks, levels)
        _moves(axes, real, fake, plan)
        axes.set(title=name, xlabel="x₁")
    row[0].set_ylabel("x₂")
    figure.legend(*row[0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    figure.colorbar(mesh, ax=row, label="critic's score")
    return figure


def _surface(axes: Axes, scores: np.ndarray, ticks: np.ndarray, levels: Any) -> Any:
    """One colour between each two levels, as on a map, and a white line along each level."""
    ends = {"vmin": levels[0], "vmax": levels[-1]}
    mesh = axes.contourf(ticks, ticks, scores, levels=levels, cmap="cividis", **ends)
    lines = axes.contour(ticks, ticks, scores, levels=levels, colors="white", linewidths=0.7)
    lines.set_linestyle("solid")
    axes.set(aspect="equal", xlim=ticks[[0, -1]], ylim=ticks[[0, -1]])
    axes.grid(False)
    return mesh


def _moves(axes: Axes, real: np.ndarray, fake: np.ndarray, plan: np.ndarray) -> None:
    """Arrows from fake to real that leave the points free."""
    arrow = {"arrowstyle": "-|>", "color": "white", "lw": 1.6, "mutation_scale": 13}
    for i, j in zip(*np.nonzero(plan > _NOTHING), strict=True):
        ends = {"shrinkA": 4, "shrinkB": 4}
        axes.annotate("", xy=real[i], xytext=fake[j], arrowprops=arrow | ends)
    for name, points, look in looks("points", {"real": real, "fake": fake}):
        style = {"color": look.colour, "marker": look.marker, "edgecolor": "white"}
        axes.scatter(*points.T, s=42, label=name, linewidth=0.8, zorder=3, **style)


@_styled
def heaps_and_slope(
    critic: PenalisedCritic, real: Any, fake: Any, *, figure: Figure | None = None
) -> Figure:
    """On the left two heaps (N densities each) and where slopes are measured; on the right |f′|.

    An old figure is drawn again, as a widget does.
    """
    figure, (left, right) = canvas(figure)
    x = numbers("x", critic.x)
    for name, heap, dash, colour in (("real", real, "-", REAL), ("fake", fake, "--", FAKE)):
        left.plot(x, numbers(name, heap), dash, color=colour, label=name)
    left.plot(x, numbers("density", critic.density), "-.", color=TRUTH, label="x̂, penalised here")
    slope = numbers("slope", critic.slope)
    steep = np.where(slope == 0, np.nan, np.minimum(np.abs(slope), _STEEPEST))
    right.plot(x, steep, color=CRITIC, label="|f′| of the best penalised critic")
    right.plot(x[[0, -1]], [1, 1], "--", color=TRUTH, label="slope 1")
    left.set_title("where the slope is penalised", y=1.02)
    right.set_title(f"estimate {_plain(critic.estimate)}, W₁ {critic.w1:.2f}", y=1.02)
    if left.get_legend() is None:  # what follows stays when the figure is drawn again
        _few_ticks(left, right, x[[0, -1]])
    legend_once(left, "upper right")
    legend_once(right, "lower right")
    return figure


def _few_ticks(left: Axes, right: Axes, ends: np.ndarray) -> None:
    """Ticks are most of what a redraw costs."""
    left.set(xlim=ends, ylim=(0, 2.1), xlabel="x", ylabel="density", yticks=[0, 0.5, 1])
    right.set(yscale="log", xlim=ends, ylim=(0.03, _STEEPEST), xlabel="x", ylabel="slope")
    right.yaxis.set_minor_locator(NullLocator())
    right.set_yticks([1, 10, 100], ["1", "10", "100"])
    for axes in (left, right):
        axes.set_xticks(np.arange(np.ceil(ends[0]), ends[1] + 1, 3))


def _plain(number: float) -> str:
    return f"{number:.2f}" if number < _STEEPEST else "without limit"


@_styled
def mixed_points(
    real: Any, fake: Any, mixed: Any, *, title: str = "", figure: Figure | None = None
) -> Figure:
    """Pairs of points in the plane (N×2 each), the segments between them, and the points x̂."""
    real, fake, mixed = numbers("real", real), numbers("fake", fake), numbers("mixed", mixed)
    for name, points in (("fake", fake), ("mixed", mixed)):
        if points.shape != real.shape:
            raise ValueError(f"{name} must be shaped like real, {real.shape}, got {points.shape}")
    figure, (axes,) = canvas(figure, ((0.1, 0.15, 0.6, 0.74),), size=(8.4, 4.4))
    segments = np.stack([real, fake], 1)
    axes.add_collection(LineCollection(segments, color="#BBBBBB", lw=1.2, zorder=0))
    for name, points, look in looks("points", {"real": real, "fake": fake, "x̂": mixed}):
        axes.scatter(*points.T, s=36, marker=look.marker, color=look.colour, label=name)
    reach = np.abs(np.concatenate([real, fake])).max() * 1.1
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel="x₁", ylabel="x₂")
    axes.set_title(title, y=1.02)
    if axes.get_legend() is None:
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1))
    return figure


@_styled
def critics_side_by_side(
    surfaces: Mapping[str, Mapping[str, Any]], ticks: Any, points: Mapping[str, Any]
) -> Figure:
    """A table of value surfaces: one row for each kind of critic, one column for each law.

    surfaces gives, by row and by column, the scores (T×T) over the square of ticks (T); points
    gives the real ones (N×2) by column. Each panel has its own scale: heights of different critics
    do not compare.
    """
    ticks = numbers("ticks", ticks)
    figure = Figure(figsize=(11, 2.9 * len(surfaces)))
    table = figure.subplots(len(surfaces), len(points), squeeze=False)
    for row, (kind, by_law) in zip(table, surfaces.items(), strict=True):
        for axes, (law, real) in zip(row, points.items(), strict=True):
            scores = numbers("scores", by_law[law])
            mesh = _surface(axes, scores, ticks, np.linspace(scores.min(), scores.max(), 12))
            axes.scatter(*numbers("points", real).T, s=4, color=_SAMPLES, label="real")
            axes.set(title=law, xlabel="x₁", ylabel=f"{kind}: x₂")
            figure.colorbar(mesh, ax=axes)
    return figure


@_styled
def over_seeds(
    measures: Mapping[str, Mapping[str, Sequence[tuple[Any, Any]]]],
    *,
    title: str = "",
    perfect: Mapping[str, float] | None = None,
) -> Figure:
    """A panel for each measure: for each name the median of its runs in a band that holds them all.

    A run is a pair (steps, values); the runs of a name share their steps. perfect, if given, has
    for some of the measures what a perfect sampler would reach, drawn as a dotted line.
    """
    figure = Figure(figsize=(11, 3.7))
    row = figure.subplots(1, len(measures), squeeze=False)[0]
    for axes, (measure, runs) in zip(row, measures.items(), strict=True):
        for name, each, look in looks("runs", runs):
            _band(axes, name, each, look)
        if measure in (perfect or {}):
            axes.axhline(perfect[measure], color=TRUTH, ls=":", lw=1.5, label="perfect")
        axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        axes.set(xlabel="generator step", ylabel=measure)
    row[len(row) // 2].set_title(title)
    named = row[0].get_legend_handles_labels()
    figure.legend(*named, loc="outside lower center", ncols=len(named[1]))
    return figure


def _band(axes: Axes, name: str, runs: Sequence[tuple[Any, Any]], look: Look) -> None:
    steps = numbers("steps", runs[0][0])
    values = np.stack([numbers(name, run) for _, run in runs])
    axes.plot(steps, np.median(values, 0), look.dash, color=look.colour, label=name)
    axes.fill_between(steps, values.min(0), values.max(0), color=look.colour, alpha=0.25, lw=0)


@_styled
def pixel_maps(maps: Mapping[str, Any], *, label: str) -> Figure:
    """Square tables of numbers, one a pixel, side by side on one scale of colours.

    Rows are counted from the top, as in an image.
    """
    tables = {name: numbers(name, table) for name, table in maps.items()}
    figure = Figure(figsize=(11, 3.9))
    highest = max(table.max() for table in tables.values())
    row = figure.subplots(1, len(tables), squeeze=False)[0]
    for axes, (name, table) in zip(row, tables.items(), strict=True):
        image = axes.imshow(table, cmap="cividis", vmin=0, vmax=highest, interpolation="nearest")
        axes.set(title=name, xlabel="column", ylabel="row")
        axes.grid(False)
    figure.colorbar(image, ax=list(row), label=label)
    return figure
