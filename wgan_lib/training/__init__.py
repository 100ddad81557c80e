"""One loop for every GAN of the course, and what it needs: lessons 02, 05, 06 and 07.

Begin with `objectives`, the few lines in which GAN, WGAN and WGAN-GP differ, and go on to `loop`,
which is the same for all of them. `players` pairs a network with its loss and its optimiser, `run`
holds the state between two steps, `settings` says how long and how fast, `history` what was
recorded, and `optimisers` how a step is taken.
"""

from wgan_lib.training.loop import (
    DivergedError,
    StopTraining,
    critic_step,
    generator_step,
    take_round,
    train,
    train_critic,
)
from wgan_lib.training.objectives import Loss

__all__ = [
    "DivergedError",
    "Loss",
    "StopTraining",
    "critic_step",
    "generator_step",
    "take_round",
    "train",
    "train_critic",
]
