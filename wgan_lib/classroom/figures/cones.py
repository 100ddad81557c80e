"""Figures of lesson 04: prices on a line, the cones under a critic, the cone that slides."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import CRITIC, FAKE, STYLE, TRUTH
from wgan_lib.lipschitz.cones import cone_violations

_styled = matplotlib.rc_context(STYLE)
_SHADE = "#56B4E9"


@_styled
def double_cone(
    name: str, x: Any, fx: Any, *, at: int, K: float, axes: Axes | None = None
) -> Figure:
    """The graph of a function and the double cone of slope K that stands on one of its points.

    x and fx are N numbers each, x rising; `at` is the place of the cone's tip among them. Where the
    graph enters this cone it is drawn thick and in another colour, and the title says by how much;
    below stands whether the cone is entered anywhere while it slides over all the points.
    """
    x, fx = _graph(name, x, fx)
    tip = _place(at, len(x))
    axes = _axes(axes)
    excess = np.abs(fx - fx[tip]) - K * np.abs(x - x[tip])
    inside = excess > 1e-9
    inside[tip] = inside[max(tip - 1, 0) : tip + 2].any()  # the thick line begins at the tip
    _shade(axes, x, fx, tip, K)
    axes.plot(x, fx, color=CRITIC, label=name)
    if inside.any():
        line = np.where(inside, fx, np.nan)
        axes.plot(x, line, color=FAKE, linewidth=5, solid_capstyle="butt", label="in the cone")
    axes.plot(x[tip], fx[tip], "o", color=TRUTH, markersize=7)
    says = f"entered by {excess.max():.2f}" if inside.any() else "not entered here"
    axes.set(xlabel=f"x   ({_everywhere(x, fx, K)})", ylabel="f(x)")
    # A fixed height: matplotlib would search for a free one, a fifth of the whole redraw.
    axes.set_title(f"{name}, K = {K:g}, tip at {x[tip]:.2f}: {says}", y=1.02)
    axes.legend(loc="upper right")
    return axes.figure


def _everywhere(x: np.ndarray, fx: np.ndarray, K: float) -> str:
    """What the cone meets while it slides along the whole graph."""
    found = cone_violations(torch.from_numpy(x), torch.from_numpy(fx), K)
    if not found.entered:
        return "slid along all of it: never entered"
    return f"slid along all of it: entered by up to {found.excess[0]:.2f}"


def _shade(axes: Axes, x: np.ndarray, fx: np.ndarray, tip: int, K: float) -> None:
    """Both halves of the cone, as far as the picture goes."""
    room = np.ptp(fx) + 1
    low, high = fx.min() - 0.35 * room, fx.max() + 0.75 * room
    for edge, side in ((high, 1), (low, -1)):
        run = abs(edge - fx[tip]) / max(K, 1e-9)  # where the wall leaves the picture
        places = np.array([max(x[0], x[tip] - run), x[tip], min(x[-1], x[tip] + run)])
        walls = fx[tip] + side * K * np.abs(places - x[tip])
        corners = [*zip(places, walls, strict=True), (places[2], edge), (places[0], edge)]
        axes.fill(*zip(*corners, strict=True), color=_SHADE, alpha=0.3, linewidth=0)
    axes.set(xlim=(x[0], x[-1]), ylim=(low, high))


@_styled
def prices_and_moves(x: Any, prices: Any, plan: Any, *, axes: Axes | None = None) -> Figure:
    """Prices at N places on the line, and an arrow for every move of the plan (N×N).

    Along an arrow earth goes from x[i] to x[j], and the price falls from prices[i] to prices[j].
    """
    x, prices = _graph("prices", x, prices)
    plan = numbers("plan", plan)
    if plan.shape != (len(x), len(x)):
        raise ValueError(f"plan must have shape {len(x)} × {len(x)}, got {plan.shape}")
    axes = _axes(axes)
    axes.plot(x, prices, "o-", color=CRITIC, label="price f", markersize=6)
    start, end = np.nonzero((plan > 1e-9) & ~np.eye(len(x), dtype=bool))
    steps = (x[end] - x[start], prices[end] - prices[start])
    exact = {"angles": "xy", "scale_units": "xy", "scale": 1}
    axes.quiver(
        x[start], prices[start] + 0.25, *steps, **exact, color=FAKE, width=0.008, label="earth goes"
    )
    axes.set(xlabel="place x", ylabel="price", title="Every move runs downhill at slope 1")
    axes.margins(y=0.2)
    axes.legend(loc="best")
    return axes.figure


@_styled
def cones_and_envelope(
    x: Any, anchors: Any, values: Any, envelope: Any, *, K: float = 1.0, axes: Axes | None = None
) -> Figure:
    """Upward cones of slope K on M points (anchors, values), and their lower envelope over x."""
    x, envelope = _graph("envelope", x, envelope)
    anchors, values = numbers("anchors", anchors).ravel(), numbers("values", values).ravel()
    if anchors.shape != values.shape:
        raise ValueError(f"values must be {anchors.size} numbers, got {values.size}")
    axes = _axes(axes)
    for number, (anchor, value) in enumerate(zip(anchors, values, strict=True)):
        label = None if number else "cones"
        axes.plot(x, value + K * np.abs(x - anchor), "--", color="#777777", lw=1.2, label=label)
    axes.plot(x, envelope, color=CRITIC, linewidth=3.2, label="envelope f")
    axes.plot(anchors, values, "o", color=TRUTH, markersize=7, label="tips")
    low, high = envelope.min(), max(envelope.max(), values.max())
    room = 0.4 * (high - low) + 0.4
    axes.set(xlabel="x", ylabel="f(x)", ylim=(low - room, high + room))
    axes.set_title("The lowest of the cones is the critic")
    axes.legend(ncols=3, loc="lower center")  # nothing is drawn below the envelope
    return axes.figure


def _axes(axes: Axes | None) -> Axes:
    return Figure(figsize=(7.6, 3.8)).add_subplot() if axes is None else axes


def _graph(name: str, x: Any, fx: Any) -> tuple[np.ndarray, np.ndarray]:
    x, fx = numbers("x", x).ravel(), numbers(name, fx).ravel()
    if x.shape != fx.shape:
        raise ValueError(f"{name} must have one height for each of {x.size} x, got {fx.size}")
    return x, fx


def _place(at: int, count: int) -> int:
    if not isinstance(at, int) or not 0 <= at < count:
        raise ValueError(f"at must be a whole number from 0 to {count - 1}, got {at!r}")
    return at
