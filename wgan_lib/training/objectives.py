"""What each objective asks of critic and generator: GAN, WGAN and WGAN-GP differ by a few lines.

A critic is any callable that gives one raw score per sample. For the two GAN objectives the score
is the logit of "real"; for the Wasserstein objectives it is the height of the potential.
Every loss is there to be minimised.
"""

from __future__ import annotations

import math
import warnings
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid
from torch.nn.modules.batchnorm import _BatchNorm

from wgan_lib.ground.arguments import finite_number, one_of
from wgan_lib.lipschitz.slopes import (
    clip_weights_,
    euclidean_norms,
    sample_coupling,
    score_gradients,
)

Critic = Callable[[Tensor], Tensor]


class Loss(NamedTuple):
    """The scalar to minimise, and its named parts (detached scalars, for the history)."""

    loss: Tensor
    parts: dict[str, Tensor]


class Objective(Protocol):
    """The three questions that tell one kind of GAN from another."""

    def critic_loss(
        self, critic: Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> Loss: ...
    def generator_loss(self, critic: Critic, fake: Tensor) -> Loss: ...
    def constrain(self, critic: nn.Module) -> None: ...


@dataclass(frozen=True)
class GAN:
    """The minimax game of Goodfellow et al. 2014, eq. 1, whose critic is a classifier."""

    def critic_loss(
        self, critic: Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> Loss:
        """−E log D(x) − E log(1 − D(G(z))), where D = σ(score) and so 1 − D = σ(−score)."""
        real_scores, fake_scores = scores(critic, real, fake)
        loss = -logsigmoid(real_scores).mean() - logsigmoid(-fake_scores).mean()
        # For the best D the loss is log 4 − 2·JS: the critic estimates the JS divergence, in nats.
        return Loss(loss, {"critic_estimate": (math.log(4) - loss.detach()) / 2})

    def generator_loss(self, critic: Critic, fake: Tensor) -> Loss:
        """E log(1 − D(G(z))), which saturates: it is flat where D is sure of the fakes."""
        return Loss(logsigmoid(-score(critic, fake)).mean(), {})

    def constrain(self, critic: nn.Module) -> None:
        """A classifier needs no constraint."""


@dataclass(frozen=True)
class NonSaturatingGAN(GAN):
    """The same critic; the generator climbs log D instead (Goodfellow et al. 2014, sec. 3)."""

    def generator_loss(self, critic: Critic, fake: Tensor) -> Loss:
        """−E log D(G(z)), steepest where D is sure of the fakes."""
        return Loss(-logsigmoid(score(critic, fake)).mean(), {})


@dataclass(frozen=True)
class WGAN:
    """The critic estimates K·W₁; clipped weights bound its slope K (Arjovsky et al. 2017)."""

    clip: float = 0.01

    def __post_init__(self):
        finite_number("clip", self.clip, minimum=0.0, strict=True)

    def critic_loss(
        self, critic: Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> Loss:
        """E f(G(z)) − E f(x): minus the estimate of the distance."""
        return wasserstein_loss(*scores(critic, real, fake))

    def generator_loss(self, critic: Critic, fake: Tensor) -> Loss:
        """−E f(G(z))."""
        return Loss(-score(critic, fake).mean(), {})

    def constrain(self, critic: nn.Module) -> None:
        """Clips after the critic's step, so that the generator too meets a clipped critic."""
        clip_weights_(critic, self.clip)


@dataclass(frozen=True)
class WGANGP:
    """The critic is penalised for leaving slope 1, and not clipped (Gulrajani et al. 2017, eq. 3).

    penalty  λ, the weight of the penalty; 0 turns it off
    sided    "two" pulls the slope to the centre; "one" only pushes it down to it
    centre   the slope without a penalty
    where    "segments" between a real and a fake sample, or at "real", "fake" or "both" samples
    """

    penalty: float = 10.0
    sided: str = "two"
    centre: float = 1.0
    where: str = "segments"

    def __post_init__(self):
        finite_number("penalty", self.penalty, minimum=0.0)
        finite_number("centre", self.centre, minimum=0.0)
        one_of("sided", self.sided, ("two", "one"))
        one_of("where", self.where, ("segments", "real", "fake", "both"))

    def critic_loss(
        self, critic: Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> Loss:
        """E f(G(z)) − E f(x) + λ·E (‖∇f(x̂)‖₂ − 1)²."""
        warn_of_batch_norm(critic, real)
        loss, parts = wasserstein_loss(*scores(critic, real, fake))
        if self.penalty == 0:
            return Loss(loss, parts)
        norms = euclidean_norms(score_gradients(critic, self.points(real, fake, epsilon)))
        penalty = self.penalties(norms).mean()
        parts |= {"penalty": penalty.detach(), "gradient_norm": norms.detach().mean()}
        return Loss(loss + self.penalty * penalty, parts)

    def generator_loss(self, critic: Critic, fake: Tensor) -> Loss:
        """−E f(G(z)), as in WGAN."""
        return Loss(-score(critic, fake).mean(), {})

    def constrain(self, critic: nn.Module) -> None:
        """The penalty in the loss is the constraint."""

    def points(self, real: Tensor, fake: Tensor, epsilon: Tensor | None = None) -> Tensor:
        """Where the slope is measured. On segments: x̂ = εx + (1 − ε)·G(z), one ε per sample."""
        if self.where == "segments":
            return mixed(real, fake, epsilon)
        return {"real": real, "fake": fake, "both": torch.cat([real, fake])}[self.where]

    def penalties(self, norms: Tensor) -> Tensor:
        """(‖∇f‖ − centre)², or only its rising half: N norms to N penalties."""
        excess = norms - self.centre
        return (excess if self.sided == "two" else excess.relu()).square()


def wasserstein_loss(real_scores: Tensor, fake_scores: Tensor) -> Loss:
    """Mean fake score minus mean real score; the estimate of K·W₁ is its mirror image."""
    loss = fake_scores.mean() - real_scores.mean()
    return Loss(loss, {"critic_estimate": -loss.detach()})


def mixed(real: Tensor, fake: Tensor, epsilon: Tensor | None = None) -> Tensor:
    """One point on the segment from each fake sample to its real partner, N×….

    epsilon holds N numbers in [0, 1]; without it they are drawn from torch's own random state.
    """
    if epsilon is None:
        epsilon = torch.rand(len(real), dtype=real.dtype, device=real.device)
    return torch.lerp(fake, real, epsilon.reshape(-1, *[1] * (real.dim() - 1)))


def score(critic: Critic, samples: Tensor) -> Tensor:
    """One score per sample, N, in the dtype of the samples whatever the precision inside."""
    return critic(samples).reshape(len(samples)).to(samples.dtype)


def scores(critic: Critic, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """Scores of real and of fake samples, in one pass where the critic judges each on its own.

    Batch norm mixes its batch, so such a critic meets the two laws one after the other.
    """
    if has_batch_norm(critic):
        return score(critic, real), score(critic, fake)
    real_scores, fake_scores = score(critic, torch.cat([real, fake])).split([len(real), len(fake)])
    return real_scores, fake_scores


def has_batch_norm(critic: Critic) -> bool:
    """Whether any layer is a batch norm, which ties the samples of a batch together."""
    modules = critic.modules() if isinstance(critic, nn.Module) else ()
    return any(isinstance(module, _BatchNorm) for module in modules)


_warned: weakref.WeakSet = weakref.WeakSet()


def warn_of_batch_norm(critic: Critic, samples: Tensor) -> None:
    """Warns once a critic whose batch norm spoils the penalty, with the coupling as measured."""
    if torch.compiler.is_compiling() or not has_batch_norm(critic) or critic in _warned:
        return
    _warned.add(critic)
    coupling = sample_coupling(critic, samples[:16])
    if coupling > 0:
        warnings.warn(
            f"this critic has batch norm: {coupling:.0%} of the sensitivity of a score falls on "
            "the other samples of its batch, so the penalty no longer bounds the slope at each "
            "sample; use norm='layer' or no norm (Gulrajani et al. 2017, sec. 4)",
            stacklevel=3,
        )
