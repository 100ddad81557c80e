"""The kinds of picture that every lesson uses: curves, clouds, surfaces, histograms, bars, images.

Every function takes its data by name (`{"real": …, "fake": …}`: the names become the legend and
choose the colours), as tensors on any device, arrays or lists, and returns a `Figure`. Given
`axes=`, it draws there instead, so that `panels` can set several side by side.

`show(figure)` ends a cell: it displays the picture and prints its description. Nothing here uses
pyplot, which would keep every figure alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.pictures import savefig, show
from wgan_lib.classroom.style import MODES, STYLE, looks

__all__ = [
    "bars",
    "curves",
    "describe",
    "histogram",
    "image_sheet",
    "numbers",
    "panels",
    "quick_axes",
    "savefig",
    "scatter",
    "show",
    "value_surface",
]

_styled = matplotlib.rc_context(STYLE)  # sets the style for the time of one call


@_styled
def panels(count: int, *, size: tuple[float, float] = (11, 3.4)) -> tuple[Figure, list[Axes]]:
    """Takes a number of panels and a size in inches, returns a figure and its axes in a row."""
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"count must be a whole number of at least 1, got {count!r}")
    figure = Figure(figsize=size)
    return figure, list(figure.subplots(1, count, squeeze=False)[0])


@_styled
def quick_axes(size: tuple[float, float] = (7.6, 3.6)) -> Axes:
    """Axes for `axes=` of a figure that is redrawn often, in a live plot or under a slider.

    The margins are fixed: nothing jumps, and a redraw takes half the time.
    """
    figure = Figure(figsize=size, layout="none")
    figure.subplots_adjust(left=0.13, right=0.97, bottom=0.19, top=0.89)
    return figure.add_subplot()


@_styled
def curves(
    series: Mapping[str, tuple[Any, Any]],
    *,
    xlabel: str,
    ylabel: str,
    title: str = "",
    xlog: bool = False,
    ylog: bool = False,
    axes: Axes | None = None,
) -> Figure:
    """Lines: `series` gives for each name its x and its y, two sequences of equal length."""
    axes = _axes(axes)
    for name, points, look in looks("series", series):
        axes.plot(*_pair(name, points), look.dash, label=name, color=look.colour)
    axes.set_xscale("log" if xlog else "linear")
    axes.set_yscale("log" if ylog else "linear")
    return _labelled(axes, xlabel, ylabel, title)


@_styled
def scatter(
    points: Mapping[str, Any],
    *,
    modes: Any = None,
    xlabel: str = "x₁",
    ylabel: str = "x₂",
    title: str = "",
    axes: Axes | None = None,
) -> Figure:
    """Clouds of points in the plane (N × 2 by name); `modes` (M × 2) are marked by crosses."""
    axes = _axes(axes, size=(5.6, 5))
    _clouds(axes, points, size=14)
    if modes is not None:
        centres = _plane("modes", modes)
        axes.scatter(*centres.T, s=70, marker="x", color=MODES, linewidths=2, label="modes")
    axes.set_aspect("equal")
    return _labelled(axes, xlabel, ylabel, title)


@_styled
def value_surface(
    scores: Any,
    x: Any,
    y: Any,
    *,
    points: Mapping[str, Any] | None = None,
    xlabel: str = "x₁",
    ylabel: str = "x₂",
    title: str = "",
    scale: bool = True,
    axes: Axes | None = None,
) -> Figure:
    """A critic's scores over the plane: `scores[i, j]` is the score at (`x[j]`, `y[i]`).

    Colours with nine contour lines; `points` (N × 2 by name) are drawn on top. `scale=False` leaves
    out the scale of the colours: from blue, low, to yellow, high.
    """
    x, y, scores = numbers("x", x), numbers("y", y), numbers("scores", scores)
    if scores.shape != (y.size, x.size):
        wanted = f"{y.size} × {x.size}, one row for each y and one column for each x"
        raise ValueError(f"scores must have shape {wanted}, got {scores.shape}")
    axes = _axes(axes, size=(6.4, 5))
    mesh = axes.pcolormesh(x, y, scores, cmap="cividis", shading="nearest", rasterized=True)
    if scores.max() > scores.min():  # a constant critic has no contours
        levels = np.linspace(scores.min(), scores.max(), 11)[1:-1]
        contours = axes.contour(x, y, scores, levels=levels, colors="white", linewidths=0.8)
        contours.set_linestyle("solid")
    if scale:
        axes.figure.colorbar(mesh, ax=axes, label="critic's score")
    if points:
        _clouds(axes, points, size=16, edge="white")
    axes.set(aspect="equal", xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))
    axes.grid(False)
    return _labelled(axes, xlabel, ylabel, title)


@_styled
def histogram(
    values: Mapping[str, Any],
    *,
    xlabel: str,
    bins: int = 40,
    limits: tuple[float, float] | None = None,
    title: str = "",
    ylog: bool = False,
    axes: Axes | None = None,
) -> Figure:
    """The share of values in each of `bins` equal bins over `limits` (else over all values)."""
    named = looks("values", values)
    columns = [numbers(name, each).ravel() for name, each, _ in named]
    axes = _axes(axes)
    edges = np.histogram_bin_edges(np.concatenate(columns), bins, limits)
    for (name, _, look), column in zip(named, columns, strict=True):
        patch = axes.stairs(np.histogram(column, edges)[0] / column.size, edges, label=name)
        # A quarter opaque, so that what lies behind stays visible.
        patch.set(fill=True, facecolor=(look.colour, 0.25), edgecolor=look.colour)
        patch.set(linestyle=look.dash, linewidth=2)
    axes.locator_params(axis="x", nbins=5)  # small weights have long numbers
    axes.set_yscale("log" if ylog else "linear")
    return _labelled(axes, xlabel, "share of values", title)


@_styled
def bars(
    heights: Mapping[str, Any],
    categories: Sequence[str],
    *,
    ylabel: str,
    xlabel: str = "",
    title: str = "",
    ylog: bool = False,
    axes: Axes | None = None,
) -> Figure:
    """Bars side by side: `heights` gives for each name one height for each of the categories."""
    axes = _axes(axes)
    width = 0.8 / max(1, len(heights))
    for index, (name, each, look) in enumerate(looks("heights", heights)):
        each = numbers(name, each).ravel()
        if each.size != len(categories):
            raise ValueError(f"{name} must have {len(categories)} heights, got {each.size}")
        centres = np.arange(each.size) - 0.4 + width * (index + 0.5)
        axes.bar(centres, each, width * 0.92, label=name, color=look.colour)
    axes.set_xticks(range(len(categories)), categories)
    axes.set_yscale("log" if ylog else "linear")
    axes.grid(False, axis="x")
    return _labelled(axes, xlabel, ylabel, title)


@_styled
def image_sheet(images: Any, *, columns: int = 8, title: str = "") -> Figure:
    """Images (N × C × H × W in [-1, 1], C = 1 or 3) in rows of `columns`, each pixel a square."""
    sheet = _mosaic(_checked_images(images), columns)
    zoom = max(1, round(600 / sheet.shape[1]))
    height, width = (side * zoom / STYLE["figure.dpi"] for side in sheet.shape[:2])
    room = 0.45 if title else 0.0
    figure = Figure(figsize=(width, height + room), layout="none")
    axes = figure.add_axes((0, 0, 1, height / (height + room)))
    axes.imshow(sheet.squeeze(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()
    axes.set_title(title)
    return figure


def numbers(name: str, values: Any) -> np.ndarray:
    """`values` (a tensor on any device, an array, a list) as a float64 array that is not empty."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().double()  # NumPy has no bfloat16
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        got = type(values).__name__
        raise TypeError(f"{name} must be numbers: a tensor, an array, a list; got {got}") from error
    if not array.size:
        raise ValueError(f"{name} must hold at least one number, got shape {array.shape}")
    return array


