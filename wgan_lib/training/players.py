"""Critic and generator, each with its whole loss as one module and with its optimiser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wgan_lib.ground.devices import autocast, process_count
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
class Player:
    """A network in training mode, with its whole loss as one module and its optimiser."""

    network: nn.Module
    loss: nn.Module
    optimiser: torch.optim.Optimizer
    precision: str

    def step(self, *inputs: Tensor) -> Loss:
        """One step down the loss, which is returned detached; inputs on the network's device."""
        with autocast(inputs[0].device, self.precision):
            loss, parts = self.loss(*inputs)
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return Loss(loss.detach(), parts)


def critic_player(critic: nn.Module, objective: Objective, settings: Settings) -> Player:
    """The critic; its step takes real and fake samples, and the ε of a penalty or None."""
    return _player(critic, CriticLoss(objective, critic), settings)


def generator_player(
    generator: nn.Module, critic: nn.Module, objective: Objective, settings: Settings
) -> Player:
    """The generator; its step takes latent vectors."""
    with frozen(critic):
        return _player(generator, GeneratorLoss(objective, generator, critic), settings)


def _player(network: nn.Module, loss: nn.Module, settings: Settings) -> Player:
    optimiser = make_optimiser(
        settings.optimiser, network.train().parameters(), settings.learning_rate, settings.betas
    )
    return Player(network, prepared(loss, settings.compile), optimiser, settings.precision)


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
