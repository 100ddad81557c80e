"""One call of somebody's loss on a critic of known slope, taken apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from wgan_lib.clinic.probes import KnownCritic, Samples, among, each, flattened
from wgan_lib.clinic.strangers import loss_of


@dataclass
class Call:
    """What a loss did with a critic.

    value              the loss itself
    pulls              its gradients with respect to θ and w of the critic
    points             where it asked for slopes alone, M×d: neither real nor fake
    real, fake, other  the sums of the weights that scores of such points have in the loss; of
                       their sizes, for points that are neither
    counted            how many samples' scores have a weight at all
    linked             whether a gradient would run on through the fakes
    """

    value: Tensor
    pulls: list[Tensor]
    points: Tensor
    real: float
    fake: float
    other: float
    counted: int
    linked: bool


def call(
    loss: Callable[..., Any],
    critic: KnownCritic,
    real: Samples,
    fake: Samples,
    attached: bool = True,
) -> Call:
    """Call loss(critic, real, fake); the fakes hang on a graph if attached.

    Raises whatever the loss raises.
    """
    leaf = each(fake, lambda x: x.clone().requires_grad_(attached))
    given = each(leaf, lambda x: x * 1) if attached else leaf
    value = loss_of(loss(critic, each(real, torch.clone), given))
    leaves = (leaf if isinstance(leaf, list) else [leaf]) if attached else []
    wanted = [critic.theta, critic.w, *(zero for _, zero, _ in critic.seen), *leaves]
    grads = _gradients(value, wanted)
    zeros = grads[2 : 2 + len(critic.seen)]
    pools = flattened(real), flattened(fake)
    weights, points = _weights(critic, zeros, *pools)
    pulls = [
        torch.zeros_like(p) if g is None else g for p, g in zip(wanted[:2], grads, strict=False)
    ]
    linked = any(gradient is not None for gradient in grads[2 + len(critic.seen) :])
    return Call(value.detach(), pulls, points, *weights, linked)


def _gradients(value: Tensor, wanted: list[Tensor]) -> list[Tensor | None]:
    if value.requires_grad:
        return list(torch.autograd.grad(value, wanted, allow_unused=True))
    return [leaf.grad for leaf in wanted]  # it has called backward itself, or hangs on nothing


def _weights(critic: KnownCritic, zeros: list[Tensor | None], real: Tensor, fake: Tensor):
    """The weights of real, fake and other scores, how many have one, and the other points."""
    sums, counted, points = [0.0, 0.0, 0.0], 0, [real[:0].detach()]
    for (x, _, _), weight in zip(critic.seen, zeros, strict=True):
        of_real, of_fake = among(x, real), among(x, fake)
        other = ~of_real & ~of_fake
        scored = weight is not None and bool(weight.any())
        if scored:
            for index, rows in enumerate((of_real, of_fake, other)):
                there = weight[rows] if index < 2 else weight[rows].abs()
                sums[index] += there.sum().item()
            counted += int((weight != 0).sum())
        else:
            points.append(x.detach() if other.all() else x.detach()[other])
    return (*sums, counted), torch.cat(points)
