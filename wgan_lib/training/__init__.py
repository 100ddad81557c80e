"""One loop for every GAN of the course, and what it needs: lessons 00, 02, 04 to 08 and 12.

Begin with `objectives`, the few lines in which GAN, WGAN and WGAN-GP differ, and go on to `loop`,
which is the same for all of them. `players` pairs a network with its loss and its optimiser, `run`
holds the state between two steps, `settings` says how long and how fast, `history` what was
recorded, and `optimisers` how a step is taken. `critic_only` trains a critic
alone, between two laws that stand still, and `plan_only` a generator without a critic.
"""

from wgan_lib.training.critic_only import train_critic
from wgan_lib.training.loop import (
    DivergedError,
    StopTraining,
    critic_step,
    generator_step,
    train,
    training_iteration,
)
from wgan_lib.training.objectives import Critic, Loss

__all__ = [
    "Critic",
    "DivergedError",
    "Loss",
    "StopTraining",
    "critic_step",
    "generator_step",
    "train",
    "train_critic",
    "training_iteration",
]
