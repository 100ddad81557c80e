"""One batched call of `wasserstein_1d` against a loop over SciPy's `wasserstein_distance`."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import torch
from scipy import stats
from torch import Tensor

from benchmarks.timing import compare, separately
from wgan_lib.transport import wasserstein_1d

BATCH, POINTS, ROUNDS, PAIRS = 1000, 1000, 2, 5
AIM = 3.0


class Case(NamedTuple):
    """What is measured: the dtype, whether points have weights, whether gradients are taken."""

    name: str
    dtype: torch.dtype
    weights: bool = False
    gradient: bool = False


CASES = (
    Case("float32", torch.float32),
    Case("float64", torch.float64),
    Case("float32, with gradient", torch.float32, gradient=True),
    Case("float64, with gradient", torch.float64, gradient=True),
    Case("float64, weights", torch.float64, weights=True),
)


class Transport(NamedTuple):
    """Distances a second; ratio is the median over pairs of turns, with its extremes.

    SciPy has no gradients: where the library takes one as well, SciPy is timed without.
    """

    case: str
    threads: int
    scipy: float
    library: float
    ratio: float
    lowest: float
    highest: float
    aim: float


class SciPyLoop:
    """One call for each pair of samples."""

    def __init__(self, samples: Sequence[Tensor]):
        self.rows = list(zip(*(each.detach().numpy() for each in samples), strict=True))

    def advance(self, rounds: int) -> None:
        """The distances of all pairs, so many times."""
        for _ in range(rounds):
            for row in self.rows:
                stats.wasserstein_distance(*row)


class BatchedCall:
    """One call for all pairs of samples."""

    def __init__(self, samples: Sequence[Tensor], gradient: bool):
        self.samples = [each.requires_grad_(gradient) for each in samples]

    def advance(self, rounds: int) -> None:
        """The distances of all pairs, so many times, with their gradients if asked for."""
        for _ in range(rounds):
            distances = wasserstein_1d(*self.samples)
            if distances.requires_grad:
                torch.autograd.grad(distances.sum(), self.samples)


def samples(case: Case, batch: int, points: int) -> list[Tensor]:
    """Two normal samples, one of them shifted, and weights if the case has any."""
    source = torch.Generator().manual_seed(0)
    size = (batch, points)
    both = [torch.randn(size, generator=source, dtype=case.dtype) + shift for shift in (0, 1)]
    if case.weights:
        both += [torch.rand(size, generator=source, dtype=case.dtype) for _ in range(2)]
    return both


def transport(pairs: int = PAIRS, threads: Sequence[int] = (1, 2)) -> list[Transport]:
    """A row for each case and number of threads."""
    return [
        separately(count, measure, case, count, pairs, BATCH, POINTS)
        for case in CASES
        for count in threads
    ]


def measure(case: Case, threads: int, pairs: int, batch: int, points: int) -> Transport:
    """One row, in this process."""
    library = BatchedCall(samples(case, batch, points), case.gradient)
    found = compare(library, SciPyLoop(samples(case, batch, points)), ROUNDS, pairs)
    return Transport(
        case.name,
        threads,
        scipy=batch * statistics.median(found.second),
        library=batch * statistics.median(found.first),
        ratio=found.ratio,
        lowest=min(found.ratios),
        highest=max(found.ratios),
        aim=AIM,
    )
