"""Critic and generator, each with its whole loss as one module and with its optimiser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wgan_lib.devices import process_count
from wgan_lib.objectives import Loss, Objective
from wgan_lib.optimisers import make_optimiser, set_learning_rate
from wgan_lib.settings import Settings


class CriticLoss(nn.Module):
    """The critic's loss, penalty included, in one forward pass.

    DistributedDataParallel and torch.compile see only what happens inside a forward: with the
    gradient penalty in here, both can serve it.
    """

    def __init__(self, objective: Objective, critic: nn.Module):
        super().__init__()
        self.objective, self.critic = objective, critic

    def forward(self, real: Tensor, fake: Tensor, epsilon: Tensor) -> Loss:
        return self.objective.critic_loss(self.critic, real, fake, epsilon)


class GeneratorLoss(nn.Module):
    """From latent vectors to the generator's loss."""

    def __init__(self, objective: Objective, generator: nn.Module, critic: nn.Module):
        super().__init__()
        self.objective, self.generator, self.critic = objective, generator, critic

    def forward(self, latent: Tensor) -> Loss:
        return self.objective.generator_loss(self.critic, self.generator(latent))


@dataclass
class Players:
    """The two sides of the game, ready to take their steps."""

    generator: nn.Module
    critic: nn.Module
    objective: Objective
    critic_loss: nn.Module
    generator_loss: nn.Module
    critic_optimiser: torch.optim.Optimizer
    generator_optimiser: torch.optim.Optimizer
    precision: str

    @classmethod
    def ready(cls, generator, critic, objective: Objective, settings: Settings) -> Players:
        """Both networks in training mode, with losses and optimisers as the settings say."""
        generator.train()
        critic.train()
        critic_loss = prepared(CriticLoss(objective, critic), settings.compile)
        with frozen(critic):
            loss = GeneratorLoss(objective, generator, critic)
            generator_loss = prepared(loss, settings.compile)
        optimisers = [
            make_optimiser(
                settings.optimiser, network.parameters(), settings.learning_rate, settings.betas
            )
            for network in (critic, generator)
        ]
        return cls(
            generator, critic, objective, critic_loss, generator_loss, *optimisers,
            settings.precision,
        )  # fmt: skip

    def set_learning_rate(self, learning_rate: float) -> None:
        set_learning_rate(self.critic_optimiser, learning_rate)
        set_learning_rate(self.generator_optimiser, learning_rate)


def prepared(loss: nn.Module, compiled: bool) -> nn.Module:
    """A loss compiled as a whole if asked, and shared between processes if there are several."""
    if compiled:
        loss.compile(fullgraph=True)
    if process_count() == 1:
        return loss
    return nn.parallel.DistributedDataParallel(loss)


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Inside, the network's weights get no gradients; its input still does."""
    moving = [p for p in network.parameters() if p.requires_grad]
    for parameter in moving:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in moving:
            parameter.requires_grad_(True)
