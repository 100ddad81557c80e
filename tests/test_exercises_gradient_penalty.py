"""Lesson 06's exercises: each plausible slip gets its own hint."""

import pytest
import torch

from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.classroom.exercises.gradient_penalty import mixed_batch, slope_price


def flattened(gradients):
    return gradients.flatten(1).norm(dim=1)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("settled_slope", lambda d, p: 1, "costs nothing"),
        ("settled_slope", lambda d, p: 1 + d / p, "where does the 2 go"),
        ("settled_slope", lambda d, p: 1 - d / (2 * p), "so k > 1"),
        ("settled_slope", lambda d, p: 1 + d * p / 2, "under the line"),
        ("settled_slope", lambda d, p: 2 * p + d, "set the derivative"),
        ("settled_slope", lambda d, p: 1.2, "set the derivative"),
        ("settled_slope", 1.2, "a function is wanted"),
        ("mixed_batch", lambda r, f, e: mixed_batch(f, r, e), "ε = 1 must give the real"),
        ("mixed_batch", lambda r, f, e: e * r + (1 - e) * f, "stopped with RuntimeError"),
        ("mixed_batch", lambda r, f, e: e[0] * r + (1 - e[0]) * f, "share epsilon[i]"),
        ("mixed_batch", lambda r, f, e: mixed_batch(r, f, torch.rand(len(r))), "share epsilon[i]"),
        ("mixed_batch", lambda r, f, e: mixed_batch(r, f, e).flatten(1), "instead of a table"),
        ("slope_price", lambda g: (g.norm() - 1).square(), "one norm for the whole batch"),
        ("slope_price", lambda g: (g.norm(dim=1) - 1).square().mean(), "of each pixel"),
        ("slope_price", lambda g: (flattened(g).mean() - 1).square(), "of the mean norm"),
        ("slope_price", lambda g: flattened(g).square().mean(), "slope 1 is to cost nothing"),
        ("slope_price", lambda g: (flattened(g) - 1).square(), "instead of one number"),
        ("slope_price", lambda g: (flattened(g) - 1).square().sum(), "one norm per sample"),
        (
            "slope_price",
            lambda g: (g.flatten(1).square().sum(1).sqrt() - 1).square().mean(),
            "what is the slope of √ at 0",
        ),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def test_other_ways_to_be_right():
    torch_norm = verdict("slope_price", lambda g: (flattened(g) - 1).square().mean())
    assert torch_norm.state == "right"  # torch's own norm has slope 0 at 0
    assert verdict("slope_price", lambda g: slope_price(g) + 0.0).state == "right"

    def by_lerp(real, fake, epsilon):
        return torch.lerp(fake, real, epsilon.view(-1, *[1] * (real.dim() - 1)))

    assert verdict("mixed_batch", by_lerp).state == "right"
    assert verdict("settled_slope", lambda d, p: (2 * p + d) / (2 * p)).state == "right"


@pytest.mark.parametrize("name", ["settled_slope", "mixed_batch", "slope_price"])
def test_a_check_leaves_the_random_numbers_of_the_lesson_alone(name):
    answers = {"mixed_batch": mixed_batch, "slope_price": slope_price}
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    verdict(name, answers.get(name, lambda d, p: 1 + d / (2 * p)))
    assert torch.equal(torch.rand(1), wanted)
