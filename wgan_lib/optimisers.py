"""Optimisers by name in their fastest form, the learning rate's schedule, averaged weights."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

OPTIMISERS = ("adam", "adamw", "rmsprop")
FUSED_DEVICES = ("cpu", "cuda", "mps")


def make_optimiser(
    name: str,
    parameters: Iterable[nn.Parameter],
    learning_rate: float,
    betas: tuple[float, float] = (0.0, 0.9),
) -> torch.optim.Optimizer:
    """Adam or AdamW, fused into one kernel where torch can; RMSprop, which has no momentum β₁."""
    parameters = list(parameters)
    if name == "rmsprop":
        # torch has no fused RMSprop; foreach updates all tensors in a handful of kernels.
        return torch.optim.RMSprop(parameters, lr=learning_rate, foreach=True)
    family = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    fused = parameters[0].device.type in FUSED_DEVICES
    return family(parameters, lr=learning_rate, betas=betas, fused=fused)


def decayed(learning_rate: float, decay: float, progress: float) -> float:
    """The learning rate on the straight line from its full value down to ``decay`` times it.

    progress runs from 0 at the first step to 1 at the end.
    """
    return learning_rate * (1 - (1 - decay) * progress)


def set_learning_rate(optimiser: torch.optim.Optimizer, learning_rate: float) -> None:
    """For all parameters, from the next step on."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate


@torch.no_grad()
def average_into(averaged: nn.Module, source: nn.Module, decay: float) -> None:
    """Exponential moving average: averaged ← decay·averaged + (1 − decay)·source.

    Buffers (the statistics of batch norm) are averages already, so they are copied.
    """
    get_ema_multi_avg_fn(decay)(list(averaged.parameters()), list(source.parameters()), None)
    for kept, current in zip(averaged.buffers(), source.buffers(), strict=True):
        kept.copy_(current)
