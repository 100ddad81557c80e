"""A critic trained alone between two laws that stand still: lessons 02, 04 to 07 and 12."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from wgan_lib.ground.devices import random_source
from wgan_lib.training.history import History
from wgan_lib.training.loop import DivergedError, critic_step
from wgan_lib.training.objectives import Objective
from wgan_lib.training.optimisers import set_learning_rate
from wgan_lib.training.players import critic_player
from wgan_lib.training.run import SampleReal
from wgan_lib.training.settings import Settings, settings_of


def train_critic(
    critic: nn.Module,
    sample_real: SampleReal,
    sample_fake: SampleReal,
    objective: Objective,
    settings: Settings | None = None,
    **changes: Any,
) -> History:
    """Train a critic alone, in place, between two laws that stand still; returns its history.

    This is how a critic comes near its optimum, as in Figure 2 of Arjovsky et al. 2017. Settings
    and changes are those of ``train``; steps are those of the critic.
    Raises DivergedError if a loss was not finite.
    """
    settings = settings_of(settings, changes)
    player = critic_player(critic, objective, settings)
    device = next(critic.parameters()).device
    draws = {"generator": random_source(device, settings.seed), "device": device}
    n, rows = settings.batch_size, []
    for step in range(settings.steps):
        set_learning_rate(player.optimiser, settings.learning_rate_at(step))
        real, fake = sample_real(n, **draws), sample_fake(n, **draws)
        statistics = critic_step(player, objective, real, fake, torch.rand(n, **draws))
        rows.append(torch.stack(list(statistics.values())))
    history = History()
    history.append(list(statistics), torch.stack(rows).cpu().double())
    if not all(column.isfinite().all() for column in history.values()):
        raise DivergedError("the critic's loss is not finite; try a smaller learning_rate")
    return history
