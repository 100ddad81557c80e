"""How often the interval of two samples holds the W₁ of their laws: draws from known pairs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

import torch

from wgan_lib.distributions import Distribution, gaussian
from wgan_lib.experiments.results import Row
from wgan_lib.experiments.study import Measured, Study
from wgan_lib.funnels import FunnelPair
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.known_pairs import KNOWN_PAIRS, KnownPair
from wgan_lib.measuring import certified_interval

NUMBERS = ("lower", "upper", "estimate", "plan")  # of an interval, for the table


class Pair(Protocol):
    """Two laws whose W₁ is known."""

    @property
    def p(self) -> Distribution: ...
    @property
    def q(self) -> Distribution: ...
    @property
    def w1(self) -> float: ...


@dataclass(frozen=True)
class IntervalStudy(Study):
    """Pairs by the names that they bear in the study; each run makes so many draws of one.

    draws        independent samples in a run, a row of the table for each
    points       of each of the two laws in a draw
    steps        of the network among the critics
    confidence   of the intervals
    """

    name: str
    about: str
    known: Mapping[str, Pair]
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    draws: int = 10
    points: int = 400
    steps: int = 100
    confidence: float = 0.95

    def __post_init__(self):
        for name in ("draws", "points", "steps"):
            positive_integer(name, getattr(self, name))

    def names(self) -> Collection[str]:
        """The names of the pairs."""
        return self.known.keys()

    def measured(self, name: str, seed: int, device: str | torch.device = "cpu") -> Measured:
        """Some draws of one pair, and the interval of each; always on the CPU."""
        pair = self.known[one_of("pair", name, self.known)]
        source = random_source(torch.device("cpu"), seed)
        return Measured([self._draw(pair, seed, step, source) for step in range(self.draws)])

    def _draw(self, pair: Pair, seed: int, step: int, source: torch.Generator) -> Row:
        x, y = (law.sample(self.points, generator=source) for law in (pair.p, pair.q))
        options = {"confidence": self.confidence, "steps": self.steps, "seed": seed}
        found = asdict(certified_interval(x, y, **options))
        return {"step": step, "w1": pair.w1} | {number: found[number] for number in NUMBERS}

    def identity(self) -> dict[str, str]:
        """How the draws are made, and W₁ of each pair."""
        settings = ("draws", "points", "steps", "confidence")
        words = {setting: str(getattr(self, setting)) for setting in settings}
        return words | {f"{name}: w1": f"{pair.w1:.4f}" for name, pair in self.known.items()}


def _known() -> dict[str, Pair]:
    plane = gaussian([0.0, 0.0])
    funnels = [FunnelPair(2, 4), FunnelPair(2, 16), FunnelPair(8, 16)]
    return {
        "one law twice": KnownPair("one law twice", plane, plane, 0.0),
        **{pair.name: pair for pair in KNOWN_PAIRS},
        **{f"{pair.funnels} funnels, {pair.dimension}-D": pair for pair in funnels},
    }


INTERVAL_COVERAGE = IntervalStudy(
    "interval-coverage", "lesson 12: how often an interval from two samples holds W₁", _known()
)
