"""How good a recipe for a toy law becomes, and in how many seconds, seed by seed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

from wgan_lib.experiments.recipes import Recipe, find
from wgan_lib.ground.devices import random_source
from wgan_lib.metrics import SAMPLES, ModeCoverage, mode_coverage
from wgan_lib.transport import wasserstein

RECIPE, SEEDS = "ring-wgan-gp", 5
POINTS = 5000  # for distances; modes are counted on SAMPLES, as the rule has it
# For the ring, within a minute on two cores. The grid is harder: all its modes, and as high a
# share of high-quality samples as can be had.
AIMS = {
    "ring-wgan-gp": {"high_quality": 0.85, "w1": 0.06, "seconds": 60.0},
    "grid-wgan-gp": {"seconds": 300.0},
}


class Quality(NamedTuple):
    """One seed. w1 is exact, between 5,000 generated and real samples; floor is real to real."""

    recipe: str
    seed: int
    seconds: float
    covered: int
    modes: int
    high_quality: float
    w1: float
    floor: float
    reached: bool


def quality(name: str = RECIPE, seeds: int = SEEDS, steps: int | None = None) -> Iterator[Quality]:
    """A row for each seed, as soon as it is there; steps replaces the recipe's own number."""
    changes = {} if steps is None else {"steps": steps}
    for seed in range(seeds):
        yield measure(find(name).changed(seed=seed, **changes))


def measure(recipe: Recipe) -> Quality:
    """Train on the CPU with as many threads as torch takes by itself, then judge the samples."""
    law, seed = recipe.load_data(), recipe.settings.seed
    start = time.perf_counter()
    run = recipe.train(device="cpu")
    seconds = time.perf_counter() - start
    found = mode_coverage(run.sample(SAMPLES, seed), law.modes, law.std)
    source = random_source(run.device, seed + 1)
    # How many points fall to each mode is a matter of chance. Of 2,500 on the ring, that alone
    # costs a distance of 0.05 between two samples of the law itself; hence more points here.
    real, more = (law.sample(POINTS, source) for _ in range(2))
    w1, floor = (float(wasserstein(points, real)) for points in (run.sample(POINTS, seed), more))
    reached = aim_holds(recipe.name, found, w1, seconds)
    return Quality(
        recipe.name, seed, seconds, found.covered, found.total, found.high_quality, w1, floor,
        reached,
    )  # fmt: skip


def aim_holds(name: str, found: ModeCoverage, w1: float, seconds: float) -> bool:
    """All modes, and what ``AIMS`` asks of the recipe besides."""
    aim = AIMS.get(name, {})
    return (
        found.covered == found.total
        and found.high_quality >= aim.get("high_quality", 0.0)
        and w1 <= aim.get("w1", float("inf"))
        and seconds <= aim.get("seconds", float("inf"))
    )
