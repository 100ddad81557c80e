"""Codes as pictures: the blocks of a prefix code, and a coin with its code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from wgan_lib.classroom.figures.canvas import canvas, legend_once
from wgan_lib.classroom.figures.general import numbers
from wgan_lib.classroom.style import STYLE, looks

_styled = matplotlib.rc_context(STYLE)

_ASKED = "#ECECEC"
_TINTS = ("#A9D0EA", "#F6C9A2", "#A6DCC8", "#E9C6DA", "#F4DC9B", "#C9E6F6")
_LETTER = 0.115  # inches that a letter takes in a block


@_styled
def code_blocks(
    p: Any, words: Sequence[str], names: Sequence[str], *, title: str = "", axes: Axes | None = None
) -> Figure:
    """A prefix code as blocks: each question halves the width, "yes" (1) to the left.

    A word of length n ends in a block 2⁻ⁿ wide. The strip at the bottom holds the probabilities p
    in the same order: the code is good where a block is as wide as the piece below it.
    """
    p = numbers("p", p)
    if p.ndim != 1 or not (p >= 0).all() or not 0 < p.sum() < np.inf:
        raise ValueError(f"p must be a row of probabilities or counts, got {p.tolist()}")
    if not len(p) == len(words) == len(names):
        got = f"{len(p)}, {len(words)} and {len(names)}"
        raise ValueError(f"p, words and names must be equally many, got {got}")
    axes = Figure(figsize=(7.6, 3.4)).add_subplot() if axes is None else axes
    order = sorted(range(len(words)), key=words.__getitem__, reverse=True)
    words, names, p = [words[i] for i in order], [names[i] for i in order], p[order] / p.sum()
    depth = max(map(len, words))
    asked = sorted({word[:n] for word in words for n in range(1, len(word))})
    _blocks(axes, "questions", asked, ["?"] * len(asked), [_ASKED])
    named = [" ".join(pair) for pair in zip(names, words, strict=True)]
    _blocks(axes, "words", words, named, _TINTS)
    starts = np.cumsum(p) - p
    _strip(axes, "probabilities", [depth + 1.35] * len(p), starts, p, names, _TINTS)
    axes.set(xlim=(0, 1), ylim=(depth + 1.9, 0.45), xlabel="share of all messages")
    axes.set_title(title, y=1.02)  # at a fixed height, or each redraw looks for the best
    axes.set(xticks=(0, 0.5, 1), ylabel="yes/no question")
    axes.set_yticks([*range(1, depth + 1), depth + 1.35], [*range(1, depth + 1), "p"])
    axes.grid(False)
    return axes.figure


@_styled
def coin_and_code(
    bias: float,
    coin: Mapping[str, tuple[Any, Any]],
    here: Mapping[str, float],
    p: Any,
    words: Sequence[str],
    names: Sequence[str],
    *,
    figure: Figure | None = None,
) -> Figure:
    """Curves over a coin's bias with a point of each at this one, beside the code for it.

    Given `figure`, one that it returned before, it draws there again.
    """
    figure, (left, right) = canvas(figure)
    for name, (at, bits), look in looks("coin", coin):
        pair = numbers(f"biases of {name}", at), numbers(name, bits)
        left.plot(*pair, look.dash, color=look.colour, label=name)
    left.set(xlim=(0, 1), ylim=(0, 1.09), xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    left.set(xlabel="chance of heads", ylabel="bits per toss")
    left.set_title(", ".join(f"{name} {value:.3f}" for name, value in here.items()), y=1.02)
    legend_once(left, "lower center")
    for name, value, look in looks("here", here):
        point = left.plot([bias], [value], color=look.colour, label=f"{name} here")[0]
        point.set(marker=look.marker, markersize=10)
    code_blocks(p, words, names, title="the code for this coin", axes=right)
    return figure


def _blocks(
    axes: Axes, name: str, words: Sequence[str], texts: Sequence[str], tints: Sequence[str]
) -> None:
    """The block of each word: the deeper, the narrower, and "yes" to the left of "no"."""
    levels, widths = [len(word) for word in words], [0.5 ** len(word) for word in words]
    starts = [sum(0.5 ** (n + 1) for n, bit in enumerate(word) if bit == "0") for word in words]
    _strip(axes, name, levels, starts, widths, texts, tints)


def _strip(
    axes: Axes,
    name: str,
    levels: Sequence[float],
    starts: Sequence[float],
    widths: Sequence[float],
    texts: Sequence[str],
    tints: Sequence[str],
) -> None:
    """Blocks side by side; of a text that is too long for its block only the first word stands."""
    if not len(widths):
        return
    colours = [tints[place % len(tints)] for place in range(len(widths))]
    axes.barh(levels, widths, 0.92, starts, color=colours, edgecolor="white", lw=1.5, label=name)
    room = axes.get_position().width * axes.figure.get_figwidth() / _LETTER
    for level, start, width, text in zip(levels, starts, widths, texts, strict=True):
        fitting = [each for each in (text, text.split()[0]) if len(each) < width * room]
        if fitting:
            axes.text(start + width / 2, level, fitting[0], ha="center", va="center", fontsize=12)
