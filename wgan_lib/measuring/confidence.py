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

INEQUALITIES = ("bernstein", "hoeffding")


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
    farther apart than `diameter`, which bounds the range of f/slope on each side. Half the
    remaining probability goes to each side.

    inequality  "hoeffding": diameter·√(ln(2/α)/2N) a side (Hoeffding 1963, Theorem 2);
                "bernstein": √(2V·ln(4/α)/N) + 7·diameter·ln(4/α)/3(N − 1) with V the variance of
                the scores, better where they vary less than the diameter (Maurer, Pontil 2009,
                Theorem 4)
    """
    slope = finite_number("slope", slope, minimum=0.0, strict=True)
    diameter = finite_number("diameter", diameter, minimum=0.0)
    confidence = finite_number("confidence", confidence, minimum=0.0, maximum=1.0, strict=True)
    one_of("inequality", inequality, INEQUALITIES)
    sides = [_heights("x", critic, x) / slope, _heights("y", critic, y) / slope]
    normalised = (sides[1].mean() - sides[0].mean()).item()
    off = sum(margin(side, diameter, (1 - confidence) / 2, inequality) for side in sides)
    return LowerBound(max(0.0, normalised - off), confidence, normalised, off)


def _heights(name: str, critic: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    points = point_batch(name, points)
    if len(points) < 2:
        raise ValueError(f"{name} must be at least 2 points, got {len(points)}")
    return score(critic, points).double()


def margin(values: Tensor, width: float, risk: float, inequality: str = "bernstein") -> float:
    """How far the mean of N draws from a range of this width may be off, on one given side.

    It is farther off with probability `risk` at most.
    """
    n, tail = len(values), math.log((1 if inequality == "hoeffding" else 2) / risk)
    if inequality == "hoeffding":
        return width * math.sqrt(tail / (2 * n))
    spread = math.sqrt(2 * values.var().item() * tail / n)
    return spread + 7 * width * tail / (3 * (n - 1))
