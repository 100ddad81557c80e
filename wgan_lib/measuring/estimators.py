"""What is made of two batches: an estimate of W₁, and the gradient that a generator would get."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.slopes import score_gradients
from wgan_lib.training.objectives import WGANGP, Loss, score, wasserstein_loss
from wgan_lib.transport import cost_matrix, sliced_wasserstein, wasserstein


class Estimator(Protocol):
    """Estimates W₁ between p and q from batches x of p and y of q, each N×d."""

    def estimate(self, x: Tensor, y: Tensor) -> Tensor: ...
    def gradient(self, x: Tensor, y: Tensor) -> Tensor: ...
    def critic(self) -> Callable[[Tensor], Tensor] | None: ...


@dataclass(frozen=True)
class CriticEstimate:
    """What a critic says: its mean score of q minus that of p, and its own gradient."""

    network: Callable[[Tensor], Tensor]

    def estimate(self, x: Tensor, y: Tensor) -> Tensor:
        """E f(y) − E f(x), a scalar."""
        return score(self.network, y).mean() - score(self.network, x).mean()

    def gradient(self, x: Tensor, y: Tensor) -> Tensor:
        """∇f at x, N×d."""
        return score_gradients(self.network, x).detach()

    def critic(self) -> Callable[[Tensor], Tensor]:
        """The critic itself."""
        return self.network


@dataclass(frozen=True)
class CTransform(CriticEstimate):
    """A critic held by no constraint, whose scores of p are made of its scores of q.

    f^c(x) = max_j f(y_j) − ‖x − y_j‖ over the batch of q. The estimate is E f(y) − E f^c(x): the
    dual of the batches' own problem, whatever f is, and so at most W₁ between the batches
    (Mallasto et al. 2019; CoWGAN, Kwon et al. 2021). Where points are far apart even a flat
    f comes near that, which has a distance for a value and no gradient.
    """

    def estimate(self, x: Tensor, y: Tensor) -> Tensor:
        """E f(y) − E f^c(x), a scalar."""
        return -c_transform_loss(self.network, x, y).loss


def c_transform_loss(critic: Callable[[Tensor], Tensor], x: Tensor, y: Tensor) -> Loss:
    """Minus the estimate of ``CTransform``, as a loss of the critic."""
    at_y = score(critic, y)
    highest = (at_y - cost_matrix(x, y)).max(1).values.to(at_y)
    return wasserstein_loss(at_y, highest)


class CTransformObjective(WGANGP):
    """The critic's loss is minus the estimate of ``CTransform``; nothing else holds its slope."""

    def critic_loss(
        self,
        critic: Callable[[Tensor], Tensor],
        real: Tensor,
        fake: Tensor,
        epsilon: Tensor | None = None,
    ) -> Loss:
        """E f^c(x) − E f(y)."""
        return c_transform_loss(critic, fake, real)


class _OfBatches:
    """An estimate without a critic: its gradient comes from moving the points of p."""

    def gradient(self, x: Tensor, y: Tensor) -> Tensor:
        """−n·∂estimate/∂x, which is ∇u at x where the estimate is right."""
        x = x.detach().requires_grad_()
        return -len(x) * torch.autograd.grad(self.estimate(x, y), x)[0]

    def critic(self) -> None:
        """There is none."""


@dataclass(frozen=True)
class BatchPlan(_OfBatches):
    """W₁ between the batches themselves, by the exact plan: too high for W₁ of the laws."""

    def estimate(self, x: Tensor, y: Tensor) -> Tensor:
        """W₁ between x and y, a scalar."""
        return wasserstein(x, y)


@dataclass(frozen=True)
class SlicedEstimate(_OfBatches):
    """The mean W₁ between shadows on random lines: never above W₁ between the batches."""

    projections: int = 200
    seed: int = 0

    def estimate(self, x: Tensor, y: Tensor) -> Tensor:
        """Sliced W₁ between x and y, a scalar."""
        source = torch.Generator().manual_seed(self.seed)
        return sliced_wasserstein(x, y, self.projections, source)


def certified_slope(critic: Callable[[Tensor], Tensor] | None) -> float | None:
    """What ``upper_bound`` certifies of a critic; None for what it refuses."""
    if not isinstance(critic, nn.Module):
        return None
    try:
        return upper_bound(critic)
    except (TypeError, ValueError):
        return None
