"""The exercises of lesson 07: the distance behind an estimate, scores that do not wander."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wgan_lib import WGANGP, networks, training
from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close


def distance_behind(estimate: float, penalty: float) -> float:
    return (penalty**2 + 2 * penalty * estimate) ** 0.5 - penalty


def _check_distance_behind(answer) -> None:
    got = answer(12.0, 1.0)
    expect(got != 12, "that is the estimate itself; the distance is smaller")
    expect(got != -6, "you took the root of the quadratic that is negative; a distance is not")
    expect(got != 6, "you added λ at the end; completing the square takes it away again")
    expect(got != 84, "you went from the distance to the estimate; the other way is asked for")
    hint = "put your answer in for w: w·(1 + w / 2λ) must give the estimate back"
    for estimate, penalty in ((12.0, 1.0), (84.0, 0.1), (4.8, 10.0)):
        expect_close(answer(estimate, penalty), 4.0, f"{hint}; here e = {estimate}, λ = {penalty}")
    expect_close(answer(0.0, 10.0), 0.0, "an estimate of 0 comes from heaps that lie together")


class Anchored(WGANGP):
    def critic_loss(
        self, critic: training.Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> training.Loss:
        loss, parts = super().critic_loss(critic, real, fake, epsilon)
        return training.Loss(loss + 0.001 * critic(real).square().mean(), parts)


def _check_anchored(answer: type[WGANGP]) -> None:
    subclass = isinstance(answer, type) and issubclass(answer, WGANGP)
    expect(subclass, "write a subclass of `WGANGP`")
    critic, real, fake, epsilon = _critic_and_points()
    plain = WGANGP().critic_loss(critic, real, fake, epsilon)
    got = answer().critic_loss(critic, real, fake, epsilon)
    expect(got is not None, "`critic_loss` returns nothing")
    hint = "return `training.Loss(…, parts)`, as the method of `WGANGP` does"
    expect(isinstance(got, training.Loss), hint)
    added, drift = (got.loss - plain.loss).item(), critic(real).square().mean().item()
    expect(abs(added) > 1e-12, "the loss is that of `WGANGP`: nothing was added")
    expect(abs(added + 0.001 * drift) > 1e-9, "the sign: high scores must cost something")
    both = drift + critic(fake).square().mean().item()
    expect(abs(added - 0.001 * both) > 1e-9, "only the scores of real samples are held")
    mean = critic(real).mean().square().item()
    expect(abs(added - 0.001 * mean) > 1e-9, "square each score first, then take the mean")
    expect_close(1000 * added, drift, "add 0.001 times the mean of critic(real)²", tolerance=1e-4)
    expect(got.parts.keys() == plain.parts.keys(), "pass `parts` on, so that the record is whole")


def _critic_and_points() -> tuple[nn.Module, Tensor, Tensor, Tensor]:
    """A small critic, 16 real and 16 fake points, and an ε for each pair."""
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        torch.manual_seed(0)
        critic = networks.mlp([2, 8, 1]).double()
    source = torch.Generator().manual_seed(1)
    real, fake = (torch.randn((16, 2), generator=source).double() for _ in range(2))
    return critic, real + 1, fake, torch.rand(16, generator=source).double()


EXERCISES = (
    Exercise("distance_behind", "07", 10, "medium", distance_behind, _check_distance_behind),
    Exercise("Anchored", "07", 10, "hard", Anchored, _check_anchored),
)
