"""Figures of lesson 02: the plane of the one-parameter game, a GAN's stages, a GAN that hops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import matplotlib
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.general import numbers, panels
from wgan_lib.classroom.style import CRITIC, FAKE, GENERATOR, MODES, REAL, STYLE, looks

_styled = matplotlib.rc_context(STYLE)
_ARROWS = 11  # on each side of the plane
_GREY = {"color": "#8C8C8C", "scale": 20, "width": 0.0045, "headwidth": 4, "pivot": "mid"}
BOARD = ((0.07, 0.14, 0.28, 0.76), (0.43, 0.14, 0.35, 0.76))  # the plane, and the game as it is
_REACHES = (2.0, 3.0, 5.0, 8.0, 12.0, 20.0)  # a plane that grew at each step would jump
_BINS = 40


class Stage(NamedTuple):
    """One look at a GAN on the line: densities at N points x, the critic's D(x), fake samples."""

    x: Any
    real_density: Any
    discriminator: Any
    fakes: Any


@_styled
def phase_planes(
    games: Mapping[str, tuple[Callable[[Tensor], Tensor], Mapping[str, Any]]],
    *,
    reach: float = 2.0,
) -> Figure:
    """Planes of states (θ, ψ) side by side: where both players push, and paths through them.

    games gives for each title a field, which maps states …×2 to pushes …×2, and paths N×2 by name,
    the same names everywhere. The arrows show directions only: the longest push and the shortest
    would not fit one picture. Each path starts at its dot; the cross marks (0, 0).
    """
    figure, row = _squares(len(games))
    for axes, (title, (field, paths)) in zip(row, games.items(), strict=True):
        _plane(axes, field, reach)
        for name, path, look in looks("paths", paths):
            path = _states(name, path)
            axes.plot(*path.T, look.dash, color=look.colour, linewidth=1.8, label=name)
            axes.plot(*path[0], "o", color=look.colour, markersize=7)
        axes.set_title(title)
    for axes in row[1:]:
        axes.set_ylabel("")
        axes.tick_params(labelleft=False)
    figure.legend(*row[0].get_legend_handles_labels(), loc="lower center", ncols=len(paths))
    return figure


def _squares(count: int) -> tuple[Figure, list[Axes]]:
    """Square axes in a row, with a title's room above and a legend's below (in inches)."""
    width, height, side = 0.75 + 3.3 * count, 4.4, 3.0
    figure = Figure(figsize=(width, height), layout="none")
    corners = [(0.9 + 3.3 * number, 1.05) for number in range(count)]
    places = [(x / width, y / height, side / width, side / height) for x, y in corners]
    return figure, [figure.add_axes(place) for place in places]


@_styled
def game_board(
    field: Callable[[Tensor], Tensor], path: Any, *, title: str = "", figure: Figure | None = None
) -> Figure:
    """A game in progress: its path (N×2) over the plane, and the two numbers that it is about.

    On the right the critic's score ψ·x is a line through the real number 0; the fake number θ goes
    where the line rises, and the line tilts away from it. An old figure may be drawn on again.
    """
    path = _states("path", path)
    figure, (plane, line) = canvas(figure, BOARD)
    reach = next((each for each in _REACHES if np.abs(path).max() < each), np.abs(path).max())
    _plane(plane, field, reach)
    plane.set(xticks=[-reach, 0, reach], yticks=[-reach, 0, reach])
    plane.plot(*path.T, ".-", color="#000000", linewidth=1.2, markersize=4)
    plane.plot(*path[-1], "o", color=GENERATOR, markersize=9)
    plane.set_title(title)
    theta, psi = path[-1]
    ends = np.array([-reach, reach])
    line.plot(ends, psi * ends, color=CRITIC, label="critic's score ψ·x")
    line.plot(0, 0, "o", color=REAL, markersize=10, label="real number 0")
    line.plot(theta, psi * theta, "^", color=FAKE, markersize=11, label="fake number θ")
    line.set(xlim=ends, ylim=2 * ends, xlabel="x", ylabel="score")
    line.set(xticks=[*ends, 0], yticks=[*2 * ends, 0])  # ticks are half of what a redraw costs
    line.set_title(f"θ = {theta:.2f}, ψ = {psi:.2f}")
    if line.get_legend() is None:  # on an old figure it stands there already
        line.legend(loc="upper left", bbox_to_anchor=(1.01, 1), markerscale=1)
    return figure


