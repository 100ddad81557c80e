"""A study: recipes, seeds, and what is measured on the way."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from wgan_lib.experiments.measures import MEASURES
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.results import Key
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.training.run import Run


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
class Study:
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

    def pairs(self) -> list[Key]:
        """All runs of the study, seed by seed."""
        return [(name, seed) for seed in self.seeds for name in self.recipes]

    def recipe(self, name: str, seed: int) -> Recipe:
        """The recipe of one run."""
        return self.recipes[one_of("recipe", name, self.recipes)].changed(seed=seed)

    def measurements(self, recipe: Recipe) -> Measurements:
        """The callback that measures a run of one of the recipes as the study has it."""
        last = recipe.settings.steps
        return Measurements(recipe, self.measures, {*range(self.every, last, self.every), last})

    def identity(self) -> dict[str, str]:
        """What stored results must have in common with the study as it is now, in plain words."""
        words = {"every": str(self.every), "measures": ", ".join(self.measures)}
        for name, recipe in self.recipes.items():
            about = {"data": recipe.data, "networks": recipe.networks}
            about |= {"objective": type(recipe.objective).__name__, **recipe.values()}
            irrelevant = ("seed", "log_every")
            words |= {f"{name}: {k}": str(v) for k, v in about.items() if k not in irrelevant}
        return words
