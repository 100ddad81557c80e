"""Convolutions under a spectral norm, whose kernel is bounded and whose gain may not be."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn

from wgan_lib.clinic.reports import DIFFERS, Report


def question_spectral_norm(report: Report, critic: nn.Module, samples: Any) -> None:
    """What a convolution whose kernel has spectral norm 1 does to the size of its input."""
    gains = [gain(module, shape) for module, shape in _normed_convolutions(critic, samples)]
    if gains:
        worst = max(gains)
        text = f"a convolution multiplies by up to {worst:.3g}, for all its spectral norm of 1"
        report.check("spectral norm", worst < 1.05, f"gains up to {worst:.3g}", text, DIFFERS)


def _normed_convolutions(critic: nn.Module, samples: Any) -> list[tuple[nn.Module, torch.Size]]:
    """The convolutions under a spectral norm, and the shapes that reach them."""
    found, hooks = [], []
    for module in critic.modules():
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)) and _has_spectral_norm(module):
            hooks.append(
                module.register_forward_pre_hook(lambda m, args: found.append((m, args[0].shape)))
            )
    with torch.no_grad():
        critic(samples)
    for hook in hooks:
        hook.remove()
    return found


def _has_spectral_norm(module: nn.Module) -> bool:
    new = any("SpectralNorm" in type(part).__name__ for part in module.modules())
    old = any("SpectralNorm" in type(hook).__name__ for hook in module._forward_pre_hooks.values())
    return new or old


def gain(module: nn.Module, shape: torch.Size, rounds: int = 30) -> float:
    """How much a linear layer (its bias apart) lengthens what it gets, by power iteration."""
    module = copy.deepcopy(module)
    like = next(module.parameters())
    x = torch.randn(1, *shape[1:], generator=torch.Generator().manual_seed(0)).to(like)
    with torch.no_grad():
        for _ in range(20):  # so that the norm's own power iteration has settled
            module(x)
    module.eval()
    size = 0.0
    for _ in range(rounds):
        x = (x / x.norm()).detach().requires_grad_()
        y = module(x) - module(torch.zeros_like(x))
        size = y.norm().item()
        x = torch.autograd.grad(y, x, y.detach())[0]
    return size
