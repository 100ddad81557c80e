"""Optimisers by name in their fastest form, and averaged weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn

from wgan_lib.ground.imports import import_whole

OPTIMISERS = ("adam", "adamw", "rmsprop")
FUSED_DEVICES = ("cpu", "cuda", "mps")
LATE = 1e6  # 0.99 to the power of a million is 0 in any precision, and float32 still counts on


def make_optimiser(
    name: str,
    parameters: Iterable[nn.Parameter],
    learning_rate: float,
    betas: tuple[float, float] = (0.0, 0.9),
) -> torch.optim.Optimizer:
    """Adam, AdamW or RMSprop, each in one fused kernel on a device that has it.

    betas are those of Adam and AdamW; RMSprop has no momentum and torch's own decay of 0.99.
    """
    import_whole("torch._dynamo")  # as torch would, at the first optimiser, for some seconds
    parameters = list(parameters)
    fused = parameters[0].device.type in FUSED_DEVICES
    if name == "rmsprop":
        family = FusedRMSprop if fused else torch.optim.RMSprop
        return family(parameters, lr=learning_rate)
    family = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[name]
    return family(parameters, lr=learning_rate, betas=betas, fused=fused)


class FusedRMSprop(torch.optim.Adam):
    """RMSprop, for which torch has no fused kernel, computed by that of Adam.

    RMSprop is Adam with β₁ = 0 and without the correction for a moving average that starts at 0.
    That correction is 1/(1 − β₂ᵗ): a count of steps that starts late enough makes it 1.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, alpha: float = 0.99):
        super().__init__(parameters, lr=lr, betas=(0.0, alpha), fused=True)

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """One step; a parameter that moves for the first time starts with a late count."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if not self.state[parameter]:
                    self.state[parameter] = self._late_start(parameter)
        return super().step(closure)

    @staticmethod
    def _late_start(parameter: nn.Parameter) -> dict[str, Tensor]:
        return {
            "step": torch.full((), LATE, dtype=torch.float32, device=parameter.device),
            "exp_avg": torch.zeros_like(parameter),
            "exp_avg_sq": torch.zeros_like(parameter),
        }


def set_learning_rate(optimiser: torch.optim.Optimizer, learning_rate: float) -> None:
    """For all parameters, from the next step on."""
    for group in optimiser.param_groups:
        group["lr"] = learning_rate


@torch.no_grad()
def average_into(averaged: nn.Module, network: nn.Module, decay: float) -> None:
    """Exponential moving average: averaged ← decay·averaged + (1 − decay)·network.

    Buffers (the statistics of batch norm) are averages already, so they are copied.
    """
    get_ema_multi_avg_fn(decay)(list(averaged.parameters()), list(network.parameters()), None)
    for kept, current in zip(averaged.buffers(), network.buffers(), strict=True):
        kept.copy_(current)
