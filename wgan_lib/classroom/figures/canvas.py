"""A figure that is drawn again and again, under a slider: its axes stay, what they hold goes."""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from wgan_lib.classroom.style import STYLE

TWO = ((0.07, 0.16, 0.4, 0.73), (0.55, 0.16, 0.43, 0.73))  # places for two panels side by side


@matplotlib.rc_context(STYLE)
def canvas(
    figure: Figure | None = None,
    places: tuple[tuple[float, float, float, float], ...] = TWO,
    *,
    size: tuple[float, float] = (11, 4),
) -> tuple[Figure, list[Axes]]:
    """A figure with axes at the places (left, bottom, width, height, in shares of the figure).

    An old figure is emptied and used again. Axes and ticks are most of what a picture costs, so
    they are kept as pixels (`Backdrop`). Margins are fixed, so that nothing jumps.
    """
    if figure is None:
        figure = Figure(figsize=size, layout="none")
        row = [figure.add_axes(place) for place in places]
        for axes in row:
            keep_axes(axes)
        return figure, row
    for axes in figure.axes:
        for artist in [*axes.lines, *axes.patches, *axes.collections, *axes.texts]:
            artist.remove()
        axes.containers.clear()
    return figure, figure.axes


def keep_axes(axes: Axes) -> None:
    """From now on both axes with their ticks are drawn only when something about them changes."""
    axes.add_artist(Backdrop())
    axes.xaxis.set_visible(False)
    axes.yaxis.set_visible(False)


class Backdrop(Artist):
    """Both axes of the axes it is added to, with ticks and grid, as they were drawn the last time.

    They are drawn again when something about them has changed. They must be what is drawn first in
    their place (`axes.axisbelow`), and no other axes may reach into it.
    """

    zorder = 0.5  # that of an axis below everything

    def __init__(self) -> None:
        super().__init__()
        self._drawn: tuple[Any, ...] = ()
        self._pixels: Any = None

    def draw(self, renderer: RendererBase) -> None:
        """Put the pixels back, or make them."""
        shown = _shown(self.axes, renderer)
        if shown == self._drawn:
            renderer.restore_region(self._pixels)
            return
        place = _draw_axis_by_axis(self.axes, renderer)
        if hasattr(renderer, "copy_from_bbox"):  # a PDF has no pixels
            self._drawn, self._pixels = shown, renderer.copy_from_bbox(place)


def _draw_axis_by_axis(axes: Axes, renderer: RendererBase) -> Bbox:
    """Draw what matplotlib is told to leave alone; returns the place that it took."""
    places = [axes.bbox]
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_visible(True)
        axis.draw(renderer)
        places.append(axis.get_tightbbox(renderer))
        axis.set_visible(False)
    return Bbox.union([place for place in places if place is not None]).padded(1)


def _shown(axes: Axes, renderer: RendererBase) -> tuple[Any, ...]:
    """Everything that the look of both axes depends on and that a redraw could change."""
    size = (*renderer.get_canvas_width_height(), axes.bbox.bounds, axes.figure.dpi)
    looks = []
    for axis in (axes.xaxis, axes.yaxis):
        formatter = axis.get_major_formatter()
        ticks = tuple(axis.get_majorticklocs()), tuple(axis.get_minorticklocs())
        words = tuple(formatter.format_ticks(ticks[0])), axis.get_label_text()
        looks.append((axis.get_scale(), tuple(axis.get_view_interval()), ticks, words))
    return (*size, *looks)


def legend_once(axes: Axes, place: str, **options: Any) -> None:
    """A legend that stays: what an old figure draws again has the same names and looks."""
    if axes.get_legend() is None:
        axes.legend(loc=place, **options)
