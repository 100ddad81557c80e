"""How near the library comes to the rate that its matrix products alone would allow."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.products import Product, ProductRecorder, Replay
from benchmarks.systems import LibraryLoop, System, systems
from benchmarks.timing import WARM_UP, compare, separately
from wgan_lib.training.loop import training_iteration

STEPS, PAIRS = 5, 5


class Ceiling(NamedTuple):
    """Rates in generator steps a second.

    share    the library's rate by the ceiling's, median over pairs, with its extremes
    needed   share of the multiplications whose factors were not zero throughout
    """

    system: str
    threads: int
    products: int
    gigaflops: float
    needed: float
    ceiling: float
    library: float
    share: float
    lowest: float
    highest: float


def ceiling(
    steps: int = STEPS, pairs: int = PAIRS, threads: Sequence[int] = (1, 2)
) -> list[Ceiling]:
    """A row for each dense system and number of threads; convolutions are not matrix products."""
    return [
        separately(count, measure, system, count, steps, pairs)
        for system in dense_systems()
        for count in threads
    ]


def dense_systems() -> list[System]:
    return [system for system in systems() if system.recipe.networks.endswith("mlp")]


def measure(system: System, threads: int, steps: int, pairs: int) -> Ceiling:
    """One row, in this process."""
    library = LibraryLoop(system.recipe)
    products = products_of_a_round(library)
    found = compare(library, Replay(products), steps, pairs)
    work = sum(product.multiplications for product in products)
    return Ceiling(
        system.name,
        threads,
        products=len(products),
        gigaflops=2 * work / 1e9,
        needed=sum(p.multiplications for p in products if p.needed) / work,
        ceiling=statistics.median(found.second),
        library=statistics.median(found.first),
        share=found.ratio,
        lowest=min(found.ratios),
        highest=max(found.ratios),
    )


def products_of_a_round(library: LibraryLoop) -> list[Product]:
    """What one round multiplies, gradients included; not the first, whose state is still zero."""
    library.advance(WARM_UP)
    with ProductRecorder() as recorder:
        training_iteration(library.run)
    return recorder.products
