"""The exercises of lesson 02: the best discriminator, the value, slopes, a GAN that settles."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from wgan_lib import GAN, divergences, lipschitz
from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close
from wgan_lib.dirac_gan import Game
from wgan_lib.training import objectives

_P = torch.tensor([0.5, 0.3, 0.2, 0.0], dtype=torch.float64)
_Q = torch.tensor([0.1, 0.3, 0.2, 0.4], dtype=torch.float64)


def best_discriminator(p: Tensor, q: Tensor) -> Tensor:
    return p / (p + q)


def _check_best_discriminator(answer) -> None:
    got = torch.as_tensor(answer(_P, _Q))
    expect(got.shape == _P.shape, "return a table: one D for each outcome, without a sum")
    expect(
        not torch.allclose(got, _Q / (_P + _Q)), "that is the chance of being fake: swap p and q"
    )
    odds = "that is a ratio, which runs from 0 to infinity; D is a probability, from 0 to 1"
    expect(not (got > 1).any(), odds)
    expect(
        not torch.allclose(got, _P), "how many fakes come to a place matters as much: use `q` too"
    )
    expect_close(got, _P / (_P + _Q), "set the derivative p/D − q/(1 − D) to zero and solve for D")


def game_value(p: Tensor, q: Tensor) -> Tensor:
    return -math.log(4) + 2 * divergences.js(p, q)


def _check_game_value(answer) -> None:
    p, q = _P[:3] / _P[:3].sum(), _Q[:3] / _Q[:3].sum()
    divergence, got = divergences.js(p, q).item(), answer(p, q)
    for wrong, hint in _slips_in_the_value(divergence).items():
        expect(not _near(got, wrong), hint)
    expect_close(
        got, -math.log(4) + 2 * divergence, "p·log D + q·log(1 − D), summed, with D = p/(p+q)"
    )
    apart = torch.eye(2, dtype=torch.float64)
    nothing = "an outcome that never comes adds nothing: 0·log 0 counts as 0 (`torch.xlogy`)"
    expect_close(answer(*apart), 0.0, f"laws that share no outcome must give 0. {nothing}")


def _slips_in_the_value(divergence: float) -> dict[float, str]:
    value = -math.log(4) + 2 * divergence
    return {
        divergence: "that is JS itself; the value is −log 4 + 2 JS",
        2 * divergence: "−log 4 is missing: for equal laws both terms are log ½, and not 0",
        -math.log(4) + divergence: "JS counts twice: once for the real term, once for the fake one",
        value / math.log(2): "that is in bits; here the logarithm is the natural one",
        value
        / 3: "that is the mean over the outcomes; an expectation is a sum of p times something",
        -value: "the sign: logarithms of probabilities are negative, and V is not their negative",
    }


def generator_slopes(s: float) -> tuple[float, float]:
    believed = 1 / (1 + math.exp(-s))
    return -believed, -(1 - believed)


def _check_generator_slopes(answer) -> None:
    got = answer(1.5)
    expect(isinstance(got, tuple | list) and len(got) == 2, "return two numbers, as a pair")
    believed = 1 / (1 + math.exp(-1.5))
    right = -believed, -(1 - believed)
    expect(
        not _near(got, right[::-1]), "the two are swapped: the saturating one is flat at low scores"
    )
    sign = "both losses fall when the score rises, so both slopes are negative"
    expect(float(got[0]) < 0 and float(got[1]) < 0, sign)
    chain = "these are slopes in D; the slope in s is that times dD/ds = D·(1 − D)"
    expect(not _near(got, (-1 / (1 - believed), -1 / believed)), chain)
    expect_close(got, right, "d/ds log σ(s) = 1 − σ(s); for the other one, 1 − σ(s) = σ(−s)")
    expect_close(answer(-10.0), (-1 / (1 + math.exp(10.0)), -1 / (1 + math.exp(-10.0))),
                 "at s = −10 it must still hold", 1e-9)  # fmt: skip


class SettlingGAN(GAN):
    def critic_loss(
        self, critic: objectives.Critic, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> objectives.Loss:
        loss, parts = super().critic_loss(critic, real, fake, epsilon)
        slopes = lipschitz.score_gradients(critic, real).flatten(1)
        return objectives.Loss(loss + slopes.square().sum(1).mean() / 2, parts)


def _check_settling_gan(answer: type[GAN]) -> None:
    expect(isinstance(answer, type) and issubclass(answer, GAN), "write a subclass of `GAN`")
    objective, real, fake = answer(), torch.zeros(4, 2), torch.ones(4, 2)
    untouched = "leave the generator's loss as it is in `GAN`"
    expect(answer.generator_loss is GAN.generator_loss, untouched)
    paid = {slope: _extra(objective, slope, real, fake) for slope in (0.0, 1.0, 3.0)}
    expect(
        abs(paid[0.0]) < 1e-6,
        "a flat critic must pay nothing: the price is the square of the slope",
    )
    expect(abs(paid[3.0]) > 1e-6, "nothing is added to the critic's loss")
    expect(paid[3.0] > 0, "a steep critic must pay: add the penalty to a loss that is minimised")
    expect(abs(paid[3.0] / paid[1.0] - 9) < 0.01, "three times the slope costs nine times as much")
    expect_close(
        paid[1.0], 0.5, "a slope of 1 costs ½: square, mean over samples, half of it", 1e-4
    )
    rest = Game(objective, 0.2).trajectory([1.0, 1.0], 200)[-1].norm()
    expect(rest < 0.01, "the game does not come to rest: does a gradient reach the penalty?")


def _extra(objective: GAN, slope: float, real: Tensor, fake: Tensor) -> float:
    """What a critic of this slope pays beyond the loss of a GAN."""
    direction = torch.tensor([0.6, 0.8])

    def critic(x: Tensor) -> Tensor:
        return slope * (x @ direction)[:, None]

    result = objective.critic_loss(critic, real, fake)
    expect(result is not None, "`critic_loss` returns nothing: is a `return` missing?")
    expect(hasattr(result, "loss"), "return `objectives.Loss(loss, parts)`, as `GAN` does")
    return (result.loss - GAN().critic_loss(critic, real, fake).loss).item()


def _near(got: object, wrong: object) -> bool:
    """Whether the answer is a known wrong one; what is no number is left to `expect_close`."""
    try:
        got = torch.as_tensor(got, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        return False
    wrong = torch.as_tensor(wrong, dtype=torch.float64)
    return got.shape == wrong.shape and torch.allclose(got, wrong, rtol=1e-5)


EXERCISES = (
    Exercise("best_discriminator", "02", 5, "easy", best_discriminator, _check_best_discriminator),
    Exercise("game_value", "02", 10, "medium", game_value, _check_game_value),
    Exercise("generator_slopes", "02", 10, "medium", generator_slopes, _check_generator_slopes),
    Exercise("SettlingGAN", "02", 15, "hard", SettlingGAN, _check_settling_gan),
)
