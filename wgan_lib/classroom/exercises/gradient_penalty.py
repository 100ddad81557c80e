"""The exercises of lesson 06: a slope that settles, x̂ for a batch, the price, drifting scores."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib import WGANGP, networks
from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close
from wgan_lib.training.objectives import Loss

_SHAPE = (6, 3, 4, 4)


def settled_slope(distance, penalty):
    return 1 + distance / (2 * penalty)


def _check_settled_slope(answer) -> None:
    got = answer(4.0, 10.0)
    expect(got != 1, "1 is only the slope that costs nothing; the distance pulls at it as well")
    expect(got != 1.4, "differentiate λ(k − 1)² once more: where does the 2 go?")
    expect(got != 0.8, "a steeper critic earns more: the loss falls with k·distance, so k > 1")
    expect(got != 21, "the dearer the slope, the nearer to 1: λ belongs under the line")
    hint = "set the derivative of −k·distance + λ(k − 1)² to zero and solve for k"
    expect_close(got, 1.2, hint)
    expect_close(answer(0.5, 0.1), 3.5, hint)


def mixed_batch(real, fake, epsilon):
    epsilon = epsilon.reshape(-1, *[1] * (real.dim() - 1))
    return epsilon * real + (1 - epsilon) * fake


def _check_mixed_batch(answer) -> None:
    for shape in (_SHAPE, (4, 1, 4, 4), (5, 2)):
        real, fake, epsilon = _batches(shape)
        got, wanted = answer(real, fake, epsilon), mixed_batch(real, fake, epsilon)
        mirrored = mixed_batch(fake, real, epsilon)
        close = isinstance(got, Tensor) and got.shape == mirrored.shape
        expect(not (close and torch.allclose(got, mirrored)), "ε = 1 must give the real sample")
        shape = " × ".join(map(str, shape))
        hint = f"for batches {shape}: all numbers of sample i must share epsilon[i] and no other"
        expect_close(got, wanted, hint)


def slope_price(gradients):
    norms = (gradients.flatten(1).square().sum(1) + 1e-12).sqrt()
    return (norms - 1).square().mean()


def _check_slope_price(answer) -> None:
    gradients = torch.randn(_SHAPE, generator=torch.Generator().manual_seed(0)).double()
    got = answer(gradients)
    for hint, slip in _SLIPS.items():
        same = isinstance(got, Tensor) and got.shape == () and torch.allclose(got, slip(gradients))
        expect(not same, hint)
    hint = "one norm a sample, its distance from 1 squared, and the mean of that over the batch"
    expect_close(got, slope_price(gradients), hint)
    flat = torch.zeros(_SHAPE, dtype=torch.float64, requires_grad=True)
    answer(flat).backward()
    hint = "right, but where the critic is flat its gradient is nan: what is the slope of √ at 0?"
    expect(flat.grad is not None and flat.grad.isfinite().all(), hint)


_SLIPS = {
    "you take one norm for the whole batch; it must be one a sample": lambda g: (
        g.norm() - 1
    ).square(),
    "you take the norm over the channels of each pixel; flatten each sample first": lambda g: (
        (g.norm(dim=1) - 1).square().mean()
    ),
    "you take the distance from 1 of the mean norm; square each sample's first": lambda g: (
        g.flatten(1).norm(dim=1).mean() - 1
    ).square(),
    "you price the norm itself; slope 1 is to cost nothing": lambda g: (
        g.flatten(1).square().sum(1).mean()
    ),
}


class Anchored(WGANGP):
    def critic_loss(self, critic, real, fake, epsilon=None):
        loss, parts = super().critic_loss(critic, real, fake, epsilon)
        return Loss(loss + 0.001 * critic(real).square().mean(), parts)


def _check_anchored(answer: type[WGANGP]) -> None:
    subclass = isinstance(answer, type) and issubclass(answer, WGANGP)
    expect(subclass, "write a subclass of `WGANGP`")
    critic, real, fake, epsilon = _critic_and_points()
    plain = WGANGP().critic_loss(critic, real, fake, epsilon)
    got = answer().critic_loss(critic, real, fake, epsilon)
    expect(got is not None, "`critic_loss` returns nothing")
    expect(isinstance(got, Loss), "return `Loss(…, parts)`, as the method of `WGANGP` does")
    added, drift = (got.loss - plain.loss).item(), critic(real).square().mean().item()
    expect(abs(added) > 1e-12, "the loss is that of `WGANGP`: nothing was added")
    expect(abs(added + 0.001 * drift) > 1e-9, "the sign: high scores must cost something")
    both = drift + critic(fake).square().mean().item()
    expect(abs(added - 0.001 * both) > 1e-9, "only the scores of real samples are held")
    mean = critic(real).mean().square().item()
    expect(abs(added - 0.001 * mean) > 1e-9, "square each score first, then take the mean")
    expect_close(1000 * added, drift, "add 0.001 times the mean of critic(real)²", tolerance=1e-4)
    expect(got.parts.keys() == plain.parts.keys(), "pass `parts` on, so that the record is whole")


def _batches(shape: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
    source = torch.Generator().manual_seed(1)
    real, fake = (torch.randn(shape, generator=source).double() for _ in range(2))
    return real, fake, torch.rand(shape[0], generator=source).double()


def _critic_and_points():
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        torch.manual_seed(0)
        critic = networks.mlp([2, 8, 1]).double()
    real, fake, epsilon = _batches((16, 2))
    return critic, real + 1, fake, epsilon


EXERCISES = (
    Exercise("settled_slope", "06", 5, "easy", settled_slope, _check_settled_slope),
    Exercise("mixed_batch", "06", 5, "medium", mixed_batch, _check_mixed_batch),
    Exercise("slope_price", "06", 10, "medium", slope_price, _check_slope_price),
    Exercise("Anchored", "06", 10, "hard", Anchored, _check_anchored),
)
