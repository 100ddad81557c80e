"""A study: runs by name and seed, and what is measured on the way. Most are of recipes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch

from wgan_lib.experiments.measures import MEASURES
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.results import Key, Row
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.training.loop import DivergedError
from wgan_lib.training.run import Run

FINISHED = "finished"


class Measured(NamedTuple):
    """What a run of a study leaves: a row per measurement, and how it ended.

    A row has a "step", rising from row to row, and finite numbers under the same names in all runs
    of the study. A run that diverged keeps the rows it had, and says so.
    """

    rows: Sequence[Row]
    ended: str = FINISHED


class Study(ABC):
    """What ``run_study`` runs and ``load_study`` reads.

    Another kind of study has a name, what it is about and its seeds, and says three things: which
    runs there are, what a run is, and what must not change if stored results are to count.
    A study and its runs can be pickled, so that another process may do the work.
    """

    name: str
    about: str
    seeds: tuple[int, ...]

    @abstractmethod
    def names(self) -> Collection[str]:
        """The runs of the study by the names that they bear in it, whatever the seed."""

    @abstractmethod
    def measured(self, name: str, seed: int, device: str | torch.device) -> Measured:
        """One run; the same for the same name and seed."""

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """What stored results must have in common with the study as it is now, in plain words.

        Words that a stored file does not have are newer than the file, and pass.
        """

    def pairs(self) -> list[Key]:
        """All runs of the study, seed by seed."""
        return [(name, seed) for seed in self.seeds for name in self.names()]


class Measurements:
    """A callback that measures a run after each of the given steps, one row per measurement.

    measures   names in MEASURES
    steps      generator steps after which the run is measured
    """

    def __init__(self, recipe: Recipe, measures: Sequence[str], steps: Container[int]):
        self.recipe, self.measures, self.steps = recipe, measures, steps
        self.rows: list[dict[str, float]] = []

    def __call__(self, run: Run) -> None:
        if run.step in self.steps:
            row: dict[str, float] = {"step": run.step}
            for measure in self.measures:
                row |= MEASURES[measure](run, self.recipe)
            self.rows.append(row)


@dataclass(frozen=True)
class RecipeStudy(Study):
    """Recipes by the names that they bear in the study, each run with each of the seeds.

    every      generator steps between two measurements; the last step is measured in any case
    measures   names in MEASURES
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

    def names(self) -> Collection[str]:
        """The names of the recipes."""
        return self.recipes.keys()

    def recipe(self, name: str, seed: int) -> Recipe:
        """The recipe of one run."""
        return self.recipes[one_of("recipe", name, self.recipes)].changed(seed=seed)

    def measurements(self, recipe: Recipe) -> Measurements:
        """The callback that measures a run of one of the recipes as the study has it."""
        last = recipe.settings.steps
        return Measurements(recipe, self.measures, {*range(self.every, last, self.every), last})

    def measured(self, name: str, seed: int, device: str | torch.device) -> Measured:
        """One run, measured on its way and at its end."""
        recipe, ended = self.recipe(name, seed), FINISHED
        measurements = self.measurements(recipe)
        try:
            recipe.train(device=device, callbacks=[measurements])
        except DivergedError as error:
            ended = f"diverged: {error}"
        return Measured(measurements.rows, ended)

    def identity(self) -> dict[str, str]:
        """How often is measured, and all settings of each recipe."""
        words = {"every": str(self.every), "measures": ", ".join(self.measures)}
        for name, recipe in self.recipes.items():
            about = {"data": recipe.data, "networks": recipe.networks}
            about |= {"objective": type(recipe.objective).__name__, **recipe.values()}
            irrelevant = ("seed", "log_every")
            words |= {f"{name}: {k}": str(v) for k, v in about.items() if k not in irrelevant}
        return words
