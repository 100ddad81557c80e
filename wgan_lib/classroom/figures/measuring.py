"""The figures of lesson 12: gradient fields, and who measures how well in which dimension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import CRITIC, FAKE, REAL, STYLE, TRUTH, Look, looks

Runs = Mapping[int, Sequence[float]]  # by the dimension, one number for each run

_styled = matplotlib.rc_context(STYLE)
_PLACES = ((0.06, 0.29, 0.4, 0.6), (0.55, 0.36, 0.44, 0.53))
_HIGHEST = 2.0  # what is above leaves the widget's picture


@_styled
def laws_and_moves(scores: Any, ticks: Any, fake: Any, real: Any, moves: int = 40) -> Figure:
    """On the left two clouds, fake and real (N×2 each); on the right the first moves of their plan.

    The move i goes from fake[i] to real[i], over the scores (T×T) on the square of ticks.
    """
    scores, ticks = numbers("scores", scores), numbers("ticks", ticks)
    fake, real = numbers("fake", fake), numbers("real", real)
    if real.shape != fake.shape:
        raise ValueError(f"real must be shaped like fake, {fake.shape}, got {real.shape}")
    figure = Figure(figsize=(11, 4.4))
    left, right = figure.subplots(1, 2, sharey=True)
    for name, points, look in looks("points", {"real": real, "fake": fake}):
        style = {"color": look.colour, "marker": look.marker}
        left.scatter(*points.T, s=10, label=name, linewidth=0, **style)
        right.scatter(*points[:moves].T, s=26, edgecolor="white", zorder=3, **style)
    levels = np.linspace(scores.min(), scores.max(), 17)
    mesh = right.contourf(ticks, ticks, scores, levels=levels, cmap="cividis")
    for start, end in zip(fake[:moves], real[:moves], strict=True):
        arrow = {"arrowstyle": "-|>", "color": "white", "lw": 1.4, "mutation_scale": 11}
        right.annotate("", xy=end, xytext=start, arrowprops=arrow)
    for axes, title in ((left, "two laws"), (right, "their plan climbs straight up u")):
        axes.set(title=title, xlabel="x₁", xlim=ticks[[0, -1]], ylim=ticks[[0, -1]])
        axes.set_aspect("equal")
        axes.grid(False)
    left.set_ylabel("x₂")
    figure.colorbar(mesh, ax=right, label="u", ticks=levels[::4].round(1))
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


@_styled
def gradient_fields(
    surfaces: Mapping[str, Any], arrows: Mapping[str, Any], ticks: Any, points: Any
) -> Figure:
    """Critics side by side: scores T×T over the square of ticks, arrows N×2 at the points N×2.

    All arrows are drawn on one scale, so that a steeper critic has longer ones; scores are each on
    their own.
    """
    ticks, points = numbers("ticks", ticks), numbers("points", points)
    figure = Figure(figsize=(11, 3.2))
    row = figure.subplots(1, len(surfaces), squeeze=False, sharey=True)[0]
    for axes, (name, scores) in zip(row, surfaces.items(), strict=True):
        scores, field = numbers("scores", scores), numbers("arrows", arrows[name])
        if field.shape != points.shape:
            raise ValueError(
                f"arrows must be shaped like points, {points.shape}, got {field.shape}"
            )
        levels = np.linspace(scores.min(), scores.max(), 12)
        axes.contourf(ticks, ticks, scores, levels=levels, cmap="cividis")
        axes.quiver(*points.T, *field.T, color="white", scale=2.2, scale_units="xy", angles="xy",
                    width=0.008)  # fmt: skip
        axes.set(title=name, xlabel="x₁", aspect="equal")
        axes.set(xlim=ticks[[0, -1]], ylim=ticks[[0, -1]])
        axes.grid(False)
    row[0].set_ylabel("x₂")
    return figure


@_styled
def over_dimensions(
    tables: Mapping[str, Mapping[str, Mapping[str, Runs]]], *, limits: Mapping[str, tuple] = {}
) -> Figure:
    """A column for each source and a row for each measure; lines are medians, bands hold all runs.

    tables has, by source, by measure and by name, the runs at each dimension. A dashed line marks
    1. limits may give the ends of a measure's axis.
    """
    names = dict.fromkeys(n for t in tables.values() for m in t.values() for n in m)
    found = {name: look for name, _, look in looks("names", names)}
    measures = list(dict.fromkeys(measure for table in tables.values() for measure in table))
    figure = Figure(figsize=(11, 2.9 * len(measures) + 0.6))
    grid = figure.subplots(len(measures), len(tables), squeeze=False, sharex=True, sharey="row")
    for column, (source, table) in enumerate(tables.items()):
        for row, measure in enumerate(measures):
            axes = grid[row, column]
            axes.axhline(1, color=TRUTH, lw=1, ls=":", label="truth")
            for name, runs in table[measure].items():
                _line(axes, name, runs, found[name])
            axes.set_ylabel(measure if column == 0 else "")
            _dimensions(axes, label="dimension" if row == len(measures) - 1 else "")
            if measure in limits:
                axes.set_ylim(*limits[measure])
        grid[0, column].set_title(source)
    handles = {}
    for axes in grid.flat:
        handles |= dict(zip(*axes.get_legend_handles_labels()[::-1], strict=True))
    figure.legend(handles.values(), handles, loc="outside lower center", ncols=4)
    return figure


def _line(axes: Axes, name: str, runs: Runs, look: Look) -> None:
    dimensions = sorted(runs)
    values = [numbers(name, runs[d]) for d in dimensions]
    middle = [np.median(each) for each in values]
    axes.plot(dimensions, middle, look.dash, color=look.colour, marker=look.marker, ms=5,
              label=name)  # fmt: skip
    ends = [each.min() for each in values], [each.max() for each in values]
    axes.fill_between(dimensions, *ends, color=look.colour, alpha=0.2, lw=0)


def _dimensions(axes: Axes, label: str = "dimension") -> None:
    axes.set_xscale("log", base=2)
    axes.xaxis.set_minor_locator(NullLocator())
    ticks = [2**k for k in range(1, 8)]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.set_xlabel(label)


@_styled
def way_and_dimension(
    curves: Mapping[str, Runs],
    others: Mapping[str, Mapping[str, float]],
    dimension: int,
    chosen: str,
    *,
    title: str = "",
) -> Figure:
    """On the left one way over the dimensions, on the right all ways at the dimension.

    curves has the runs of the chosen way for each measure; others has, for each measure, a number
    for each way.
    """
    figure, (left, right) = canvas(places=_PLACES)
    colours = (REAL, FAKE, CRITIC)
    left.plot([1.6, 160], [1, 1], ":", color=TRUTH, lw=1)
    left.plot([dimension] * 2, [0, _HIGHEST], color="#BBBBBB", lw=6, alpha=0.6, zorder=0)
    for (measure, runs), colour, dash in zip(
        curves.items(), colours, ("-", "--", "-."), strict=False
    ):
        _line(left, measure, runs, Look(colour, dash, "o"))
    width = 0.8 / len(others)
    for at, (measure, heights) in enumerate(others.items()):
        places = np.arange(len(heights)) - 0.4 + width * (at + 0.5)
        shown = np.minimum(list(heights.values()), _HIGHEST)
        drawn = right.bar(places, shown, width * 0.92, color=colours[at], label=measure)
        for name, patch in zip(heights, drawn, strict=True):
            patch.set_alpha(1.0 if name == chosen else 0.35)
    right.plot([-0.6, len(heights) - 0.4], [1, 1], ":", color=TRUTH, lw=1)
    left.set_title(title, y=1.02)
    right.set_title(f"all ways in dimension {dimension}", y=1.02)
    _dimensions(left)
    left.set(xlim=(1.6, 80), ylim=(0, _HIGHEST))
    right.set(xlim=(-0.6, len(heights) - 0.4), ylim=(0, _HIGHEST))
    right.set_xticks(range(len(heights)), list(heights), rotation=35, ha="right", fontsize=11)
    below = {"bbox_to_anchor": (0.5, -0.24), "ncols": 3, "columnspacing": 1.2}
    left.legend(loc="upper center", **below)  # in the picture it would hide a line
    return figure
