"""The exercises of lesson 06: a slope that settles, x̂ for a batch, the penalty."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close

_SHAPE = (6, 3, 4, 4)


def settled_slope(distance: float, penalty: float) -> float:
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


def mixed_batch(real: Tensor, fake: Tensor, epsilon: Tensor) -> Tensor:
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


def slope_price(gradients: Tensor) -> Tensor:
    norms = (gradients.flatten(1).square().sum(1) + 1e-12).sqrt()
    return (norms - 1).square().mean()


def _check_slope_price(answer) -> None:
    gradients = torch.randn(_SHAPE, generator=torch.Generator().manual_seed(0)).double()
    got = answer(gradients)
    for hint, slip in _SLIPS.items():
        same = isinstance(got, Tensor) and got.shape == () and torch.allclose(got, slip(gradients))
        expect(not same, hint)
    hint = "one norm per sample, its distance from 1 squared, and the mean of that over the batch"
    expect_close(got, slope_price(gradients), hint)
    flat = torch.zeros(_SHAPE, dtype=torch.float64, requires_grad=True)
    answer(flat).backward()
    hint = "right, but where the critic is flat its gradient is nan: what is the slope of √ at 0?"
    expect(flat.grad is not None and flat.grad.isfinite().all(), hint)


_SLIPS = {
    "you take one norm for the whole batch; it must be one per sample": lambda g: (
        g.norm() - 1
    ).square(),
    "you take the norm over the channels of each pixel; flatten each sample first": lambda g: (
        (g.norm(dim=1) - 1).square().mean()
    ),
    "you take the distance from 1 of the mean norm; square each sample's first": lambda g: (
        g.flatten(1).norm(dim=1).mean() - 1
    ).square(),
    "you penalise the norm itself; slope 1 is to cost nothing": lambda g: (
        g.flatten(1).square().sum(1).mean()
    ),
}


def _batches(shape: tuple[int, ...]) -> tuple[Tensor, Tensor, Tensor]:
    source = torch.Generator().manual_seed(1)
    real, fake = (torch.randn(shape, generator=source).double() for _ in range(2))
    return real, fake, torch.rand(shape[0], generator=source).double()


EXERCISES = (
    Exercise("settled_slope", "06", 5, "easy", settled_slope, _check_settled_slope),
    Exercise("mixed_batch", "06", 5, "medium", mixed_batch, _check_mixed_batch),
    Exercise("slope_price", "06", 10, "medium", slope_price, _check_slope_price),
)
