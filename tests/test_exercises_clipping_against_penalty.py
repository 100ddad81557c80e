"""Lesson 07's exercises: each plausible slip gets its own hint."""

import math

import pytest
import torch

from wgan_lib import WGANGP
from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.classroom.exercises.clipping_against_penalty import Anchored, distance_behind
from wgan_lib.training.objectives import Loss


def anchored(added, parts=True):
    """A subclass whose critic's loss has `added(critic, real, fake)` on top."""

    class Answer(WGANGP):
        def critic_loss(self, critic, real, fake, epsilon=None):
            loss, found = super().critic_loss(critic, real, fake, epsilon)
            return Loss(loss + added(critic, real, fake), found if parts else {})

    return Answer


class ReturnsNothing(WGANGP):
    def critic_loss(self, critic, real, fake, epsilon=None):
        super().critic_loss(critic, real, fake, epsilon)


class ReturnsANumber(WGANGP):
    def critic_loss(self, critic, real, fake, epsilon=None):
        return super().critic_loss(critic, real, fake, epsilon).loss


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("distance_behind", lambda e, p: e, "the estimate itself"),
        ("distance_behind", lambda e, p: -p - math.sqrt(p**2 + 2 * p * e), "is negative"),
        ("distance_behind", lambda e, p: p + math.sqrt(p**2 + 2 * p * e), "takes it away again"),
        ("distance_behind", lambda e, p: e * (1 + e / (2 * p)), "the other way"),
        ("distance_behind", lambda e, p: e / (1 + e / (2 * p)), "must give the estimate back"),
        ("distance_behind", lambda e, p: math.sqrt(2 * p * e), "must give the estimate back"),
        ("distance_behind", lambda e, p: math.sqrt(1 + 2 * e) - 1, "e = 84.0, λ = 0.1"),
        ("distance_behind", 4.0, "a function is wanted"),
        ("Anchored", anchored(lambda f, x, y: -0.001 * f(x).square().mean()), "the sign"),
        (
            "Anchored",
            anchored(lambda f, x, y: 0.001 * (f(x).square().mean() + f(y).square().mean())),
            "only the scores of real samples",
        ),
        ("Anchored", anchored(lambda f, x, y: 0.001 * f(x).mean().square()), "square each score"),
        ("Anchored", anchored(lambda f, x, y: f(x).square().mean()), "0.001 times the mean"),
        ("Anchored", anchored(lambda f, x, y: 0 * f(x).mean()), "nothing was added"),
        (
            "Anchored",
            anchored(lambda f, x, y: 0.001 * f(x).square().mean(), parts=False),
            "pass `parts` on",
        ),
        ("Anchored", ReturnsNothing, "returns nothing"),
        ("Anchored", ReturnsANumber, "return `training.Loss("),
        ("Anchored", lambda: Anchored, "write a subclass"),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def test_other_ways_to_be_right():
    by_slope = verdict("distance_behind", lambda e, p: p * (math.sqrt(1 + 2 * e / p) - 1))
    assert by_slope.state == "right"
    held = anchored(lambda f, x, y: f(x).pow(2).mean() / 1000)
    assert verdict("Anchored", held).state == "right"


@pytest.mark.parametrize(("w", "weight"), [(0.0, 3.0), (0.8, 10.0), (25.0, 0.1)])
def test_the_distance_comes_back_from_the_estimate(w, weight):
    estimate = w * (1 + w / (2 * weight))
    assert distance_behind(estimate, weight) == pytest.approx(w)


def test_a_check_leaves_the_random_numbers_of_the_lesson_alone():
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    verdict("Anchored", Anchored)
    assert torch.equal(torch.rand(1), wanted)
