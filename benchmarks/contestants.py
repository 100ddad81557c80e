"""A step of each contestant for W₁ against a step with the gradient penalty, in turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

import torch

from benchmarks.timing import compare, separately
from wgan_lib.funnels import FunnelPair
from wgan_lib.measuring.contestants import CONTESTANTS, Contestant, find
from wgan_lib.training.critic_only import train_critic

DIMENSION, BATCH, STEPS, PAIRS, YARDSTICK = 16, 512, 20, 3, "penalty"


class Step(NamedTuple):
    """Milliseconds a step; ratio is the median over pairs of turns, with its extremes."""

    contestant: str
    threads: int
    milliseconds: float
    ratio: float
    lowest: float
    highest: float


class CriticSteps:
    """Steps of a contestant's critic; one without a critic makes an estimate instead."""

    def __init__(self, contestant: Contestant, batch: int):
        self.contestant, self.batch, self.pair = contestant, batch, FunnelPair(DIMENSION)
        self.critic = contestant.build(DIMENSION) if contestant.build else None

    def advance(self, rounds: int) -> None:
        """So many steps, draws included."""
        sides, changes = (self.pair.q.sample, self.pair.p.sample), {"batch_size": self.batch}
        if self.critic is not None:
            objective, settings = self.contestant.objective, self.contestant.settings
            train_critic(self.critic, *sides, objective, settings, steps=rounds, **changes)
            return
        for _ in range(rounds):
            self.contestant.reading().estimate(*(sample(self.batch) for sample in sides[::-1]))


def contestants(
    steps: int = STEPS, pairs: int = PAIRS, threads: Sequence[int] = (1, 2)
) -> list[Step]:
    """A row for each contestant and number of threads."""
    return [
        separately(count, measure, name, count, steps, pairs, BATCH)
        for name in CONTESTANTS
        for count in threads
    ]


def measure(name: str, threads: int, steps: int, pairs: int, batch: int) -> Step:
    """One row, in this process; the ratio says how many steps of the penalty one step takes."""
    torch.manual_seed(0)
    loops = (CriticSteps(find(each), batch) for each in (YARDSTICK, name))
    found = compare(*loops, steps, pairs)
    milliseconds = 1000 / statistics.median(found.second)
    ratios = found.ratio, min(found.ratios), max(found.ratios)
    return Step(name, threads, milliseconds, *ratios)
