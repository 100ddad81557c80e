"""Pairs of laws whose Wasserstein distance is known: every estimate of the course must meet it.

`KNOWN_PAIRS` are laws to draw samples from; `KNOWN_PILES` are tables, and an exact method must give
their distance to the last digits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from wgan_lib.distributions import Distribution, gaussian, mixture, parallel_lines

MEAN_ABSOLUTE_NORMAL = math.sqrt(2 / math.pi)  # E|z| for a standard normal z


class KnownPair(NamedTuple):
    """Two laws and W₁ between them."""

    name: str
    p: Distribution
    q: Distribution
    w1: float


KNOWN_PAIRS = (
    # A shift by t costs exactly |t|, in any dimension: everything moves along the shift.
    KnownPair("shift by 1", gaussian(0.0), gaussian(1.0), 1.0),
    KnownPair("shift by 4", gaussian(0.0), gaussian(4.0), 4.0),
    KnownPair("shift in the plane", gaussian([0.0, 0.0]), gaussian([3.0, 4.0]), 5.0),
    # Quantiles z and 2z differ by |z|, whose mean is √(2/π).
    KnownPair("twice as wide", gaussian(0.0), gaussian(0.0, 2.0), MEAN_ABSOLUTE_NORMAL),
    # The left half of the heap goes to −1. It starts from a mean of −0.1·√(2/π), so it has less
    # than 1 to go; the right half likewise.
    KnownPair(
        "one heap to two",
        gaussian(0.0, 0.1),
        mixture([-1.0, 1.0], 0.1),
        1 - 0.1 * MEAN_ABSOLUTE_NORMAL,
    ),
    # Arjovsky et al. 2017, Example 1.
    KnownPair("parallel lines", parallel_lines(0.0), parallel_lines(0.5), 0.5),
)


class KnownPiles(NamedTuple):
    """Piles p on the places x, and q on y, and W₁ between them in the Euclidean distance.

    Places are numbers, or tuples of coordinates; p and q are probabilities, one for each place.
    """

    name: str
    x: Sequence[float] | Sequence[Sequence[float]]
    p: Sequence[float]
    y: Sequence[float] | Sequence[Sequence[float]]
    q: Sequence[float]
    w1: float


KNOWN_PILES = (
    KnownPiles("one place to another", (1,), (1.0,), (4,), (1.0,), 3.0),
    # A half has one step to go to the left, a half to the right. The means are equal, and still.
    KnownPiles("one place to two", (0, 1, 2), (0, 1, 0), (0, 1, 2), (0.5, 0, 0.5), 1.0),
    # Every quarter moves up by one, or the lowest one jumps over the others: four quarter steps.
    KnownPiles("a row moves up", (0, 1, 2, 3), (0.25,) * 4, (1, 2, 3, 4), (0.25,) * 4, 1.0),
    # Steps of thirds against steps of halves: ∫|F − G| = ⅓ + ⅙ + ⅙ + ⅓.
    KnownPiles("thirds to halves", (0, 2, 4), (1 / 3,) * 3, (1, 3), (0.5, 0.5), 1.0),
    KnownPiles("a little goes far", (0, 1, 10), (0.5, 0.5, 0), (0, 1, 10), (0.3, 0.5, 0.2), 2.0),
    # Each corner of a unit square lies one side away from both corners of the other diagonal.
    KnownPiles("across a square", ((0, 0), (1, 1)), (0.5, 0.5), ((0, 1), (1, 0)), (0.5, 0.5), 1.0),
    # A half goes 3 along one axis, a half 4 along the other.
    KnownPiles("two legs", ((0, 0),), (1.0,), ((3, 0), (0, 4)), (0.5, 0.5), 3.5),
)
