"""A trained pair, taken out of its checkpoint: to draw from it and to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from wgan_lib.experiments import inspection
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.ground.arguments import finite_tensor
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
        return finite_tensor("samples", draw_samples(self.generator, n, seed, self.device))


def load_trained(
    path: str | Path, device: str | torch.device = "auto", averaged: bool = True
) -> TrainedPair:
    """Build the networks of the checkpoint's recipe and give them its weights.

    The generator gets the averaged weights, where there are any, unless told otherwise. Raises
    FileNotFoundError, or CheckpointError where the checkpoint is damaged, of no recipe, or holds
    weights that are not finite.
    """
    device = choose_device(device)
    contents = inspection.read(path, device)
    recipe, step = inspection.recipe_of(path, contents), inspection.steps_of(path, contents)
    generator, critic = inspection.networks_of(path, recipe)
    averaged = averaged and recipe.settings.averaging > 0
    inspection.fill(path, contents, "averaged" if averaged else "generator", generator)
    inspection.fill(path, contents, "critic", critic)
    pair = generator.to(device).eval(), critic.to(device).eval()
    return TrainedPair(recipe, *pair, device, step, averaged)
