"""A trained pair, taken out of its checkpoint: to draw from it and to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.experiments.recipes import Recipe, from_labels
from wgan_lib.ground import checkpoints
from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.ground.devices import choose_device
from wgan_lib.training.run import draw_samples


@dataclass(frozen=True)
class TrainedPair:
    """What a run of a recipe had learned when its checkpoint was written.

    averaged   whether the generator has the averaged weights
    """

    recipe: Recipe
    generator: nn.Module
    critic: nn.Module
    device: torch.device
    step: int
    averaged: bool

    def sample(self, n: int, seed: int = 0) -> Tensor:
        """n samples, from the latent vectors that the seed fixes: those of ``Run.sample``."""
        return draw_samples(self.generator, n, seed, self.device)


def load_trained(
    path: str | Path, device: str | torch.device = "auto", averaged: bool = True
) -> TrainedPair:
    """Build the networks of the checkpoint's recipe and give them its weights.

    The generator gets the averaged weights, where there are any, unless told otherwise. Raises
    FileNotFoundError, or CheckpointError where the checkpoint is damaged or of no recipe.
    """
    device = choose_device(device)
    contents = checkpoints.load(path, device)
    recipe = _recipe_of(path, contents)
    generator, critic = recipe.build_networks()
    averaged = averaged and "averaged" in contents
    try:
        generator.load_state_dict(contents["averaged" if averaged else "generator"])
        critic.load_state_dict(contents["critic"])
    except RuntimeError as error:
        raise CheckpointError(
            f"{path} holds other networks than {recipe.name} has in this version of the course"
        ) from error
    pair = generator.to(device).eval(), critic.to(device).eval()
    return TrainedPair(recipe, *pair, device, contents["step"], averaged)


def _recipe_of(path: str | Path, contents: dict[str, Any]) -> Recipe:
    labels = contents.get("labels", {})
    if "recipe" not in labels:
        raise CheckpointError(
            f"{path} does not name a recipe, so its networks cannot be built again; "
            "checkpoints written by `python -m wgan_lib train` do"
        )
    return from_labels(labels)
