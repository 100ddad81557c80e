"""The figure of lesson 05's widget: how a clip sets the slope of a critic, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from wgan_lib.classroom.figures.canvas import canvas, legend_once
from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import CRITIC, STYLE, TRUTH

USEFUL = (0.1, 10.0)  # slopes that a generator's learning rate can live with
_PLACES = ((0.1, 0.16, 0.37, 0.73), (0.58, 0.16, 0.4, 0.73))
_FAR, _NEAR = 1e30, 1e8  # the steepest slopes of the two panels; the flattest are their inverse
_LOOKS = (("-", "o", CRITIC), ("--", "", TRUTH))


@matplotlib.rc_context(STYLE)
def knob(
    by_layer: Mapping[str, Any],
    clips: Any,
    slopes: Mapping[str, Any],
    clip: float,
    *,
    title: str = "",
    figure: Figure | None = None,
) -> Figure:
    """Gradients by layer for one clip on the left, slopes of the whole critic on the right.

    by_layer and slopes have the same two names: a critic, and what bounds it. For each name
    by_layer has L + 1 norms from the input to the score, slopes has one for each of the clips. A
    band marks the slopes of use. An old figure is drawn again, as a widget does.
    """
    figure, (left, right) = canvas(figure, _PLACES)
    clips = numbers("clips", clips)
    right.axhspan(*USEFUL, color=CRITIC, alpha=0.2, linewidth=0)
    for (name, norms), (dash, marker, colour) in zip(by_layer.items(), _LOOKS, strict=True):
        norms, whole = numbers(name, norms), numbers(name, slopes[name])
        left.plot(np.arange(norms.size), norms, dash, marker=marker, color=colour, label=name)
        right.plot(clips, whole, dash, color=colour, label=name)
        now = np.exp(np.interp(np.log(clip), np.log(clips), np.log(whole)))
        right.plot(
            [clip], [np.clip(now, 1 / _NEAR, _NEAR)], "o", color=colour, markersize=9, clip_on=False
        )
    left.set_title(title, y=1.02)
    right.set_title("the band: slopes from 0.1 to 10", y=1.02)
    if left.get_legend() is None:  # what follows stays when the figure is drawn again
        _axes(left, right, clips)
    left.set(xlim=(-0.2, norms.size - 0.8), xticks=np.arange(0, norms.size, 2))
    legend_once(left, "lower right")
    return figure


def _axes(left: Axes, right: Axes, clips: np.ndarray) -> None:
    """Few ticks: they are most of what a redraw costs."""
    left.set(yscale="log", ylim=(0.1 / _FAR, 10 * _FAR))
    left.set(xlabel="layer (0: input)", ylabel="gradient norm")
    left.set_yticks([1e-30, 1e-15, 1, 1e15, 1e30])
    right.set(xscale="log", yscale="log", xlim=clips[[0, -1]], ylim=(1 / _NEAR, _NEAR))
    right.set(xlabel="clip c", ylabel="slope of the critic")
    right.set_yticks([1e-8, 1e-4, 1, 1e4, 1e8])
    for axes in (left, right):
        axes.xaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_minor_locator(NullLocator())
