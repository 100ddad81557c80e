"""Exercises of lesson 02: plausible wrong answers, and the hint that each must get."""

import math
from functools import partial

import pytest
import torch

from wgan_lib import GAN, NonSaturatingGAN, divergences, lipschitz
from wgan_lib.classroom.exercises.adversarial_game import (
    SettlingGAN,
    best_discriminator,
    game_value,
    generator_slopes,
)
from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.training import objectives


def wrong(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong", judged
    assert hint in judged.message, judged


def right(name, answer):
    assert verdict(name, answer).state == "right", verdict(name, answer)


def sigma(s):
    return 1 / (1 + math.exp(-s))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda p, q: q / (p + q), "swap p and q"),
        (lambda p, q: p / q, "a ratio"),
        (lambda p, q: p, "use `q` too"),
        (lambda p, q: (p / (p + q)).mean(), "one D for each outcome"),
        (lambda p, q: torch.full_like(p, 0.5), "set the derivative"),
        (lambda p, q: p.log() / (p.log() + q.log()), "set the derivative"),
        (lambda p, q: p / (p + "q"), "stopped with TypeError"),
        (0.5, "a function is wanted"),
    ],
)
def test_the_best_discriminator(answer, hint):
    wrong("best_discriminator", answer, hint)


def test_the_best_discriminator_may_be_written_otherwise():
    right("best_discriminator", best_discriminator)
    right("best_discriminator", lambda p, q: [a / (a + b) for a, b in zip(p, q, strict=True)])
    right("best_discriminator", lambda p, q: 1 / (1 + q / p))


def terms(p, q, total=torch.sum):
    d = p / (p + q)
    return total(torch.xlogy(p, d) + torch.xlogy(q, 1 - d))


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (divergences.js, "that is JS itself"),
        (lambda p, q: 2 * divergences.js(p, q), "−log 4 is missing"),
        (lambda p, q: -math.log(4) + divergences.js(p, q), "JS counts twice"),
        (lambda p, q: terms(p, q) / math.log(2), "in bits"),
        (partial(terms, total=torch.mean), "the mean over the outcomes"),
        (lambda p, q: -terms(p, q), "the sign"),
        (lambda p, q: (p * (p / (p + q)).log() + q * (q / (p + q)).log()).sum(), "0·log 0"),
        (lambda p, q: divergences.kl(p, q), "with D = p/(p+q)"),
        (lambda p, q: print(end=""), "is a `return` missing"),
        (lambda p, q: best_discriminator(p, q), "a table of"),
    ],
)
def test_the_value_of_the_game(answer, hint):
    wrong("game_value", answer, hint)


def test_the_value_of_the_game_may_be_summed_up():
    right("game_value", game_value)
    right("game_value", terms)
    right("game_value", lambda p, q: terms(p, q).item())


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda s: (-(1 - sigma(s)), -sigma(s)), "swapped"),
        (lambda s: (sigma(s), 1 - sigma(s)), "both slopes are negative"),
        (lambda s: (-1 / (1 - sigma(s)), -1 / sigma(s)), "slopes in D"),
        (lambda s: -sigma(s), "return two numbers"),
        (lambda s: (-sigma(s), -0.5), "d/ds log σ(s)"),
        (lambda s: (-sigma(s), -sigma(-s) if s > 0 else 0.0), "at s = −10"),
    ],
)
def test_slopes_of_the_generator(answer, hint):
    wrong("generator_slopes", answer, hint)


def test_slopes_may_come_from_autograd():
    def by_autograd(s):
        score = torch.tensor(s, dtype=torch.float64, requires_grad=True)
        losses = (torch.sigmoid(-score).log(), -torch.sigmoid(score).log())
        return [torch.autograd.grad(loss, score)[0].item() for loss in losses]

    right("generator_slopes", generator_slopes)
    right("generator_slopes", by_autograd)


def penalised(price, forget=False, parent=GAN):
    """A subclass whose critic pays `price` of the gradients at the real samples."""

    class Answer(parent):
        def critic_loss(self, critic, real, fake, epsilon=None):
            loss, parts = super().critic_loss(critic, real, fake, epsilon)
            paid = price(lipschitz.score_gradients(critic, real).flatten(1))
            return None if forget else objectives.Loss(loss + paid, parts)

    return Answer


def squares(g):
    return g.square().sum(1).mean()


class OtherLoss(SettlingGAN):
    def generator_loss(self, critic, fake):
        return super().generator_loss(critic, fake)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (penalised(lambda g: 0 * squares(g)), "nothing is added"),
        (penalised(lambda g: -squares(g) / 2), "a steep critic must pay"),
        (
            penalised(lambda g: (g.norm(dim=1) - 1).square().mean()),
            "a flat critic must pay nothing",
        ),
        (penalised(lambda g: g.norm(dim=1).mean() / 2), "nine times as much"),
        (penalised(squares), "a slope of 1 costs ½"),
        (penalised(lambda g: g.square().sum() / 2), "a slope of 1 costs ½"),
        (penalised(lambda g: squares(g.detach()) / 2), "does not come to rest"),
        (penalised(squares, forget=True), "is a `return` missing"),
        (OtherLoss, "leave the generator's loss"),
        (NonSaturatingGAN, "leave the generator's loss"),
        (objectives.WGANGP, "a subclass of `GAN`"),
        (SettlingGAN(), "a function is wanted"),
    ],
)
def test_a_gan_that_settles(answer, hint):
    wrong("SettlingGAN", answer, hint)


def test_a_gan_that_settles_is_right():
    right("SettlingGAN", SettlingGAN)
    right("SettlingGAN", penalised(lambda g: squares(g) / 2))


def test_a_class_with_a_docstring_and_three_dots_is_to_do():
    class Untouched(GAN):
        """GAN, plus something."""

        ...

    assert verdict("SettlingGAN", Untouched).state == "todo"
