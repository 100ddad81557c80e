"""The exercises of lessons 05 and 06 in which one writes a critic's step.

Answers are judged as in `writing_rounds`: by the weights that they leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from wgan_lib import networks
from wgan_lib.classroom.exercises.checking import Exercise, expect
from wgan_lib.classroom.exercises.writing_rounds import NO_NUMBERS, RATE, ROUNDS, N, same_weights
from wgan_lib.training import critic_step
from wgan_lib.training.objectives import WGAN, WGANGP, Objective
from wgan_lib.training.players import critic_player
from wgan_lib.training.settings import Settings

# ------------------------------------------------------------------ lesson 05: clip after the step


def clipped_step(
    critic: nn.Module, optimiser: torch.optim.Optimizer, real: Tensor, fake: Tensor, clip: float
) -> None:
    loss = critic(fake).mean() - critic(real).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-clip, clip)


def _check_clipped_step(answer: Callable[..., None]) -> None:
    for clip in (0.05, 0.2):

        def given(step: Callable[..., None], clip: float = clip) -> Tensor:
            return _after_steps(lambda *a: step(*a[:4], clip), _plane, 2)

        hint = "the weights are not those of the library: loss, `zero_grad`, backward, step, clip"
        wanted = _after_the_librarys_steps(WGAN(clip=clip), _plane, 2)
        _judge(given(answer), given, _SLIPS_IN_A_CLIP, wanted, hint)


def _judge(
    got: Tensor,
    given: Callable[..., Tensor],
    slips: Mapping[str, Callable[..., None]],
    wanted: Tensor,
    hint: str,
) -> None:
    expect(got.isfinite().all(), NO_NUMBERS)
    for named, slip in slips.items():
        expect(not same_weights(got, given(slip)), named)
    expect(same_weights(got, wanted), hint)


def _plane(source: torch.Generator) -> tuple[Tensor, Tensor]:
    real, fake = torch.randn(2, N, 2, generator=source)
    return real + 2, fake


def _images(source: torch.Generator) -> tuple[Tensor, Tensor]:
    real, fake = torch.randn(2, N, 2, 3, 3, generator=source)
    return 2 * real + 1, fake


def _critic(inputs: int) -> nn.Module:
    """Its slopes lie on both sides of 1, and some of its biases are larger than a clip."""
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        torch.manual_seed(5)
        critic = nn.Sequential(nn.Flatten(), *networks.mlp([inputs, 8, 1], initialisation="torch"))
    for weight in critic.parameters():
        weight.data *= 2
    return critic


def _batches(pair: Callable) -> Iterable[tuple[Tensor, Tensor, Tensor]]:
    source = torch.Generator().manual_seed(6)
    for _ in range(ROUNDS):
        yield *pair(source), torch.rand(N, generator=source)


def _after_steps(answer: Callable[..., None], pair: Callable, inputs: int) -> Tensor:
    critic = _critic(inputs)
    optimiser = torch.optim.SGD(critic.parameters(), lr=RATE)
    for real, fake, epsilon in _batches(pair):
        answer(critic, optimiser, real, fake, epsilon)
    return parameters_to_vector(critic.parameters()).detach()


def _after_the_librarys_steps(objective: Objective, pair: Callable, inputs: int) -> Tensor:
    critic = _critic(inputs)
    player = critic_player(critic, objective, Settings())
    player.optimiser = torch.optim.SGD(critic.parameters(), lr=RATE)
    for real, fake, epsilon in _batches(pair):
        critic_step(player, objective, real, fake, epsilon)
    return parameters_to_vector(critic.parameters()).detach()


def _clip_with(**changes: Any) -> Callable[..., None]:
    """A step with one thing changed."""
    sign, when = changes.get("sign", 1), changes.get("when", "after")
    low, kept = changes.get("low", -1), changes.get("kept", lambda weight: True)

    def clip_all(critic, clip):
        with torch.no_grad():
            for weight in filter(kept, critic.parameters()):
                weight.clamp_(low * clip, clip)

    def slip(critic, optimiser, real, fake, clip):
        if when == "before":
            clip_all(critic, clip)
        loss = sign * (critic(fake).mean() - critic(real).mean())
        if changes.get("zeroes", True):
            optimiser.zero_grad()
        loss.backward()
        if when == "gradients":
            nn.utils.clip_grad_value_(critic.parameters(), clip)
        if when == "between":
            clip_all(critic, clip)
        optimiser.step()
        if when == "after":
            clip_all(critic, clip)

    return slip


_SLIPS_IN_A_CLIP = {
    "no weight has moved: does the optimiser take its `step()`?": lambda *_: None,
    "nothing is clipped: no weight may be outside [−clip, clip] after the step": _clip_with(
        when="never"
    ),
    "you clip before the step: the generator then meets a critic that is not clipped": _clip_with(
        when="before"
    ),
    "you clip between backward and step; the clip is the last thing": _clip_with(when="between"),
    "you clip the gradients; the clip is on the weights": _clip_with(when="gradients"),
    "you clip the matrices alone; the biases belong to the weights": _clip_with(
        kept=lambda weight: weight.ndim > 1
    ),
    "you clip to [0, clip]; the interval is [−clip, clip]": _clip_with(low=0),
    "the sign: the critic minimises mean f(fake) − mean f(real)": _clip_with(sign=-1),
    "old gradients are still there in the next step: `zero_grad()` first": _clip_with(zeroes=False),
}

# ------------------------------------------------------------------ lesson 06: the penalty's step


def penalised_step(
    critic: nn.Module,
    optimiser: torch.optim.Optimizer,
    real: Tensor,
    fake: Tensor,
    epsilon: Tensor,
    weight: float,
) -> None:
    share = epsilon.reshape(-1, *[1] * (real.ndim - 1))
    mixed = (share * real + (1 - share) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    penalty = (gradient.flatten(1).norm(dim=1) - 1).square().mean()
    loss = critic(fake).mean() - critic(real).mean() + weight * penalty
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


def _check_penalised_step(answer: Callable[..., None]) -> None:
    for weight in (2.0, 5.0):

        def given(step: Callable[..., None], weight: float = weight) -> Tensor:
            return _after_steps(lambda *a: step(*a, weight), _images, 18)

        hint = "the weights are not those of the library: x̂, its gradient, one norm each, the mean"
        wanted = _after_the_librarys_steps(WGANGP(penalty=weight), _images, 18)
        _judge(given(answer), given, _SLIPS_IN_A_PENALTY, wanted, hint)


def _penalty_with(**changes: Any) -> Callable[..., None]:
    """A step with one thing changed: x̂, the norm, the price, the mean, a sign, the graph."""
    mix = changes.get("mix", lambda real, fake, share: share * real + (1 - share) * fake)
    norm = changes.get("norm", lambda gradient: gradient.flatten(1).norm(dim=1))
    price = changes.get("price", lambda norms: (norms - 1).square())
    graph, total = changes.get("graph", True), changes.get("total", torch.mean)

    def slip(critic, optimiser, real, fake, epsilon, weight):
        share = epsilon.reshape(-1, *[1] * (real.ndim - 1))
        mixed = mix(real, fake, share).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=graph)
        penalty = changes.get("sign", 1) * weight * total(price(norm(gradient)))
        loss = changes.get("scores", 1) * (critic(fake).mean() - critic(real).mean()) + penalty
        if changes.get("zeroes", True):
            optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return slip


_SLIPS_IN_A_PENALTY = {
    "no weight has moved: does the optimiser take its `step()`?": lambda *_: None,
    "the penalty does not reach the weights: `create_graph=True`, and no `.detach()` behind it": (
        _penalty_with(graph=False)
    ),
    "one ε is used for the whole batch; each sample has its own": _penalty_with(
        mix=lambda real, fake, share: share[0] * real + (1 - share[0]) * fake
    ),
    "ε = 1 must give the real sample": _penalty_with(
        mix=lambda real, fake, share: share * fake + (1 - share) * real
    ),
    "the slope is looked at in the real samples; x̂ lies between real and fake": _penalty_with(
        mix=lambda real, fake, share: real
    ),
    "you take one norm for the whole batch; it must be one per sample": _penalty_with(
        norm=lambda gradient: gradient.norm()
    ),
    "you take the norm over the channels of each pixel; flatten each sample first": _penalty_with(
        norm=lambda gradient: gradient.norm(dim=1)
    ),
    "you penalise the norm itself; slope 1 is to cost nothing": _penalty_with(
        price=lambda norms: norms.square()
    ),
    "the distance of each norm from 1 is to be squared": _penalty_with(
        price=lambda norms: norms - 1
    ),
    "that is the one-sided penalty; slopes below 1 cost as much as those above": _penalty_with(
        price=lambda norms: (norms - 1).relu().square()
    ),
    "take the mean over the batch, not the sum: λ would grow with it": _penalty_with(
        total=torch.sum
    ),
    "the penalty is subtracted: in a loss that is minimised a price is added": _penalty_with(
        sign=-1
    ),
    "the sign: the critic minimises mean f(fake) − mean f(real)": _penalty_with(scores=-1),
    "old gradients are still there in the next step: `zero_grad()` first": _penalty_with(
        zeroes=False
    ),
}

EXERCISES = (
    Exercise("clipped_step", "05", 10, "medium", clipped_step, _check_clipped_step),
    Exercise("penalised_step", "06", 20, "hard", penalised_step, _check_penalised_step),
)
