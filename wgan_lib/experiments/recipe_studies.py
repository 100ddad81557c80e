"""The studies of recipes whose results come with the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wgan_lib.experiments import recipes
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.study import RecipeStudy
from wgan_lib.images.dcgan_guidelines import GUIDELINES
from wgan_lib.training.objectives import NonSaturatingGAN


def _three_objectives(data: str, steps: int) -> dict[str, Recipe]:
    """The same networks and numbers of critic steps; the GAN with its usual generator loss."""
    gan = replace(recipes.find(f"{data}-gan"), objective=NonSaturatingGAN())
    found = {"gan": gan} | {kind: recipes.find(f"{data}-{kind}") for kind in ("wgan", "wgan-gp")}
    return {kind: recipe.changed(steps=steps) for kind, recipe in found.items()}


def _on_digits() -> dict[str, Recipe]:
    """The four objectives on the same networks, none of them with a norm in the critic."""
    penalised = recipes.find("digits-wgan-gp").changed(critic_norm=None)
    return {
        "gan": recipes.find("digits-gan"),
        "non-saturating-gan": recipes.find("digits-non-saturating-gan"),
        "wgan": recipes.find("digits-wgan"),
        "wgan-gp": penalised,
        "wgan-gp-rmsprop": penalised.changed(optimiser="rmsprop"),
        "dcgan": recipes.find("digits-dcgan"),
    }


def _guidelines() -> dict[str, Recipe]:
    """DCGAN after all its guidelines ("nothing" is left out), and without each of them."""
    followed = recipes.find("digits-dcgan").changed(steps=400)
    return {without: followed.changed(without=without) for without in ("nothing", *GUIDELINES)}


def _critics() -> dict[str, Recipe]:
    """A critic that can teach, one that gets too few steps, and a clipped one that is weak too."""
    sound = recipes.find("digits-wgan-gp").changed(critic_norm=None, steps=300)
    weak = recipes.find("digits-wgan").changed(steps=400, critic_steps=1, critic_width=4)
    return {"sound": sound, "hurried": sound.changed(critic_steps=1), "weak": weak}


def _study_of_images(
    name: str, about: str, chosen: Mapping[str, Recipe], every: int
) -> RecipeStudy:
    measures = ("images", "estimate")
    return RecipeStudy(name, f"lesson 08: {about}", chosen, (0, 1, 2), every, measures)


RECIPE_STUDIES = (
    RecipeStudy(
        "mode-dropping", "lesson 02: a GAN that hops round the ring, and one that stays",
        {n: recipes.find(n) for n in ("ring-gan-momentum", "ring-non-saturating-gan")},
        every=50,
    ),
    _study_of_images(
        "image-objectives", "objectives and optimisers on the same digits", _on_digits(), 50
    ),
    _study_of_images(
        "dcgan-guidelines", "DCGAN without each of its guidelines", _guidelines(), 100
    ),
    _study_of_images(
        "image-critics", "critics that are sound, hurried, or weak", _critics(), 50
    ),
    RecipeStudy(
        "image-speed", "lesson 08: what a step of each recipe of image-objectives takes",
        {name: recipe.changed(steps=1) for name, recipe in _on_digits().items()},
        every=1, measures=("speed",),
    ),
    RecipeStudy(
        "ring-objectives", "lesson 07: GAN, WGAN and WGAN-GP on the ring",
        _three_objectives("ring", steps=1200), every=100,
    ),
    RecipeStudy(
        "grid-objectives", "lesson 07: GAN, WGAN and WGAN-GP on the grid",
        _three_objectives("grid", steps=3000), every=250,
    ),
)  # fmt: skip
