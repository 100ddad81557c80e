"""Critic and generator, each with its whole loss as one module and with its optimiser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wgan_lib.ground.devices import process_count
from wgan_lib.training.objectives import Loss, Objective
from wgan_lib.training.optimisers import make_optimiser
from wgan_lib.training.settings import Settings


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
class CriticPlayer:
    """The critic, ready to take its steps."""

    network: nn.Module
    objective: Objective
    loss: nn.Module
    optimiser: torch.optim.Optimizer
    precision: str

    @classmethod
    def ready(cls, critic: nn.Module, objective: Objective, settings: Settings) -> CriticPlayer:
        """In training mode, with loss and optimiser as the settings say."""
        loss = prepared(CriticLoss(objective, critic.train()), settings.compile)
        return cls(critic, objective, loss, _optimiser(critic, settings), settings.precision)


@dataclass
class GeneratorPlayer:
    """The generator, ready to take its steps against a critic."""

    network: nn.Module
    critic: nn.Module
    loss: nn.Module
    optimiser: torch.optim.Optimizer
    precision: str

    @classmethod
    def ready(
        cls, generator: nn.Module, critic: nn.Module, objective: Objective, settings: Settings
    ) -> GeneratorPlayer:
        """In training mode, with loss and optimiser as the settings say."""
        with frozen(critic):
            loss = GeneratorLoss(objective, generator.train(), critic)
            loss = prepared(loss, settings.compile)
        return cls(generator, critic, loss, _optimiser(generator, settings), settings.precision)


def _optimiser(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    return make_optimiser(
        settings.optimiser, network.parameters(), settings.learning_rate, settings.betas
    )


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
