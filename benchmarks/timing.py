"""Rates of two loops, taken in turns in one process with a set number of threads."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple, Protocol, TypeVar

import torch

Result = TypeVar("Result")
WARM_UP = 3  # rounds: allocations, the optimiser's state, the kernels' own choices


class Loop(Protocol):
    """Something that moves on by a number of rounds."""

    def advance(self, rounds: int) -> None: ...


class Comparison(NamedTuple):
    """Rounds a second of two loops; entry i of both was measured within the same pair."""

    first: list[float]
    second: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times as fast as the second loop the first one is, pair by pair."""
        return [a / b for a, b in zip(self.first, self.second, strict=True)]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


def compare(first: Loop, second: Loop, rounds: int, pairs: int) -> Comparison:
    """Time the loops in turns: each pair has both, and every other pair begins with the second."""
    for loop in (first, second):
        loop.advance(min(rounds, WARM_UP))
    result = Comparison([], [])
    for pair in range(pairs):
        turns = [(first, result.first), (second, result.second)]
        for loop, rates in turns if pair % 2 == 0 else reversed(turns):
            rates.append(rate(loop, rounds))
    return result


def rate(loop: Loop, rounds: int) -> float:
    """Rounds a second."""
    start = time.perf_counter()
    loop.advance(rounds)
    return rounds / (time.perf_counter() - start)


def separately(threads: int, measure: Callable[..., Result], *arguments) -> Result:
    """The result of measure(*arguments) in a fresh process that computes with so many threads."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh, torch.set_num_threads, (threads,)) as process:
        return process.submit(measure, *arguments).result()
