"""Lesson 05's widget: the clip as a knob, and how fast it turns the slope of a critic."""

from __future__ import annotations

import functools

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from wgan_lib.classroom.figures.clipping import knob
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.lipschitz.bounds import clipped_bound
from wgan_lib.lipschitz.gradients import gradient_norms_by_layer
from wgan_lib.networks import mlp

WIDTHS = ("64", "128", "256", "512")
CLIPS = torch.logspace(-3, 0, 61, dtype=torch.float64)
CHANCE, EQUAL = "signs by chance", "all signs equal: the certificate"


def clip_and_slope() -> Explorer:
    """Lesson 05: gradients in a critic whose weights are all ±c, as clipping leaves them."""
    canvases: list[Figure] = []  # the one figure, once it is there

    def draw(exponent: float, layers: int, width: str) -> Figure:
        canvases[:] = [draw_knob(exponent, layers, width, *canvases)]
        return canvases[0]

    return Explorer(
        "Clip and slope",
        draw,
        {
            "exponent": slider("log₁₀ c", -3, 0, 0.05, value=-2),
            "layers": slider("dense layers", 2, 12, 1, value=12),
            "width": choice("units in a layer", WIDTHS, value="256"),
        },
    )


def draw_knob(exponent: float, layers: int, width: str, figure: Figure | None = None) -> Figure:
    """The critic 2-width-…-width-1 of so many dense layers, its weights ±10^exponent."""
    clip, units = 10.0**exponent, int(width)
    by_layer = {name: norms.tolist() for name, norms in norms_at(clip, layers, units).items()}
    ends = {name: norms[0] for name, norms in norms_at(1.0, layers, units).items()}
    slopes = {name: end * CLIPS**layers for name, end in ends.items()}
    title = f"slope {by_layer[CHANCE][0]:.1e}, at most {by_layer[EQUAL][0]:.1e}"
    return knob(by_layer, CLIPS, slopes, clip, title=title, figure=figure)


def norms_at(clip: float, layers: int, units: int) -> dict[str, Tensor]:
    """The gradient's norm from the input to the score, layers + 1 of them, for both sets of signs.

    A network of ReLUs without biases is as steep as its weights are large, so that layer k of L
    has the norms of c = 1 times c^(L−k). With all signs equal, and a positive input, no unit is
    off, and what a matrix stretches most is just what the one before puts out: each of these
    norms is as large as the certificate.
    """
    widths = [2, *[units] * (layers - 1), 1]
    powers = clip ** torch.arange(layers, -1, -1, dtype=torch.float64)
    bounds = [clipped_bound(widths[k:], clip) for k in range(layers)]
    equal = torch.tensor([*bounds, 1.0], dtype=torch.float64)
    return {CHANCE: by_chance(layers, units) * powers, EQUAL: equal}


@functools.lru_cache(maxsize=64)
def by_chance(layers: int, units: int) -> Tensor:
    """The mean norms by layer of a critic whose weights are ±1, each sign thrown by a coin."""
    source = torch.Generator().manual_seed(0)
    points = torch.randn(64, 2, generator=source, dtype=torch.float64)
    critic = mlp([2, *[units] * (layers - 1), 1]).double()
    with torch.no_grad():
        for layer in critic:
            if isinstance(layer, nn.Linear):
                coins = torch.rand(layer.weight.shape, generator=source) < 0.5
                layer.weight.copy_(torch.where(coins, -1.0, 1.0))
                layer.bias.zero_()
    return torch.tensor(gradient_norms_by_layer(critic, points), dtype=torch.float64)