def _plane(axes: Axes, field: Callable[[Tensor], Tensor], reach: float) -> None:
    """Arrows and axes, with a cross where both players are at rest."""
    ticks = torch.linspace(-reach, reach, _ARROWS, dtype=torch.float64) * 0.94
    states = torch.cartesian_prod(ticks, ticks)
    pushes = field(states).detach()
    pushes = pushes / pushes.norm(dim=-1, keepdim=True).clamp_min(1e-9)
    axes.quiver(*states.T.numpy(), *pushes.T.numpy(), **_GREY)
    axes.plot(0, 0, "+", color="#000000", markersize=13, markeredgewidth=2)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    axes.set(xlabel="θ (the generator)", ylabel="ψ (the critic)")


@_styled
def while_training(
    steps: Any,
    measured: Mapping[str, Mapping[str, Any]],
    best: Mapping[str, Mapping[str, float]],
    *,
    ylabel: str,
) -> Figure:
    """Curves on a logarithmic axis, in panels, each beside the level that it should come to.

    measured gives for each title curves by name over the steps; best gives each of them its level.
    """
    figure, row = panels(len(measured), size=(11, 4.2))
    steps = numbers("steps", steps).ravel()
    for axes, (title, curves) in zip(row, measured.items(), strict=True):
        for name, curve, look in looks("measured", curves):
            axes.plot(steps, numbers(name, curve).ravel(), look.dash, color=look.colour, label=name)
            level = np.full(steps.size, best[title][name])
            axes.plot(steps, level, ":", color=look.colour, label=f"{name}, under the best D")
        axes.set(title=title, xlabel="discriminator step", ylabel=ylabel, yscale="log")
    _legend_below(figure, row[0], columns=2)
    return figure


@_styled
def stages(seen: Mapping[str, Stage]) -> Figure:
    """A GAN on the line at several times: real density, fakes as a histogram, and D, in panels."""
    figure, row = panels(len(seen), size=(11, 3.5))
    tallest = 1.05
    for axes, (title, stage) in zip(row, seen.items(), strict=True):
        x = numbers("x", stage.x).ravel()
        axes.axhline(0.5, color="#777777", linewidth=1, linestyle=":")
        axes.plot(x, numbers("real_density", stage.real_density).ravel(), color=REAL, label="real")
        tallest = max(tallest, _fakes(axes, numbers("fakes", stage.fakes).ravel(), x))
        judged = numbers("discriminator", stage.discriminator).ravel()
        axes.plot(x, judged, "-.", color=CRITIC, label="D(x)")
        axes.set(xlabel="x", title=title, xlim=(x[0], x[-1]))
    for axes in row:
        axes.set_ylim(0, 1.05 * tallest)
        axes.label_outer()
    row[0].set_ylabel("density, and D(x)")
    _legend_below(figure, row[0], columns=3)
    return figure


def _legend_below(figure: Figure, axes: Axes, columns: int = 2) -> None:
    """One legend for all panels, where it hides nothing."""
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=columns)


def _fakes(axes: Axes, fakes: np.ndarray, x: np.ndarray) -> float:
    """Draws the histogram and returns its greatest height."""
    heights, edges = np.histogram(fakes, _BINS, (x[0], x[-1]))
    density = heights / fakes.size / np.diff(edges)
    patch = axes.stairs(density, edges, label="fake", fill=True)
    patch.set(facecolor=(FAKE, 0.25), edgecolor=FAKE, linestyle="--", linewidth=2)
    return float(density.max())


@_styled
def hopping(
    snapshots: Mapping[str, Any], middles: Any, modes: Any, *, reach: float = 3.0
) -> Figure:
    """A generator that hops over the modes (M×2): samples at some times, the way of their mean.

    snapshots are clouds N×2 by name; middles T×2 is the mean of the samples, look by look.
    """
    figure, (left, right) = panels(2, size=(10, 4.9))
    centres, middles = _states("modes", modes), _states("middles", middles)
    for axes in (left, right):
        axes.scatter(*centres.T, s=80, marker="x", color=MODES, linewidths=2, label="modes")
        axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        axes.set(xlabel="x₁", ylabel="x₂")
    for name, cloud, look in looks("snapshots", snapshots):
        points = left.scatter(*_states(name, cloud).T, s=16, marker=look.marker, label=name)
        points.set(facecolor=look.colour, edgecolor="none", alpha=0.6)
    right.plot(*middles.T, ".-", color=FAKE, linewidth=1, markersize=5)
    right.plot(*middles[-1], "o", color=FAKE, markersize=9)
    left.set_title("The samples at four times")
    right.set_title("The way of their mean")
    _legend_below(figure, left, columns=5)
    return figure


def _states(name: str, states: Any) -> np.ndarray:
    array = numbers(name, states)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} must have shape N × 2, got {array.shape}")
    return array
