"""The figures of lesson 08: rows of images, scales with two ends, curves against two clocks.

Lighter marks are other seeds of the same run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullFormatter

from wgan_lib.classroom.figures.canvas import keep_axes
from wgan_lib.classroom.figures.general import image_sheet, numbers, panels
from wgan_lib.classroom.style import CRITIC, FAKE, REAL, STYLE, looks

_styled = matplotlib.rc_context(STYLE)

_WORST, _BEST = "#8C8C8C", "#000000"


@_styled
def labelled_rows(rows: Mapping[str, Any], *, columns: int = 12, title: str = "") -> Figure:
    """A row of images (N × C × H × W in [-1, 1]) for each name, which stands to the left of it."""
    shown = [numbers(name, images)[:columns] for name, images, _ in looks("rows", rows)]
    short = next((name for name, row in zip(rows, shown, strict=True) if len(row) < columns), None)
    if short is not None:
        raise ValueError(f"rows must hold {columns} images each, {short!r} holds fewer")
    sheet = image_sheet(np.concatenate(shown), columns=columns)
    pixels = sheet.axes[0].images[0].get_array()
    width, height = sheet.get_size_inches()
    margin, room = 0.135 * max(map(len, rows)), 0.45 if title else 0.1
    figure = Figure(figsize=(width + margin, height + room), layout="none")
    across, up = width / (width + margin), height / (height + room)
    axes = figure.add_axes((1 - across, 0, across, up))
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
    side = pixels.shape[0] / len(rows)
    axes.set_yticks((np.arange(len(rows)) + 0.5) * side, list(rows))
    axes.tick_params(axis="y", length=0, pad=6)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    return figure


@_styled
def scales(
    measured: Mapping[str, Sequence[Mapping[str, float]]],
    ends: Mapping[str, Mapping[str, float]],
    metrics: Mapping[str, str],
    *,
    title: str = "",
) -> Figure:
    """For each metric a scale from noise to real images, with a mark for each run of each kind.

    `measured` gives for each kind its runs, `ends` the numbers of "real" and of "noise", and
    `metrics` the name on the page of each number that is shown; one that ends in "(log)" gets a
    logarithmic scale.
    """
    kinds = looks("measured", measured)
    figure, panes = panels(len(metrics), size=(11, 1.15 + 0.42 * len(kinds)))
    for axes, (metric, called) in zip(panes, metrics.items(), strict=True):
        for level, (_, runs, look) in enumerate(kinds):
            values = [run[metric] for run in runs]
            marks = axes.plot(values, [level] * len(values), look.marker, color=look.colour)[0]
            marks.set(markersize=8, alpha=0.8)
        axes.axvline(ends["real"][metric], color=_BEST, lw=1.5, label="real")
        axes.axvline(ends["noise"][metric], color=_WORST, lw=1.5, ls=":", label="noise")
        axes.set_xscale("log" if called.endswith("(log)") else "linear")
        axes.set(title=called.removesuffix(" (log)"), ylim=(len(kinds) - 0.5, -0.5))
        axes.set_yticks(range(len(kinds)), list(measured) if axes is panes[0] else [])
        axes.margins(x=0.08)
    figure.suptitle(title)
    figure.legend(*panes[0].get_legend_handles_labels(), loc="outside lower right", ncols=2)
    return figure


@_styled
def two_clocks(
    runs: Mapping[str, Sequence[Mapping[str, Any]]], column: str, *, ylabel: str, title: str = ""
) -> Figure:
    """One column of each run against generator steps, and beside it against seconds.

    `runs` gives for each kind its runs, one a seed, each with "step", "seconds" and the column.
    """
    figure, panes = panels(2, size=(11, 4.2))
    for axes, clock in zip(panes, ("step", "seconds"), strict=True):
        for name, seeds, look in looks("runs", runs):
            for number, run in enumerate(seeds):
                shape = numbers(clock, run[clock]), numbers(column, run[column])
                line = axes.plot(*shape, look.dash, color=look.colour, label=name)[0]
                if number:  # another seed of what is drawn already
                    line.set(alpha=0.45, label=f"_{name}")
        axes.set_yscale("log")
        axes.set_xlabel({"step": "generator steps", "seconds": "seconds of training"}[clock])
    panes[0].set(ylabel=ylabel, title="Step by step …")
    panes[1].set(title="… and second by second")
    panes[1].legend(loc="best")
    figure.suptitle(title)
    return figure


@_styled
def follows(run: Mapping[str, Any], guess: str, truth: str, *, title: str, axes: Axes) -> Figure:
    """The way of one run over the plane of a guess (from left to right) and a truth (upwards, log).

    Where the guess follows the truth, the way from the first look (a square) to the last (a disc)
    leads down to the left and never turns.
    """
    x, y = numbers(guess, run[guess]), numbers(truth, run[truth])
    axes.plot(x, y, "-", color=CRITIC, marker=".", label="looks")
    axes.plot(x[:1], y[:1], "s", color=REAL, ms=9, label="first")
    axes.plot(x[-1:], y[-1:], "o", color=FAKE, ms=9, label="last")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set(xlabel=_in_words(guess), title=title)
    axes.set_ylabel(_in_words(truth) if axes is axes.figure.axes[0] else "")
    if axes is axes.figure.axes[-1]:
        axes.legend(loc="best")
    return axes.figure


def _in_words(column: str) -> str:
    return column.replace("_", " ").replace("frechet", "Fréchet")


@_styled
def latent_view(
    image: Any, path: Any, place: int, chances: Any, figure: Figure | None = None
) -> Figure:
    """A digit, the chances of its ten classes, and the path that it lies on.

    image 1 × H × W and path N × 1 × H × W in [-1, 1]; `place` is the digit's position on the path.
    A figure that was drawn before is used again, which takes half the time.
    """
    figure = _blank_view() if figure is None else figure
    digit, bars, strip = figure.axes
    for axes, picture in ((digit, numbers("image", image)[0]), (strip, _strip(path))):
        if not axes.images:
            axes.imshow(picture, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
        axes.images[0].set_data(picture)
    chances = numbers("chances", chances)
    for artist in [*bars.containers, *strip.patches]:
        artist.remove()
    bars.containers.clear()
    bars.bar(range(len(chances)), chances, color=CRITIC, label="chance")
    side = strip.images[0].get_array().shape[0]
    strip.add_patch(Rectangle((place * side - 0.5, -0.5), side, side, fill=False, ec=FAKE, lw=3))
    return figure


@_styled
def _blank_view() -> Figure:
    figure = Figure(figsize=(9.6, 4.3), layout="none")
    digit = figure.add_axes((0.02, 0.33, 0.28, 0.6))
    bars = figure.add_axes((0.39, 0.42, 0.59, 0.48))
    strip = figure.add_axes((0.02, 0.02, 0.96, 0.2))
    for axes in (digit, strip):
        axes.set_axis_off()
    bars.set(title="What the classifier sees", ylabel="chance", ylim=(0, 1), xlim=(-0.6, 9.6))
    bars.set_xticks(range(10), range(10))
    bars.grid(False, axis="x")
    keep_axes(bars)
    digit.set_title("G(z)")
    strip.set_title("The way from start to end")
    return figure


def _strip(path: Any) -> np.ndarray:
    """Images N × 1 × H × W side by side."""
    return np.concatenate(list(numbers("path", path)[:, 0]), axis=1)
