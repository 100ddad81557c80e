"""A study: recipes, seeds, and what is measured on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from wgan_lib.experiments import image_looks
from wgan_lib.experiments.recipes import TOYS, Recipe
from wgan_lib.experiments.results import Key
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.metrics import SAMPLES, mode_coverage
from wgan_lib.training.run import Run
from wgan_lib.transport import wasserstein

COMPARED = 500  # samples on each side of an exact W₁, which takes about a tenth of a second
REAL_SEED = 1_000_003  # of the real ones; the fakes are drawn with seed 0


def modes(run: Run, recipe: Recipe) -> dict[str, float]:
    """covered and high_quality by the rule of ``metrics.mode_coverage``, on 2,500 samples.

    favourite is the number of the mode that is nearest to most samples, and favourite_share is
    their share, whatever their quality: at best 1/M for M modes, and 1 where all sit at one mode.
    """
    law, samples = recipe.load_data(), run.sample(SAMPLES)
    found = mode_coverage(samples, law.modes, law.std)
    nearest = mode_coverage(samples, law.modes, law.std, threshold=1e9).counts
    return {
        "covered": found.covered,
        "high_quality": found.high_quality,
        "favourite": int(nearest.argmax()),
        "favourite_share": float(nearest.max()) / SAMPLES,
    }


def distance(run: Run, recipe: Recipe) -> dict[str, float]:
    """wasserstein: exact W₁ between 500 samples and 500 real ones (images from the test set).

    critic_estimate is what the critic makes of them: JS in nats, or K·W₁, as its objective has it.
    """
    fake, real = run.sample(COMPARED), _real_samples(run, recipe)
    middle = torch.full((COMPARED,), 0.5, dtype=fake.dtype, device=fake.device)
    run.critic.eval()  # so that looking leaves the statistics of a batch norm as they were
    parts = run.objective.critic_loss(run.critic, real, fake, middle).parts
    run.critic.train()
    return {
        "wasserstein": float(wasserstein(fake, real)),
        "critic_estimate": float(parts["critic_estimate"]),
    }


def _real_samples(run: Run, recipe: Recipe) -> Tensor:
    split = {} if recipe.data in TOYS else {"split": "test"}
    law = recipe.load_data(run.device, **split)
    return law.sample(COMPARED, random_source(run.device, REAL_SEED), run.device)


MEASURES: dict[str, Callable[[Run, Recipe], dict[str, float]]] = {
    "modes": modes,
    "distance": distance,
    **image_looks.MEASURES,
}


@dataclass(frozen=True)
class Study:
    """Recipes by the names that they bear in the study, each run with each of the seeds.

    every      generator steps between two looks; the last step is looked at in any case
    measures   names in MEASURES: what a look writes down
    """

    name: str
    about: str
    recipes: Mapping[str, Recipe]
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    every: int = 100
    measures: tuple[str, ...] = ("modes", "distance")

    def __post_init__(self):
        positive_integer("every", self.every)
        for seed in self.seeds:
            positive_integer("seeds", seed, minimum=0)
        for measure in self.measures:
            one_of("measures", measure, MEASURES)

    def pairs(self) -> list[Key]:
        """All runs of the study, seed by seed."""
        return [(name, seed) for seed in self.seeds for name in self.recipes]

    def recipe(self, name: str, seed: int) -> Recipe:
        """The recipe of one run."""
        return self.recipes[one_of("recipe", name, self.recipes)].changed(seed=seed)

    def identity(self) -> dict[str, str]:
        """What stored results must have in common with the study as it is now, in plain words."""
        words = {"every": str(self.every), "measures": ", ".join(self.measures)}
        for name, recipe in self.recipes.items():
            about = {"data": recipe.data, "networks": recipe.networks}
            about |= {"objective": type(recipe.objective).__name__, **recipe.values()}
            irrelevant = ("seed", "log_every")
            words |= {f"{name}: {k}": str(v) for k, v in about.items() if k not in irrelevant}
        return words


class Looks:
    """A callback that measures a run every so often."""

    def __init__(self, study: Study, recipe: Recipe):
        self.study, self.recipe = study, recipe
        self.rows: list[dict[str, float]] = []

    def __call__(self, run: Run) -> None:
        if run.step % self.study.every and run.step < run.steps:
            return
        row: dict[str, float] = {"step": run.step}
        for measure in self.study.measures:
            row |= MEASURES[measure](run, self.recipe)
        self.rows.append(row)
