"""The widgets of lesson 01: a coin with its code, and two heaps that slide apart."""

from __future__ import annotations

import itertools
import math
from functools import cache, partial

import torch
from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.codes import coin_and_code as coin_figure
from wgan_lib.classroom.figures.entropy import sliding_heaps
from wgan_lib.classroom.widgets.explorer import Explorer, slider
from wgan_lib.codes import huffman, mean_length
from wgan_lib.divergences import binary_entropy, js, kl, total_variation

_BIASES = torch.linspace(0, 1, 101, dtype=torch.float64)
_SHIFTS = torch.linspace(0, 10, 101, dtype=torch.float64)
_STEP = 0.05
_X = torch.arange(-280, 561) * torch.tensor(_STEP, dtype=torch.float64)  # −14 to 28: P and every Q
_NEAR = slice(120, 441)  # −8 to 8, where P lives
_SEEN = slice(180, 581)  # −5 to 15, what the picture shows


def coin_and_code() -> Explorer:
    """Lesson 01: the entropy of a coin, and what a Huffman code for a few tosses costs."""
    return Explorer(
        "Coin and code",
        partial(_draw_coin, canvas()[0]),
        {
            "heads": slider("chance of heads", 0, 1, 0.01, value=0.9),
            "tosses": slider("tosses in a word", 1, 3, 1, value=3),
        },
    )


def sliding_gaussians() -> Explorer:
    """Lesson 01: KL, JS and total variation between N(0, 1) and N(shift, width²)."""
    return Explorer(
        "Sliding Gaussians",
        partial(_draw_gaussians, canvas()[0]),
        {
            "shift": slider("shift of Q", 0, 10, 0.1, value=1.5),
            "width": slider("width of Q", 0.5, 3, 0.1, value=1.0),
        },
    )


def _draw_coin(figure: Figure, heads: float, tosses: int) -> Figure:
    table = _rows_of_tosses(heads, tosses)
    p, names = list(table.values()), list(table)
    words = huffman(p)
    curves = {"entropy": (_BIASES, binary_entropy(_BIASES)), "code": (_BIASES, _costs(tosses))}
    here = {"entropy": binary_entropy(heads).item(), "code": mean_length(p, words) / tosses}
    return coin_figure(heads, curves, here, p, words, names, figure=figure)


@cache
def _costs(tosses: int) -> list[float]:
    """Bits a toss, for each bias, of the best code for words of so many tosses."""
    tables = [list(_rows_of_tosses(heads, tosses).values()) for heads in _BIASES.tolist()]
    return [mean_length(p, huffman(p)) / tosses for p in tables]


def _rows_of_tosses(heads: float, tosses: int) -> dict[str, float]:
    """Every row of tosses with its probability, the likeliest first."""
    rows = ["".join(sides) for sides in itertools.product("HT", repeat=tosses)]
    p = {row: heads ** row.count("H") * (1 - heads) ** row.count("T") for row in rows}
    return dict(sorted(p.items(), key=lambda each: -each[1]))


def _draw_gaussians(figure: Figure, shift: float, width: float) -> Figure:
    heaps = {"P": _density(0.0, 1.0)[_SEEN], "Q": _density(shift, width)[_SEEN]}
    rulers = _rulers(width)
    at = int((_SHIFTS - shift).abs().argmin())
    readings = {name: values[at].item() for name, values in rulers.items()}
    lines = {name: (_SHIFTS, values) for name, values in rulers.items()}
    return sliding_heaps(_X[_SEEN], heaps, lines, shift, readings, figure=figure)


@cache
def _rulers(width: float) -> dict[str, Tensor]:
    """KL, JS and TV at every shift."""
    p, q = _density(0.0, 1.0), _density(_SHIFTS[:, None], width)
    return {
        # Only where P lives: far away a narrow Q underflows to 0, and KL would be infinite.
        "KL": kl(p[_NEAR], q[:, _NEAR], step=_STEP),
        "JS": js(p, q, step=_STEP),
        "TV": total_variation(p, q, step=_STEP),
    }


def _density(mean: float | Tensor, width: float) -> Tensor:
    return torch.exp(-(((_X - mean) / width) ** 2) / 2) / (width * math.sqrt(2 * math.pi))