def _axes(axes: Axes | None, size: tuple[float, float] = (7.6, 3.6)) -> Axes:
    return Figure(figsize=size).add_subplot() if axes is None else axes


def _labelled(axes: Axes, xlabel: str, ylabel: str, title: str) -> Figure:
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="best")  # said in so many words, or matplotlib complains when it is slow
    return axes.figure


def _pair(name: str, points: tuple[Any, Any]) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(points, tuple) or len(points) != 2:
        raise TypeError(f"{name} must be a pair (x, y), got {type(points).__name__}")
    x, y = (numbers(f"{axis} of {name}", each) for axis, each in zip("xy", points, strict=True))
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"{name} must have x and y of one length, got {x.shape} and {y.shape}")
    return x, y


def _plane(name: str, points: Any) -> np.ndarray:
    array = numbers(name, points)
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} must have shape N × 2, got {array.shape}")
    return array


def _clouds(axes: Axes, points: Mapping[str, Any], size: float, edge: str = "none") -> None:
    for name, each, look in looks("points", points):
        cloud = axes.scatter(*_plane(name, each).T, s=size, marker=look.marker, label=name)
        cloud.set(facecolor=look.colour, edgecolor=edge, linewidth=0.6, alpha=0.7)


def _checked_images(images: Any) -> np.ndarray:
    array = numbers("images", images)
    if array.ndim != 4 or array.shape[1] not in (1, 3):
        raise ValueError(f"images must have shape N × 1 or 3 × H × W, got {array.shape}")
    if not (array.min() >= -1.001 and array.max() <= 1.001):
        got = f"{array.min():.3g} to {array.max():.3g}"
        raise ValueError(f"images must have values from -1 (black) to 1 (white), got {got}")
    return (array + 1) / 2


def _mosaic(images: np.ndarray, columns: int) -> np.ndarray:
    """The images (N × C × H × W) on one sheet (rows × columns × C), a grey line between them."""
    if not isinstance(columns, int) or columns < 1:
        raise ValueError(f"columns must be a whole number of at least 1, got {columns!r}")
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    framed = np.pad(images, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=0.5)
    blank = np.full((rows * columns - len(images), *framed.shape[1:]), 0.5)
    table = np.concatenate([framed, blank]).reshape(rows, columns, *framed.shape[1:])
    return table.transpose(0, 3, 1, 4, 2).reshape(rows * framed.shape[2], -1, framed.shape[1])
