"""The study of who measures W₁: contestants against funnel pairs of rising dimension."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import torch

from wgan_lib.experiments.measures import one_thread
from wgan_lib.experiments.results import Columns, Key, Row
from wgan_lib.experiments.study import FINISHED, Measured, Study
from wgan_lib.funnels import FunnelPair
from wgan_lib.ground.arguments import one_of
from wgan_lib.lipschitz.slopes import score_gradients
from wgan_lib.measuring.contestants import CONTESTANTS, fit
from wgan_lib.measuring.estimators import CriticEstimate, Estimator
from wgan_lib.measuring.measurement import gradient_cosine, measure
from wgan_lib.potential_pairs import PotentialPair
from wgan_lib.training.loop import DivergedError

STEPS = {
    **{name: 300 for name in ("clipping", "penalty", "one-sided", "spectral-relu")},
    **{name: 300 for name in ("cayley", "sll", "c-transform")},
    **{name: 1 for name in ("batches", "sliced", "plan-envelope")},  # nothing is trained
    "annealed-funnels": 1000,
    "one-sided-wide": 600,
}
BATCHES = {"plan-envelope": 512, "annealed-funnels": 512}  # of all others: 256
POINTS = 4096  # of each law, none of them trained on
PAIRED = 16384  # draws from the plan, on which the ratio of a critic is less a matter of luck
TRAINING, HELD_OUT, PLAN = 100, 200, 300  # seeds apart from the pair's: equal ones repeat draws
NONE = 0.0  # in a column that a contestant has nothing for


@dataclass(frozen=True)
class MeasuringStudy(Study):
    """Contestants by name and their steps, in each of the dimensions; a run is "name/dimension".

    The seed decides the pair, the training and the points on which both are judged. A run has one
    row: "ratio" = estimate/W₁, "cosine" of the gradients at samples of p and "cosine_q" at samples
    of q, "steepest" slope seen, "certified" slope, and "seconds_a_step" of the processor. A column
    is 0 where there is nothing to say: no critic, no certificate, no training.
    """

    name: str
    about: str
    steps: Mapping[str, int] = field(default_factory=lambda: STEPS)
    dimensions: tuple[int, ...] = (2, 4, 8, 16, 64)
    seeds: tuple[int, ...] = (0, 1, 2)
    funnels: int = 16

    def __post_init__(self):
        for contestant in self.steps:
            one_of("steps", contestant, CONTESTANTS)

    def names(self) -> Collection[str]:
        """Dimension by dimension."""
        return [f"{contestant}/{d}" for d in self.dimensions for contestant in self.steps]

    def measured(self, name: str, seed: int, device: str | torch.device) -> Measured:
        """One contestant, trained on one pair and judged."""
        contestant, dimension = one_of("run", name, self.names()).split("/")
        pair, steps = FunnelPair(int(dimension), self.funnels, seed), self.steps[contestant]
        batch = BATCHES.get(contestant, 256)
        with one_thread():
            start = time.process_time()
            try:
                estimator = fit(contestant, pair, steps, seed + TRAINING, batch, device)
            except DivergedError as error:
                return Measured([], f"diverged: {error}")
            seconds = (time.process_time() - start) / steps
            row = _judged(estimator, pair, seed)
        return Measured([{"step": steps, **row, "seconds_a_step": seconds}], FINISHED)

    def identity(self) -> dict[str, str]:
        """The pairs, how many points there are, and all that decides what a contestant does."""
        words = {"funnels": str(self.funnels), "points": f"{POINTS}, {PAIRED}"}
        for contestant, steps in self.steps.items():
            about = {"steps": steps, "batch": BATCHES.get(contestant, 256)}
            about |= CONTESTANTS[contestant].identity()
            words |= {f"{contestant}: {key}": str(value) for key, value in about.items()}
        return words


def _judged(estimator: Estimator, pair: PotentialPair, seed: int) -> Row:
    found = measure(estimator, pair, POINTS, torch.Generator().manual_seed(seed + HELD_OUT))
    row = {"ratio": found.ratio, "cosine": found.cosine, "cosine_q": NONE}
    if type(estimator) is CriticEstimate:
        row |= _on_paired_draws(estimator, pair, torch.Generator().manual_seed(seed + PLAN))
    return row | {"steepest": found.steepest or NONE, "certified": found.certified or NONE}


def _on_paired_draws(
    estimator: CriticEstimate, pair: PotentialPair, source: torch.Generator
) -> Row:
    """A critic's rise along the optimal plan, as a share of the way: E[f(y) − f(x)] / E‖x − y‖.

    The expectation of the estimate over W₁, with less noise than points that are not paired give.
    """
    x, y = pair.sample(PAIRED, source)
    with torch.no_grad():
        ratio = estimator.estimate(x, y).item() / (x - y).norm(dim=1).mean().item()
    y = y[:POINTS]
    cosine = gradient_cosine(score_gradients(estimator.network, y), pair.gradient(y))
    return {"ratio": ratio, "cosine_q": cosine}


def by_dimension(runs: Mapping[Key, Columns], column: str) -> dict[str, dict[int, list[float]]]:
    """A column of the stored runs: by contestant and dimension, a number for each seed."""
    table: dict[str, dict[int, list[float]]] = {}
    for (name, _), run in runs.items():
        contestant, dimension = name.split("/")
        found = table.setdefault(contestant, {}).setdefault(int(dimension), [])
        found.extend(run[column][-1:].tolist() if column in run else [])
    return table


W1_BENCHMARK = MeasuringStudy("w1-benchmark", "lesson 12: who measures W₁, in which dimension")
