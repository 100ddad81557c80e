"""The library's loop against a textbook loop: same networks, same batches, same steps."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.systems import LibraryLoop, System, systems
from benchmarks.textbook import TextbookLoop
from benchmarks.timing import compare, separately

STEPS, PAIRS = 5, 5


class Speed(NamedTuple):
    """Rates in generator steps a second; ratio is the median over pairs, with its extremes."""

    system: str
    threads: int
    textbook: float
    library: float
    ratio: float
    lowest: float
    highest: float
    aim: float


def speed(steps: int = STEPS, pairs: int = PAIRS, threads: Sequence[int] = (1, 2)) -> list[Speed]:
    """A row for each system and number of threads."""
    return [
        separately(count, measure, system, count, steps, pairs)
        for system in systems()
        for count in threads
    ]


def measure(system: System, threads: int, steps: int, pairs: int) -> Speed:
    """One row, in this process."""
    library, textbook = LibraryLoop(system.recipe), TextbookLoop(system.recipe)
    found = compare(library, textbook, steps, pairs)
    return Speed(
        system.name,
        threads,
        textbook=statistics.median(found.second),
        library=statistics.median(found.first),
        ratio=found.ratio,
        lowest=min(found.ratios),
        highest=max(found.ratios),
        aim=system.aim,
    )
