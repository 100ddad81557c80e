"""The exercise of lesson 02 in which one writes a round of a GAN.

The answer is judged by the weights that it leaves after a few rounds, beside those that the
library's own steps leave. Where they are those of a well-known slip, the hint names the slip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid
from torch.nn.utils import parameters_to_vector

from wgan_lib import networks
from wgan_lib.classroom.exercises.checking import Exercise, expect
from wgan_lib.training import critic_step, generator_step
from wgan_lib.training.objectives import NonSaturatingGAN
from wgan_lib.training.players import critic_player, generator_player
from wgan_lib.training.settings import Settings

ROUNDS, N, RATE = 3, 16, 0.05
NO_NUMBERS = "after a few rounds the weights are no numbers: look at the sign of the loss"


def same_weights(one: Tensor, other: Tensor) -> bool:
    """Whether two ways of training have left the same weights, up to rounding."""
    return torch.allclose(one, other, rtol=1e-4, atol=1e-5)


def gan_round(
    generator: nn.Module,
    judge: nn.Module,
    optimisers: tuple[torch.optim.Optimizer, torch.optim.Optimizer],
    real: Tensor,
    latents: tuple[Tensor, Tensor],
) -> None:
    of_generator, of_judge = optimisers
    fake = generator(latents[0]).detach()
    loss = -logsigmoid(judge(real)).mean() - logsigmoid(-judge(fake)).mean()
    of_judge.zero_grad()
    loss.backward()
    of_judge.step()
    loss = -logsigmoid(judge(generator(latents[1]))).mean()
    of_generator.zero_grad()
    loss.backward()
    of_generator.step()


def _check_gan_round(answer: Callable[..., None]) -> None:
    wanted = _after_the_librarys_rounds()
    got = _after_rounds(answer)
    expect(got.isfinite().all(), NO_NUMBERS)
    start = _after_rounds(lambda *_: None)
    n = sum(parameter.numel() for parameter in _pair()[0].parameters())
    expect(
        not same_weights(got, start), "no weight has moved: does each optimiser take its `step()`?"
    )
    expect(
        not same_weights(got[n:], start[n:]), "D has not moved: its optimiser must take a step, too"
    )
    expect(
        not same_weights(got[:n], start[:n]), "G has not moved: its optimiser must take a step, too"
    )
    for hint, slip in _SLIPS.items():
        expect(not same_weights(got, _after_rounds(slip)), hint)
    hint = "the weights are not those of the library: go through both losses, sign by sign"
    expect(same_weights(got, wanted), hint)
    attached = "right, but in D's step the fakes still carry the generator's graph: `detach()` them"
    expect(_passes_back_to_the_generator(answer) == 1, attached)


def _pair() -> tuple[nn.Module, nn.Module]:
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        torch.manual_seed(3)
        generator = networks.Generator(2, *networks.mlp([2, 8, 2], initialisation="torch"))
        return generator, networks.mlp([2, 8, 1], initialisation="torch")


def _rounds() -> Iterable[tuple[Tensor, tuple[Tensor, Tensor]]]:
    source = torch.Generator().manual_seed(4)
    for _ in range(ROUNDS):
        real = 2 + torch.randn(N, 2, generator=source)
        yield real, tuple(torch.randn(2, N, 2, generator=source))


def _sgd(network: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(network.parameters(), lr=RATE, momentum=0.5)


def _after_rounds(answer: Callable[..., None]) -> Tensor:
    generator, judge = _pair()
    optimisers = _sgd(generator), _sgd(judge)
    for real, latents in _rounds():
        answer(generator, judge, optimisers, real, latents)
    return parameters_to_vector([*generator.parameters(), *judge.parameters()]).detach()


def _after_the_librarys_rounds() -> Tensor:
    generator, judge = _pair()
    objective, settings = NonSaturatingGAN(), Settings()
    of_judge = critic_player(judge, objective, settings)
    of_generator = generator_player(generator, judge, objective, settings)
    of_judge.optimiser, of_generator.optimiser = _sgd(judge), _sgd(generator)
    for real, (first, second) in _rounds():
        critic_step(of_judge, objective, real, generator(first).detach(), torch.rand(N))
        generator_step(of_generator, judge, second)
    return parameters_to_vector([*generator.parameters(), *judge.parameters()]).detach()


def _passes_back_to_the_generator(answer: Callable[..., None]) -> int:
    """How many gradients reach the generator's last layer in a round."""
    generator, judge = _pair()
    passes: list[int] = []
    last = [*generator.parameters()][-1]
    last.register_hook(lambda gradient: passes.append(1))
    real, latents = next(iter(_rounds()))
    answer(generator, judge, (_sgd(generator), _sgd(judge)), real, latents)
    return len(passes)


def _round_with(
    fakes: Callable[[Tensor], Tensor] = lambda scores: logsigmoid(-scores),
    generators: Callable[[Tensor], Tensor] = lambda scores: -logsigmoid(scores),
    again: int = 1,
    forgets: str = "",
    first: str = "judge",
) -> Callable[..., None]:
    """A round with one thing changed: a loss, the latents of G's step, a `zero_grad`, the order."""

    def step_of_judge(generator, judge, optimiser, real, latents):
        fake = generator(latents[0]).detach()
        if forgets != "judge":
            optimiser.zero_grad()
        (-logsigmoid(judge(real)).mean() - fakes(judge(fake)).mean()).backward()
        optimiser.step()

    def step_of_generator(generator, judge, optimiser, latents):
        if forgets != "generator":
            optimiser.zero_grad()
        generators(judge(generator(latents[again]))).mean().backward()
        optimiser.step()

    def slip(generator, judge, optimisers, real, latents):
        if first == "generator":
            step_of_generator(generator, judge, optimisers[0], latents)
        step_of_judge(generator, judge, optimisers[1], real, latents)
        if first == "judge":
            step_of_generator(generator, judge, optimisers[0], latents)

    return slip


_SLIPS = {
    "that is the saturating loss for G; the round asks for the other one": _round_with(
        generators=lambda scores: logsigmoid(-scores)
    ),
    "G goes where D is sure of a fake: look at the sign of its loss": _round_with(
        generators=logsigmoid
    ),
    "D calls fakes real: its second term is log(1 − D(fake))": _round_with(fakes=logsigmoid),
    "the fakes' term of D's loss has the wrong sign": _round_with(
        fakes=lambda scores: -logsigmoid(-scores)
    ),
    "G's step uses the latents that D has just seen; `latents[1]` are the fresh ones": _round_with(
        again=0
    ),
    "old gradients are still there in D's step, those of G's step too: `zero_grad()` first": (
        _round_with(forgets="judge")
    ),
    "old gradients are still there in G's step: `zero_grad()` first": _round_with(
        forgets="generator"
    ),
    "D goes first, then G meets the new D": _round_with(first="generator"),
}

EXERCISES = (Exercise("gan_round", "02", 20, "medium", gan_round, _check_gan_round),)
