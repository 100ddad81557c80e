"""The figures of lesson 01: heaps that slide apart, and detours that should be longer.

P is blue and Q is red here, as real and fake are in later lessons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from wgan_lib.classroom.figures.canvas import canvas, legend_once
from wgan_lib.classroom.figures.general import numbers, panels
from wgan_lib.classroom.style import CRITIC, FAKE, GENERATOR, REAL, STYLE, TRUTH, Look, looks

_styled = matplotlib.rc_context(STYLE)

_SHARED, _SHADE = "#4B2E5A", "#F1EDE4"
# Each ruler looks the same in every figure, and like neither of the heaps.
_RULERS = {
    "KL": Look(TRUTH, "-.", "s"),
    "JS": Look(CRITIC, "-", "o"),
    "TV": Look(GENERATOR, "--", "^"),
}


@_styled
def heaps_apart(
    x: Any, fixed: Any, moving: Any, shifts: Any, rulers: Mapping[str, tuple[Any, Any]], flat: float
) -> Figure:
    """Two heaps, row by row further apart, and beside the rows what the rulers read.

    `fixed` is a height for each x, `moving` a row of heights for each of the shifts; `rulers` gives
    for each name the shifts and the readings. Beyond the shift `flat` the page is shaded.
    """
    x, fixed, moving, shifts = _rows(x, fixed, moving, shifts)
    figure = Figure(figsize=(11, 5.4))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(1.75, 1))
    for name, heights, colour in (
        ("P stays", np.tile(fixed, (len(shifts), 1)), REAL),
        ("Q slides away", moving, FAKE),
        ("what they share", np.minimum(fixed, moving), _SHARED),
    ):
        left.add_collection(_ridges(x, heights / fixed.max(), shifts, name, colour))
    for name, (at, reading), look in _looks("rulers", rulers):
        at, reading = _paired(name, at, reading)
        rows = [int(np.abs(at - shift).argmin()) for shift in shifts]
        line = right.plot(reading, at, look.dash, color=look.colour, label=name)[0]
        line.set(marker=look.marker, markevery=rows, markersize=7, clip_on=False)
    _face_to_face(left, right, x, shifts, flat)
    return figure


@_styled
def sliding_heaps(
    x: Any,
    heaps: Mapping[str, Any],
    rulers: Mapping[str, tuple[Any, Any]],
    shift: float,
    readings: Mapping[str, float],
    *,
    ceiling: float = 1.5,
    figure: Figure | None = None,
) -> Figure:
    """Two densities over x, beside what the rulers read at every shift, with a point at this one.

    A reading above the ceiling is drawn as an arrow that leaves through it. Given `figure`, one
    that it returned before, it draws there again.
    """
    figure, (left, right) = canvas(figure)
    x = numbers("x", x)
    for name, height, look in looks("heaps", heaps):
        height = numbers(name, height)
        left.plot(x, height, look.dash, color=look.colour, label=name)
        # As an artist: axes.fill would look at every vertex for the limits, which are set below.
        left.add_artist(Polygon(np.column_stack([x, height]), color=look.colour, alpha=0.25, lw=0))
    left.set(xlim=(-5, 15), ylim=(0, 0.9), xticks=(-5, 0, 5, 10, 15), yticks=(0, 0.4, 0.8))
    left.set(xlabel="x", ylabel="density")
    left.set_title("Two heaps", y=1.02)
    legend_once(left, "upper right")
    read = ", ".join(f"{name} {value:.3f}" for name, value in readings.items())
    readings_over_shift(rulers, title=read, axes=right)
    for name, value, look in _looks("readings", readings):
        mark, height = (look.marker, value) if value <= ceiling else ("$↑$", 0.94 * ceiling)
        point = right.plot([shift], [height], color=look.colour, label=f"{name} here")[0]
        point.set(marker=mark, markersize=11)
    right.set(ylim=(0, ceiling), yticks=(0, 0.5, 1, 1.5))
    return figure


@_styled
def readings_over_shift(
    rulers: Mapping[str, tuple[Any, Any]],
    *,
    ylabel: str = "nats (TV: no unit)",
    title: str = "",
    axes: Axes | None = None,
) -> Figure:
    """What each ruler reads at its shifts; KL, JS and TV look the same in every figure."""
    axes = Figure(figsize=(7.6, 3.6)).add_subplot() if axes is None else axes
    for name, (at, reading), look in _looks("rulers", rulers):
        axes.plot(*_paired(name, at, reading), look.dash, color=look.colour, label=name)
    axes.set(xlabel="shift", ylabel=ylabel)
    axes.set_title(title, y=1.02)
    legend_once(axes, "lower right")
    return axes.figure


@_styled
def detours(trips: Mapping[str, tuple[Any, Any]]) -> Figure:
    """For each measure a panel of triples P, Q, R: d(P, R) over d(P, Q) + d(Q, R).

    `trips` gives for each name the detours and the direct ways. A metric has nothing above the
    diagonal: no detour is shorter than the direct way.
    """
    figure, panes = panels(len(trips), size=(11, 3.5))
    for axes, (name, (around, direct), _) in zip(panes, looks("trips", trips), strict=True):
        around, direct = _paired(name, around, direct)
        top = 1.05 * max(direct.max(), np.quantile(around, 0.9))
        short = direct > around + 1e-9  # more than a rounding error
        axes.fill([0, top, 0], [0, top, top], color=_SHADE, lw=0)
        for kept, colour, marker, label in (
            (~short, REAL, ".", "detour longer"),
            (short, FAKE, "^", "detour shorter"),
        ):
            axes.plot(around[kept], direct[kept], marker, color=colour, label=label)
        for line in axes.lines:
            line.set(markersize=4, markeredgecolor="none", alpha=0.6)
        axes.set(xlim=(0, top), ylim=(0, top), title=f"{name}: {short.sum()} of {short.size}")
        axes.locator_params(nbins=4)
        axes.set(xlabel="by way of Q", ylabel="direct, P to R" if axes is panes[0] else "")
    return figure


@_styled
def cliff(
    values: Mapping[str, tuple[Any, Any]], slopes: Mapping[str, tuple[Any, Any]], flat: float
) -> Figure:
    """What the rulers read while two heaps slide apart, beside their slopes on a log scale.

    Beyond the shift `flat` the page is shaded.
    """
    figure, (left, right) = panels(2, size=(11, 4))
    readings_over_shift(values, title="What the rulers read", axes=left)
    readings_over_shift(slopes, ylabel="slope", title="How steep the readings are", axes=right)
    left.set_ylim(0, 1.5)
    right.set_yscale("log")
    right.legend(loc="lower left")
    for axes in (left, right):
        end = max(numbers("shift", at).max() for at, _ in values.values())
        axes.axvspan(flat, end, color=_SHADE, lw=0, zorder=0)
        axes.set_xlim(0, end)
    return figure


def _paired(name: str, first: Any, second: Any) -> tuple[np.ndarray, np.ndarray]:
    first, second = numbers(f"places of {name}", first), numbers(name, second)
    if first.ndim != 1 or first.shape != second.shape:
        got = f"{first.shape} and {second.shape}"
        raise ValueError(f"{name} must be two rows of one length, got shapes {got}")
    return first, second


def _rows(x: Any, fixed: Any, moving: Any, shifts: Any) -> tuple[np.ndarray, ...]:
    x, fixed, shifts = numbers("x", x), numbers("fixed", fixed), numbers("shifts", shifts)
    moving = numbers("moving", moving)
    if fixed.shape != x.shape:
        raise ValueError(f"fixed must have shape {x.shape}, one for each x, got {fixed.shape}")
    if moving.shape != (shifts.size, x.size):
        wanted = f"{shifts.size} × {x.size}, a row for each shift and a column for each x"
        raise ValueError(f"moving must have shape {wanted}, got {moving.shape}")
    return x, fixed, moving, shifts


def _ridges(
    x: np.ndarray, heights: np.ndarray, levels: np.ndarray, name: str, colour: str
) -> PatchCollection:
    """A filled heap standing on each level; the axis of the levels points down."""
    shapes = [
        Polygon(np.column_stack([[x[0], *x, x[-1]], [level, *(level - 0.94 * row), level]]))
        for level, row in zip(levels, heights, strict=True)
    ]
    return PatchCollection(shapes, facecolor=(colour, 0.65), edgecolor="white", lw=1, label=name)


def _face_to_face(left: Axes, right: Axes, x: np.ndarray, shifts: np.ndarray, flat: float) -> None:
    end = shifts[-1] + 0.4
    for axes in (left, right):
        axes.axhspan(flat, end, color=_SHADE, zorder=0, lw=0)
    left.set(xlim=(x[0], x[-1]), ylim=(end, shifts[0] - 1.15), yticks=shifts)
    left.set(xlabel="x", ylabel="how far Q has moved", title="Two heaps slide apart …")
    right.set(xlim=(0, 1.07), xlabel="reading / largest reading", title="… and the rulers go blind")
    left.grid(False)
    left.tick_params(axis="y", length=0)
    left.spines["left"].set_visible(False)
    left.legend(loc="upper right")
    right.legend(loc="lower left", bbox_to_anchor=(0, 0.3))
    right.text(0.5, (flat + end) / 2, "flat: nothing to follow", ha="center", va="center")


def _looks(argument: str, data: Mapping[str, Any]) -> list[tuple[str, Any, Look]]:
    """As `looks`, with the rulers' own looks where a name begins with one of them."""
    found = looks(argument, data)
    return [(name, each, _RULERS.get(name.split()[0], look)) for name, each, look in found]
