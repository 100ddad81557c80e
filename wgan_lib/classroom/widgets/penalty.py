"""Lesson 06's widgets: what a penalty on the slope does, and where the slope is measured."""

from __future__ import annotations

import torch
from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures.penalty import heaps_and_slope, mixed_points
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.distributions import gaussian
from wgan_lib.penalised_critic import penalised_critic
from wgan_lib.training.objectives import WGANGP, mixed

LINE = torch.linspace(-3, 9, 301, dtype=torch.float64)
PLACES = ("segments", "real", "fake", "both")
SHARED = ("each sample", "the whole batch", "each coordinate")
PAIRS = 12


def penalty_and_slope() -> Explorer:
    """Lesson 06: how steep the best penalised critic is, for each λ, and each place penalised."""
    canvases: list[Figure] = []  # the one figure, once it is there

    def draw(distance: float, width: float, exponent: float, where: str) -> Figure:
        canvases[:] = [draw_slope(distance, width, exponent, where, *canvases)]
        return canvases[0]

    return Explorer(
        "Penalty and slope",
        draw,
        {
            "distance": slider("distance of the heaps", 0.5, 6, 0.1, value=4),
            "width": slider("width of the heaps", 0.3, 1, 0.05, value=0.4),
            "exponent": slider("log₁₀ λ", -1, 2, 0.25, value=1),
            "where": choice("the slope is penalised at", PLACES),
        },
    )


def draw_slope(
    distance: float, width: float, exponent: float, where: str, figure: Figure | None = None
) -> Figure:
    """Real numbers around 0, fake ones at the distance, and the best critic for λ = 10^exponent."""
    real, fake = gaussian(0.0, width), gaussian(distance, width)
    objective = WGANGP(penalty=10**exponent, where=where)
    critic = penalised_critic(objective, real, fake, LINE)
    heaps = [law.log_prob(LINE[:, None]).exp() for law in (real, fake)]
    return heaps_and_slope(critic, *heaps, figure=figure)


def interpolation() -> Explorer:
    """Lesson 06: the points x̂ with one ε for each sample, for the whole batch, for each number."""
    canvases: list[Figure] = []

    def draw(shared: str, number: int) -> Figure:
        canvases[:] = [draw_mixed(shared, number, *canvases)]
        return canvases[0]

    return Explorer(
        "Where the slope is measured",
        draw,
        {
            "shared": choice("one ε for", SHARED),
            "number": slider("draw", 1, 30, 1, value=1),
        },
    )


def draw_mixed(shared: str, number: int, figure: Figure | None = None) -> Figure:
    """Twelve pairs, the same for every draw, and x̂ for the ε of that draw."""
    real, fake = _pairs()
    points = mixed_by(shared, real, fake, torch.Generator().manual_seed(number))
    return mixed_points(real, fake, points, title=f"one ε for {shared}", figure=figure)


def mixed_by(shared: str, real: Tensor, fake: Tensor, generator: torch.Generator) -> Tensor:
    """x̂ for N pairs, N×d, with ε shared as one of SHARED says; right is "each sample"."""
    if shared == "each sample":
        return mixed(real, fake, torch.rand(len(real), generator=generator, dtype=real.dtype))
    shape = real.shape if shared == "each coordinate" else ()
    epsilon = torch.rand(shape, generator=generator, dtype=real.dtype)
    return torch.lerp(fake, real, epsilon)


def _pairs() -> tuple[Tensor, Tensor]:
    """Real points on the left, fake ones on the right."""
    source = torch.Generator().manual_seed(3)
    spread = torch.tensor([0.45, 1.1], dtype=torch.float64)
    left, right = (spread * torch.randn(PAIRS, 2, generator=source).double() for _ in range(2))
    return left - torch.tensor([1.6, 0]), right + torch.tensor([1.6, 0])
