"""The figure of the loop, lessons 02, 05 and 06: who computes, and who gets a gradient, when."""

from __future__ import annotations

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wgan_lib.classroom.figures.general import panels
from wgan_lib.classroom.style import CRITIC, FAKE, GENERATOR, REAL, STYLE

_styled = matplotlib.rc_context(STYLE)
_DARK = "#555555"
_BACKWARD = "#A40E26"
_BOXES = {  # the middle of each box in a plane of 10 by 4, and its colour
    "latent z": (0.9, 1.0, _DARK),
    "generator": (3.2, 1.0, GENERATOR),
    "fake": (5.3, 1.0, FAKE),
    "real": (5.3, 3.0, REAL),
    "judge": (7.3, 2.0, CRITIC),
    "loss": (9.3, 2.0, _DARK),
}
_WIDTHS = {"generator": 1.75, "latent z": 1.45}
_FAKES = ("latent z>generator", "generator>fake", "fake>judge")
_STEPS = {  # title: the network that moves, what is computed, where gradients come back
    "D's step: G stands still": ("judge", (*_FAKES, "real>judge", "judge>loss"), ("loss>judge",)),
    "G's step: D passes it on, and stands still": (
        "generator",
        (*_FAKES, "judge>loss"),
        ("loss>judge", "judge>fake", "fake>generator"),
    ),
}


@_styled
def who_gets_gradients() -> Figure:
    """The two steps of a round side by side: grey arrows compute, red ones bring gradients back.

    A thick frame marks the network whose weights move. Between generator and fake of the first
    step the graph is cut: `detach()`.
    """
    figure, row = panels(2, size=(11, 2.9))
    for axes, (title, (moving, forward, backward)) in zip(row, _STEPS.items(), strict=True):
        axes.set(xlim=(0, 10.2), ylim=(0.3, 3.6), title=title)
        axes.axis("off")
        for name in sorted({end for pair in forward for end in pair.split(">")}):
            _box(axes, name, moving == name)
        for pair in forward:
            _arrow(axes, pair, _DARK, "-", 0.0)
        for pair in backward:
            _arrow(axes, pair, _BACKWARD, "--", -0.33)
    row[0].text(4.45, 1.62, "detach()", color=_BACKWARD, ha="center", fontsize=12)
    row[0].plot([4.4, 4.4], [0.6, 1.45], color=_BACKWARD, linewidth=3, label="the graph is cut")
    return figure


def _box(axes: Axes, name: str, moving: bool) -> None:
    x, y, colour = _BOXES[name]
    frame = {"boxstyle": "round,pad=0.35", "edgecolor": colour, "facecolor": "white"}
    frame["linewidth"] = 4 if moving else 1.4
    axes.text(x, y, "D" if name == "judge" else name, ha="center", va="center", bbox=frame)


def _arrow(axes: Axes, pair: str, colour: str, dash: str, below: float) -> None:
    (x0, y0, _), (x1, y1, _) = (_BOXES[name] for name in pair.split(">"))
    start, end = (_WIDTHS.get(name, 0.9) / 2 + 0.15 for name in pair.split(">"))
    sign = 1 if x1 > x0 else -1
    style = {"arrowstyle": "-|>", "color": colour, "linestyle": dash, "linewidth": 1.8}
    axes.annotate(
        "", (x1 - sign * end, y1 + below), (x0 + sign * start, y0 + below), arrowprops=style
    )
