"""The training loop of a student, in plain torch, made of pieces that can be replaced.

Every piece in this file is right. A case of the ward is a `Loop` with one wrong piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from wgan_lib.distributions import Distribution, gaussian_ring

CLIP = 0.1

Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]  # of critic, real N×…, fake N×…


# ------------------------------------------------------------------ the losses


def critic_loss(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """The critic lifts real scores above fake ones (Arjovsky et al. 2017, Algorithm 1)."""
    return critic(fake).mean() - critic(real).mean()


def gradient_penalty(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Slopes away from 1 are costly (Gulrajani et al. 2017, equation 3), before its weight λ."""
    epsilon = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)
    x = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return (gradient.flatten(1).norm(2, dim=1) - 1).square().mean()


def generator_loss(critic: nn.Module, fake: Tensor) -> Tensor:
    """The generator lifts the scores of its fakes."""
    return -critic(fake).mean()


def clip(critic: nn.Module) -> None:
    """Every weight is forced back into [−0.1, 0.1] (Arjovsky et al. 2017)."""
    for p in critic.parameters():
        p.data.clamp_(-CLIP, CLIP)


# ------------------------------------------------------------------ networks and optimisers


def ring_generator() -> nn.Module:
    """From the plane to the plane."""
    return nn.Sequential(*_hidden(nn.ReLU), nn.Linear(64, 2))


def ring_critic() -> nn.Module:
    """From the plane to one raw score."""
    return nn.Sequential(*_hidden(lambda: nn.LeakyReLU(0.2)), nn.Linear(64, 1))


def _hidden(activation: Callable[[], nn.Module]) -> list[nn.Module]:
    sizes = [(2, 64), (64, 64), (64, 64)]
    return [layer for size in sizes for layer in (nn.Linear(*size), activation())]


def adam(network: nn.Module) -> torch.optim.Optimizer:
    """Without momentum, as beside a penalty."""
    return torch.optim.Adam(network.parameters(), lr=3e-3, betas=(0.0, 0.9))


def rmsprop(network: nn.Module) -> torch.optim.Optimizer:
    """As beside a clip."""
    return torch.optim.RMSprop(network.parameters(), lr=2e-3)


# ------------------------------------------------------------------ the steps


def critic_step(training: Training) -> None:
    """On fresh samples; no gradient runs on into the generator."""
    teach_critic(training, training.real(), training.fake().detach())


def teach_critic(training: Training, real: Tensor, fake: Tensor) -> None:
    """Scores, backward, step, clip: in this order."""
    loss = training.loop.whole_loss(training.critic, real, fake)
    training.for_critic.zero_grad()
    loss.backward()
    training.for_critic.step()
    if training.loop.clip:
        training.loop.clip(training.critic)


def generator_step(training: Training) -> None:
    """On fresh fakes, against the critic as it is now."""
    teach_generator(training, training.fake())


def teach_generator(training: Training, fake: Tensor) -> None:
    """One step up the critic's slope."""
    loss = training.loop.generator_loss(training.critic, fake)
    training.for_generator.zero_grad()
    loss.backward()
    training.for_generator.step()


def one_round(training: Training) -> None:
    """The critic's full share of steps, then one of the generator."""
    for _ in range(training.loop.critic_steps):
        training.loop.critic_step(training)
    training.loop.generator_step(training)


# ------------------------------------------------------------------ the loop


@dataclass(frozen=True)
class Loop:
    """The pieces of a WGAN. Those that are not named are right: `Loop()` is a WGAN-GP on the ring.

    data, generator, critic     functions of nothing that make what they are called
    optimiser                   of a network
    critic_loss, gradient_penalty, generator_loss, clip   functions like those of this module
    critic_step, generator_step, one_round                likewise, of a `Training`
    weight                      λ
    critic_steps                in a round, before the generator's
    latent, batch, steps        numbers in a latent vector, samples in a batch, rounds
    """

    data: Callable[[], Distribution] = gaussian_ring
    generator: Callable[[], nn.Module] = ring_generator
    critic: Callable[[], nn.Module] = ring_critic
    optimiser: Callable[[nn.Module], torch.optim.Optimizer] = adam
    critic_loss: Loss = critic_loss
    gradient_penalty: Loss | None = gradient_penalty
    generator_loss: Callable[[nn.Module, Tensor], Tensor] = generator_loss
    clip: Callable[[nn.Module], None] | None = None
    critic_step: Callable[[Training], None] = critic_step
    generator_step: Callable[[Training], None] = generator_step
    one_round: Callable[[Training], None] = one_round
    weight: float = 1.0
    critic_steps: int = 3
    latent: int = 2
    batch: int = 128
    steps: int = 800

    def whole_loss(self, critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
        """The critic's loss with its penalty, if there is one."""
        loss = self.critic_loss(critic, real, fake)
        if self.gradient_penalty:
            loss = loss + self.weight * self.gradient_penalty(critic, real, fake)
        return loss


class Training:
    """A loop at work: networks, optimisers, and the number of the round.

    Weights and batches come from torch's own source of random numbers; see ``seeded``.
    """

    def __init__(self, loop: Loop):
        self.loop, self.data, self.round = loop, loop.data(), 0
        self.critic, self.generator = loop.critic(), loop.generator()
        self.for_critic = loop.optimiser(self.critic)
        self.for_generator = loop.optimiser(self.generator)
        self.schedules = [
            torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, 0.0, loop.steps)
            for optimiser in (self.for_critic, self.for_generator)
        ]

    def real(self) -> Tensor:
        """A batch of real samples."""
        return self.data.sample(self.loop.batch)

    def latent(self) -> Tensor:
        """A batch of fresh latent vectors."""
        return torch.randn(self.loop.batch, self.loop.latent)

    def fake(self) -> Tensor:
        """A batch of fresh fakes, on the generator's graph."""
        return self.generator(self.latent())

    def rounds(self, count: int) -> None:
        """So many rounds; the learning rates fall to 0 over all the rounds of the loop."""
        for _ in range(count):
            self.loop.one_round(self)
            self.round += 1
            for schedule in self.schedules:
                schedule.step()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """A context whose random numbers are those of the seed; torch's own state comes back."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield
