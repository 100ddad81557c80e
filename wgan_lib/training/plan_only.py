"""A generator trained without a critic, on the exact W₁ between batches: lesson 12."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from wgan_lib.ground.devices import random_source
from wgan_lib.training.optimisers import make_optimiser, set_learning_rate
from wgan_lib.training.run import SampleReal, latent_length
from wgan_lib.training.settings import Settings, settings_of
from wgan_lib.transport import wasserstein


def train_on_plans(
    generator: nn.Module,
    sample_real: SampleReal,
    settings: Settings | None = None,
    **changes: Any,
) -> list[float]:
    """Train a generator in place to bring batches nearer to batches; returns W₁ at each step.

    Each step solves for the optimal plan between a fresh batch of fakes and a fresh batch of real
    samples, and goes down the slope of its cost: no critic measures the distance of two batches
    better. Settings and changes are those of ``train``; what concerns a critic has no effect.
    """
    settings = settings_of(settings, changes)
    latent_dim = latent_length(generator, None)
    optimiser = make_optimiser(
        settings.optimiser, generator.train().parameters(), settings.learning_rate, settings.betas
    )
    device = next(generator.parameters()).device
    draws = {"generator": random_source(device, settings.seed), "device": device}
    distances = []
    for step in range(settings.steps):
        set_learning_rate(optimiser, settings.learning_rate_at(step))
        real = sample_real(settings.batch_size, **draws)
        fake = generator(torch.randn(settings.batch_size, latent_dim, **draws))
        distance = wasserstein(fake, real)
        optimiser.zero_grad()
        distance.backward()
        optimiser.step()
        distances.append(distance.item())
    return distances
