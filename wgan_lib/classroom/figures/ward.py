"""The figures of lesson 11: the curves of a sick loop beside a healthy one, and the bedside view.

A run is a pair (steps, values). Where values are not finite the line ends, and a cross says so.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import CRITIC, FAKE, MODES, STYLE
from wgan_lib.distributions import gaussian_ring

_styled = matplotlib.rc_context(STYLE)
_A_ROW = 4  # panels, at most
SICK, HEALTHY = (FAKE, "--"), (CRITIC, "-")
Runs = Sequence[tuple[Any, Any]]


@_styled
def beds(
    patients: Mapping[str, tuple[Runs, Runs]], *, ylabel: str, limits: tuple[float, float]
) -> Figure:
    """A panel for each patient: its runs beside those of a healthy loop, over their steps.

    Lines are medians over the seeds, in bands that hold every seed. All panels have one
    logarithmic scale, from the first to the second limit; what lies beyond stays at the edge.
    """
    rows = -(-len(patients) // _A_ROW)
    columns = -(-len(patients) // rows)
    figure = Figure(figsize=(11, 0.6 + 2.25 * rows))
    panes = list(figure.subplots(rows, columns, squeeze=False, sharex=False, sharey=True).flat)
    for axes, (title, (sick, healthy)) in zip(panes, patients.items(), strict=False):
        steps = _steps([*sick, *healthy])
        _band(axes, "healthy", (steps, healthy), HEALTHY, limits)
        _band(axes, "sick", (steps, sick), SICK, limits)
        axes.set_title("\n".join(textwrap.wrap(title, 24)), fontsize=12)
        axes.set(yscale="log", ylim=limits)
        axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3))
        _plain_ticks(axes, limits)
    for axes in panes[len(patients) :]:
        axes.remove()
    for axes in panes[: len(patients)][-columns:]:
        axes.set_xlabel("generator step")
    for axes in panes[: len(patients) : columns]:
        axes.set_ylabel(ylabel)
    named = {name: mark for axes in panes[: len(patients)] for mark, name in _named(axes)}
    figure.legend(named.values(), named, loc="outside lower center", ncols=len(named))
    return figure


def _named(axes: Axes) -> list[tuple[Any, str]]:
    """What a legend says of these axes."""
    return list(zip(*axes.get_legend_handles_labels(), strict=True))


def _band(
    axes: Axes,
    name: str,
    shown: tuple[np.ndarray, Runs],
    look: tuple[str, str],
    limits: tuple[float, float],
) -> None:
    """The median of the runs in a band that holds them all, and a cross where it ends."""
    steps, values = shown[0], _together(*shown)
    inside = np.clip(values, *limits)
    alive = np.isfinite(values).all(0)
    colour, dash = look
    axes.plot(steps[alive], np.median(inside, 0)[alive], dash, color=colour, label=name)
    ends = inside.min(0)[alive], inside.max(0)[alive]
    axes.fill_between(steps[alive], *ends, color=colour, alpha=0.25, lw=0)
    if not alive.all():
        last = np.flatnonzero(alive)[-1] if alive.any() else 0
        height = np.median(inside, 0)[last] if alive.any() else limits[1]
        axes.plot([steps[last]], [height], "x", color=colour, ms=11, mew=3, label="nan from here")


def _steps(runs: Runs) -> np.ndarray:
    """The steps of the longest of these runs."""
    return max((numbers("steps", steps) for steps, _ in runs), key=len)


def _together(steps: np.ndarray, runs: Runs) -> np.ndarray:
    """A table of values, a row a run; a run that stopped before the last step ends in nan."""
    table = np.full((len(runs), len(steps)), np.nan)
    for row, (_, values) in zip(table, runs, strict=True):
        values = numbers("values", values)
        row[: len(values)] = values
    return table


def _plain_ticks(axes: Axes, limits: tuple[float, float]) -> None:
    """0.1, 0.2, 0.5, 1, … between the limits, in plain figures."""
    low, high = (np.floor(np.log10(end)) for end in limits)
    decades = 10.0 ** np.arange(low, high + 1)
    leads = (1, 2, 5) if high - low < 3 else (1,)
    ticks = [d * lead for d in decades for lead in leads if limits[0] <= d * lead <= limits[1]]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_locator(NullLocator())


@_styled
def ends(
    columns: Sequence[Mapping[str, Sequence[float]]],
    healthy: Sequence[tuple[float, float]],
    *,
    xlabel: str,
    limits: tuple[float, float],
    titles: Sequence[str] = (),
) -> Figure:
    """Where runs end: in each column a line for each patient, with a mark for each seed.

    healthy gives for each column the lowest and the highest end of its healthy runs, a band. The
    scale is logarithmic; a mark beyond a limit stays at the edge, and what is not finite is a cross
    there.
    """
    lines = max(map(len, columns))
    figure = Figure(figsize=(11, 1.2 + 0.34 * lines))
    panes = figure.subplots(1, len(columns), squeeze=False)[0]
    for axes, patients, band in zip(panes, columns, healthy, strict=True):
        axes.axvspan(*band, color=CRITIC, alpha=0.25, lw=0, label="all healthy runs")
        for level, (name, values) in enumerate(patients.items()):
            values = numbers(name, values)
            alive = np.isfinite(values)
            inside = np.clip(values[alive], *limits)
            marks = axes.plot(inside, [level] * len(inside), "o", color=FAKE, label=name)[0]
            marks.set(markersize=6, alpha=0.8, clip_on=False)
            if dead := len(values) - len(inside):
                edge = axes.plot([limits[1]] * dead, [level] * dead, "x", label=f"{name}: nan")[0]
                edge.set(color=FAKE, markersize=9, markeredgewidth=2.5, clip_on=False)
        axes.set_yticks(range(len(patients)), list(patients), fontsize=12)
        axes.set(xscale="log", xlim=limits, ylim=(lines - 0.5, -0.5), xlabel=xlabel)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    for axes, title in zip(panes, titles, strict=False):
        axes.set_title(title)
    return figure


class Bed(NamedTuple):
    """What hangs at a bed: runs by measure, and samples N×2, or images N×1×H×W in [−1, 1]."""

    sick: Mapping[str, Runs]
    healthy: Mapping[str, Runs]
    samples: Any


MEASURES = {  # what is drawn, its scale, and how far it reaches
    "critic_estimate": ("critic's estimate", "symlog", (-1e6, 1e6)),
    "steepest_slope": ("steepest slope", "log", (1e-4, 1e4)),
    "wasserstein": ("exact W₁", "log", (0.05, 100.0)),
}
_PLACES = (
    *((0.075 + 0.245 * at, 0.56, 0.165, 0.36) for at in range(3)),
    (0.79, 0.52, 0.2, 0.4),
)
_BELOW = (0.02, 0.01, 0.96, 0.4)
_LINE = 112  # characters of a line below the panels
_SHOWN = 36  # images on a sheet
_REACH = 2.2
_PAGE = "page"


@_styled
def bedside(
    bed: Bed, words: Sequence[tuple[str, str]], figure: Figure | None = None, *, compare: bool
) -> Figure:
    """Three curves and the samples of a patient, and below them words: headings and what they say.

    With compare a healthy loop's curves are drawn beside those of the patient. An old figure is
    drawn again, as a widget does.
    """
    old = figure is not None
    if old:
        _without_page_and_images(figure)
    figure, (*panes, cloud) = canvas(figure, _PLACES, size=(11, 5.6))
    for axes, (measure, (name, scale, limits)) in zip(panes, MEASURES.items(), strict=True):
        if not old:
            _chart(axes, name, scale, limits)
        steps = _steps([*bed.sick[measure], *bed.healthy[measure]])
        if compare:
            _band(axes, "healthy", (steps, bed.healthy[measure]), HEALTHY, limits)
        _band(axes, "this patient", (steps, bed.sick[measure]), SICK, limits)
        axes.set_xlim(steps[0], steps[-1])
    _samples(cloud, numbers("samples", bed.samples))
    _write(figure, words)
    return figure


def _chart(axes: Axes, name: str, scale: str, limits: tuple[float, float]) -> None:
    axes.set_title(name, fontsize=13)
    axes.set(xlabel="generator step", ylim=limits)
    axes.set_yscale(scale, **({"linthresh": 1.0} if scale == "symlog" else {}))
    ticks = (-1e6, -1e3, -1, 0, 1, 1e3, 1e6) if scale == "symlog" else None
    if ticks:
        axes.set_yticks(ticks, ["−10⁶", "−10³", "−1", "0", "1", "10³", "10⁶"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_locator(matplotlib.ticker.MaxNLocator(3))


def _samples(axes: Axes, samples: np.ndarray) -> None:
    axes.set(xticks=[], yticks=[], xlim=(-_REACH, _REACH), ylim=(-_REACH, _REACH), aspect="equal")
    axes.set_title(_in_view(samples), fontsize=12)
    axes.grid(False)
    if samples.ndim == 2:
        inside = samples[np.isfinite(samples).all(1)]
        axes.plot(*ring_of_modes().T, "x", color=MODES, ms=8, label="modes")
        axes.plot(*inside.T, ".", color=FAKE, ms=4, label="samples")
        return
    side = round(min(_SHOWN, len(samples)) ** 0.5)
    rows = samples[: side * side, 0].reshape(side, side, *samples.shape[2:])
    sheet = rows.transpose(0, 2, 1, 3).reshape(side * samples.shape[2], -1)
    reach = (-_REACH, _REACH, -_REACH, _REACH)
    axes.imshow(
        sheet, cmap="gray", vmin=-1, vmax=1, extent=reach, interpolation="nearest", zorder=2
    )


def _in_view(samples: np.ndarray) -> str:
    """How many points lie in the frame; images always do."""
    if samples.ndim > 2:
        return "samples"
    return f"{(np.abs(samples) < _REACH).all(1).sum()} of {len(samples)} samples in view"


def ring_of_modes() -> np.ndarray:
    """The eight modes of the ring that most patients are trained on, 8×2."""
    return numbers("modes", gaussian_ring().modes)


def _write(figure: Figure, words: Sequence[tuple[str, str]]) -> None:
    """Each heading with what it says, in lines that fit: a title, which is read out too."""
    told = [f"{heading}: {text}" for heading, text in words]
    page = figure.add_axes(_BELOW, label=_PAGE)
    page.set_axis_off()
    lines = "\n".join(line for each in told for line in textwrap.wrap(each, _LINE))
    title = page.set_title(lines, fontsize=13, x=0, y=1, ha="left", va="top", linespacing=1.35)
    title.set_in_layout(False)


def _without_page_and_images(figure: Figure) -> None:
    for axes in list(figure.axes):
        for image in list(axes.images):
            image.remove()
        if axes.get_label() == _PAGE:
            axes.remove()
