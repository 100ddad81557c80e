"""The systems that are measured: a recipe of the library each, with nothing added to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from wgan_lib.experiments.recipes import Recipe, find
from wgan_lib.images.datasets import Images
from wgan_lib.training import loop as training
from wgan_lib.training.run import Run

ENDLESS = 10**9  # steps; a run is moved on by the piece and never reaches its end


@dataclass(frozen=True)
class System:
    """What both loops train.

    aim   how many times the rate of the textbook loop the library is meant to reach
    """

    name: str
    recipe: Recipe
    aim: float


def systems() -> list[System]:
    """The ring, the dense and the convolutional networks for digits, all on embedded data."""
    # Constant learning rates: a schedule would be one more thing that the loops do not share.
    ring = find("ring-wgan-gp").changed(
        width=512, critic_steps=5, learning_rate=1e-4, betas=(0.5, 0.9), final_rate=1.0
    )
    dense, convolutional = (
        replace(find(name), data="digits") for name in ("mnist-mlp-wgan", "mnist-conv-wgan-gp")
    )
    return [
        System("ring, dense 512", ring, aim=1.2),
        System("digits, dense", dense, aim=1.5),
        System("digits, convolutional", convolutional, aim=1.5),
    ]


def named(name: str) -> System:
    """The system of that name."""
    return next(system for system in systems() if system.name == name)


class LibraryLoop:
    """The library's own training loop, recording included, moved on by the piece."""

    def __init__(self, recipe: Recipe):
        settings = replace(recipe.settings, steps=ENDLESS)
        sample = recipe.load_data().sample
        self.run = Run(
            *recipe.build_networks(), sample, recipe.objective, settings, torch.device("cpu")
        )

    def advance(self, rounds: int) -> None:
        """As many rounds of critic steps and one generator step; the history gets its rows."""
        pause = partial(_pause_at, self.run.step + rounds)
        training.training_loop(self.run, [pause], checkpoint=None, every=ENDLESS)


def _pause_at(step: int, run: Run) -> None:
    if run.step >= step:
        raise training.StopTraining


def as_bytes(images: Images) -> Tensor:
    """The images as files have them: N×C×H×W, uint8, 0 to 255."""
    return images.images.add(1).mul(127.5).round().to(torch.uint8)
