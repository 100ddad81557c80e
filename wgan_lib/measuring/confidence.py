"""A bound on W₁ that may be trusted: what samples say through a critic of known slope."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, one_of
from wgan_lib.lipschitz.slopes import point_batch
from wgan_lib.training.objectives import score


class LowerBound(NamedTuple):
    """W₁ is at least `value`, with at least this confidence; `normalised` is estimate / slope.

    `margin` = normalised − value is what the inequality takes off for samples that mislead.
    """

    value: float
    confidence: float
    normalised: float
    margin: float


@torch.no_grad()
def certified_lower_bound(
    critic: Callable[[Tensor], Tensor],
    x: Tensor,
    y: Tensor,
    slope: float,
    diameter: float,
    confidence: float = 0.95,
    inequality: str = "bernstein",
) -> LowerBound:
    """What W₁ between p and q is above, from points x of p and y of q, N×… and M×….

    A critic f whose slope is certified nowhere to exceed `slope` has (E_q f − E_p f) / slope ≤ W₁.
    The means over samples differ from the expectations, and for that a margin is taken off. It
    holds with the confidence given under three conditions: the points of each sample are
    independent draws, the critic has seen none of them, and no two points of p, nor of q, lie
    farther apart than `diameter` D, so that f/slope has a range of D at most on each side. With
    α = 1 − confidence:

    "hoeffding"  takes off D·√(½(1/N + 1/M)·ln(1/α)) (Hoeffding 1963, Theorem 2)
    "bernstein"  for each side √(2V·ln(4/α)/N) + 7·D·ln(4/α)/3(N − 1), V the variance of its scores,
                 which is less where they vary less than D, and more where points are few
                 (Maurer, Pontil 2009, Theorem 4, with α/2 for each side)
    """
    slope = finite_number("slope", slope, minimum=0.0, strict=True)
    diameter = finite_number("diameter", diameter, minimum=0.0)
    confidence = finite_number("confidence", confidence, minimum=0.0, maximum=1.0, strict=True)
    one_of("inequality", inequality, MARGINS)
    sides = [_heights("x", critic, x) / slope, _heights("y", critic, y) / slope]
    normalised = (sides[1].mean() - sides[0].mean()).item()
    margin = MARGINS[inequality](*sides, diameter, 1 - confidence)
    return LowerBound(max(0.0, normalised - margin), confidence, normalised, margin)


def _heights(name: str, critic: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    points = point_batch(name, points)
    if len(points) < 2:
        raise ValueError(f"{name} must be at least 2 points, got {len(points)}")
    return score(critic, points).double()


def _hoeffding(x: Tensor, y: Tensor, width: float, risk: float) -> float:
    return width * math.sqrt((1 / len(x) + 1 / len(y)) * -math.log(risk) / 2)


def _bernstein(x: Tensor, y: Tensor, width: float, risk: float) -> float:
    tail = math.log(4 / risk)
    return sum(
        math.sqrt(2 * side.var().item() * tail / len(side)) + 7 * width * tail / 3 / (len(side) - 1)
        for side in (x, y)
    )


MARGINS = {"bernstein": _bernstein, "hoeffding": _hoeffding}
