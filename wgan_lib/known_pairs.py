"""Pairs of laws whose Wasserstein distance is known: every estimate of the course must meet it."""

from __future__ import annotations

import math
from typing import NamedTuple

from wgan_lib.distributions import Distribution, gaussian, mixture, parallel_lines

HALF = math.sqrt(2 / math.pi)  # the mean of |z| for a standard normal z


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
    KnownPair("twice as wide", gaussian(0.0), gaussian(0.0, 2.0), HALF),
    # The left half of the heap goes to −1. It starts from a mean of −0.1·√(2/π), so it has less
    # than 1 to go; the right half likewise.
    KnownPair("one heap to two", gaussian(0.0, 0.1), mixture([-1.0, 1.0], 0.1), 1 - 0.1 * HALF),
    # Arjovsky et al. 2017, Example 1.
    KnownPair("parallel lines", parallel_lines(0.0), parallel_lines(0.5), 0.5),
)
