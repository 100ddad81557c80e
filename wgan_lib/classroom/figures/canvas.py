"""A figure that is drawn again and again, under a slider: its axes stay, what they hold goes."""

from __future__ import annotations

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

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

    An old figure is emptied and used again. Axes and ticks are most of what a picture costs, and so
    a redraw takes about half the time. Margins are fixed, so that nothing jumps.
    """
    if figure is None:
        figure = Figure(figsize=size, layout="none")
        return figure, [figure.add_axes(place) for place in places]
    for axes in figure.axes:
        for artist in [*axes.lines, *axes.patches, *axes.collections, *axes.texts]:
            artist.remove()
        axes.containers.clear()
    return figure, figure.axes


def legend_once(axes: Axes, place: str) -> None:
    """A legend that stays: what an old figure draws again has the same names and looks."""
    if axes.get_legend() is None:
        axes.legend(loc=place)
