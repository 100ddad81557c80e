"""The figures of the two parallel lines: four distances over the offset, and four descents.

TV, KL, JS and W₁ look the same in each of them. The line at 0 is blue and the other is red, as real
and fake are in later lessons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wgan_lib.classroom.figures.canvas import canvas, legend_once
from wgan_lib.classroom.figures.general import numbers, panels
from wgan_lib.classroom.style import CRITIC, FAKE, GENERATOR, REAL, STYLE, TRUTH, Look, looks

_styled = matplotlib.rc_context(STYLE)

_DISTANCES = {
    "TV": Look(GENERATOR, "--", "^"),
    "KL": Look(TRUTH, "-.", "s"),
    "JS": Look(CRITIC, ":", "o"),
    "W₁": Look("#5E1A7A", "-", "D"),
}
TWO_LINES = ((0.07, 0.16, 0.32, 0.72), (0.48, 0.16, 0.37, 0.72))  # room for a legend at the right


@_styled
def over_theta(
    theta: Any,
    values: Mapping[str, Any],
    *,
    ceiling: float,
    floor: float = 0.0,
    ylabel: str = "distance",
    title: str = "",
    axes: Axes | None = None,
) -> Figure:
    """Curves over the offset θ of a line; where a value is infinite an arrow leaves by the ceiling.

    What is not a number is not drawn.
    """
    theta = numbers("theta", theta)
    axes = Figure(figsize=(7.6, 3.6)).add_subplot() if axes is None else axes
    for name, curve, look in looks("values", values):
        look, curve = _DISTANCES.get(name.split()[0], look), numbers(name, curve)
        drawn, infinite = np.where(np.isfinite(curve), curve, np.nan), np.isinf(curve)
        label = f"{name} (↑: ∞)" if infinite.any() else name
        axes.plot(theta, drawn, look.dash, color=look.colour, label=label)
        if (alone := _alone(np.isfinite(curve))).any():  # a line needs two points
            axes.plot(theta[alone], curve[alone], look.marker, color=look.colour, label="_alone")
        _out_at_the_top(axes, theta[infinite], ceiling, look)
    ends = floor - 0.05 * (ceiling - floor), ceiling
    axes.set(xlabel="offset θ of the line", ylabel=ylabel, title=title, ylim=ends)
    axes.locator_params(axis="x", nbins=5)
    if axes.get_legend() is None:  # on a canvas that is drawn again, it stands there already
        axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return axes.figure


def _alone(drawn: np.ndarray) -> np.ndarray:
    """Which points are drawn while neither of their neighbours is."""
    padded = np.concatenate([[False], drawn, [False]])
    return drawn & ~padded[:-2] & ~padded[2:]


@_styled
def two_lines(
    theta: float,
    thickness: float,
    curves: Mapping[str, tuple[Any, Any]],
    here: Mapping[str, float],
    ceiling: float = 1.3,
    *,
    figure: Figure | None = None,
) -> Figure:
    """The lines at 0 and at θ in the plane, beside four distances over all θ with a mark at this.

    `curves` gives for each name the offsets and the values, `here` its value at this θ. On a canvas
    that may be drawn again.
    """
    figure, (left, right) = canvas(figure, TWO_LINES)
    left.bar([0], [1], thickness, align="edge", color=(REAL, 0.7), label="at 0")
    left.bar([theta], [1], thickness, align="edge", color=(FAKE, 0.7), label="at θ")
    left.set(xlim=(-1.1, 1.6), ylim=(0, 1.45), xlabel="x₁", ylabel="x₂", title="Two lines")
    left.set(xticks=(-1, 0, 1), yticks=(0, 1))  # the labels of ticks are most of a redraw
    legend_once(left, "upper left")
    offsets = next(iter(curves.values()))[0]
    read = ", ".join(f"{name} {_reading(value)}" for name, value in here.items())
    values = {name: curve for name, (_, curve) in curves.items()}
    over_theta(offsets, values, ceiling=ceiling, title=read, axes=right)
    right.set(xticks=(-1, 0, 1), yticks=(0, 0.5, 1))
    for name, value in here.items():
        height = value if value <= ceiling else 0.94 * ceiling
        look = _DISTANCES[name]
        right.plot([theta], [height], look.marker, color=look.colour, ms=10, label=f"_{name} here")
    return figure


@_styled
def descents(paths: Mapping[str, Any], *, target: float = 0.0) -> Figure:
    """For each distance a panel: the offset θ, step by step, and where it should arrive."""
    figure, panes = panels(len(paths), size=(11, 3))
    for axes, (name, path, look) in zip(panes, looks("paths", paths), strict=True):
        look, path = _DISTANCES.get(name.split()[0], look), numbers(name, path)
        axes.axhline(target, color="#8C8C8C", lw=1.2, ls="--")
        axes.plot(path, color=look.colour, ls="-", label=name)
        axes.plot([path.size - 1], path[-1:], look.marker, color=look.colour, ms=9, label="_end")
        axes.set(ylim=(target - 0.12, 1.12), xlabel="step", title=f"descending {name}")
        axes.set_ylabel("offset θ" if axes is panes[0] else "")
    return figure


def _out_at_the_top(axes: Axes, x: np.ndarray, ceiling: float, look: Look) -> None:
    """A row of arrows below the ceiling: few enough to be told apart."""
    if x.size:
        few = x[np.unique(np.linspace(0, x.size - 1, 10).round().astype(int))]
        arrows = {"marker": "$↑$", "ls": "none", "color": look.colour, "ms": 11}
        axes.plot(few, np.full(few.size, 0.94 * ceiling), **arrows, label="_infinite")


def _reading(value: float) -> str:
    return "∞" if np.isinf(value) else f"{value:.2f}"
