"""How steep a critic is where one looks: at points, and after each layer of a network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from wgan_lib.lipschitz.slopes import point_batch, point_heights, score_gradients


def gradient_norms(critic: Callable[[Tensor], Tensor], points: Tensor) -> Tensor:
    """‖∇ₓ critic(x)‖₂ at each of the points, N×…: N numbers, detached."""
    points = point_batch("points", points)
    # Without the floor of euclidean_norms, which a clipped critic of many layers would fall below.
    gradients = score_gradients(
        lambda x: point_heights("critic(points)", critic(x), len(x)), points
    )
    return gradients.detach().reshape(len(points), -1).norm(dim=1)


def gradient_norms_by_layer(network: nn.Sequential, points: Tensor) -> list[float]:
    """How the slope builds up: the mean ‖∂score/∂h‖₂ at the input and after each dense layer.

    The first number is the slope of the network itself, the last is 1. As in Figure 1b of
    Gulrajani et al. 2017.
    """
    if not isinstance(network, nn.Sequential):
        raise TypeError(f"network must be an nn.Sequential, got {type(network).__name__}")
    hidden = point_batch("points", points).detach().requires_grad_()
    outputs = [hidden]
    for layer in network:
        hidden = layer(hidden)
        outputs += [hidden] if isinstance(layer, nn.Linear) else []
    gradients = torch.autograd.grad(hidden.sum(), outputs)
    return [gradient.flatten(1).norm(dim=1).mean().item() for gradient in gradients]
