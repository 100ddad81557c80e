"""The exercises of lesson 08: wrong answers, each with the hint that it must get."""

import pytest
import torch

from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.images.metrics import copying_score, nearest_training


def nearest(samples, training):
    return nearest_training(samples, training).distance


def forgets(*arguments):
    """Computes something, and does not return it."""
    sum([1, 2])


WRONG = [
    # two Gaussians
    ("frechet_1d", lambda a, s, b, t: abs(a - b) + abs(s - t), "is squared"),
    (
        "frechet_1d",
        lambda a, s, b, t: (a - b) ** 2 + abs(s**2 - t**2),
        "difference of the variances",
    ),
    ("frechet_1d", lambda a, s, b, t: (a - b) ** 2 + (s**2 - t**2) ** 2, "not their squares"),
    ("frechet_1d", lambda a, s, b, t: (a - b) ** 2, "which square is that"),
    ("frechet_1d", lambda a, s, b, t: (a - b) ** 2 + s**2 + t**2, "of equal Gaussians"),
    ("frechet_1d", forgets, "`return`"),
    # two cheats
    ("two_cheats", (10, 10), "how much does the class vary"),
    ("two_cheats", (0, 10), "no score is 0"),
    ("two_cheats", (1, 1), "ten classes"),
    ("two_cheats", (1, 2.302585), "take exp"),
    ("two_cheats", 10, "a pair"),
    # recall
    ("recall", lambda d, r: (d <= r).any(dim=0).double().mean(), "swap the roles"),
    ("recall", lambda d, r: (d <= r).all(dim=1).double().mean(), "`any` of them"),
    ("recall", lambda d, r: (d < r).any(dim=1).double().mean(), "use `<=`"),
    ("recall", lambda d, r: (d <= r).double().mean(), "over the real samples only"),
    ("recall", lambda d, r: (d <= r).any(dim=1).sum(), "not a count"),
    ("recall", forgets, "`return`"),
    # a thief
    ("is_thief", lambda s, h, t: False, "plain copies"),
    ("is_thief", lambda s, h, t: True, "accuses fresh samples"),
    (
        "is_thief",
        lambda s, h, t: bool((nearest_training(s, t).distance == 0).all()),
        "little noise",
    ),
    (
        "is_thief",
        lambda s, h, t: abs(copying_score(s, h, t) - 0.5) > 0.2,
        "poor samples far from everything",
    ),
    (
        "is_thief",
        lambda s, h, t: bool(nearest(s, t).median() < 0.2),
        "measure by `held_out`",
    ),
    ("is_thief", lambda s, h, t: copying_score(s, h, t), "write the comparison"),
    ("is_thief", lambda s, h, t: copying_score(s, t), "stopped with TypeError"),
]


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG)
def test_a_wrong_answer_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def test_other_right_answers_are_right_too():
    assert verdict(
        "frechet_1d", lambda a, s, b, t: (a - b) ** 2 + s**2 + t**2 - 2 * s * t
    ).state == ("right")
    assert verdict("two_cheats", [1.0, 10.0]).state == "right"
    by_hand = lambda d, r: sum(any(d[i] <= r) for i in range(len(d))) / len(d)  # noqa: E731
    assert verdict("recall", by_hand).state == "right"

    def thief(samples, held_out, training):
        ours, fair = (nearest(z, training) for z in (samples, held_out))
        return ours.median() < fair.median() / 2

    assert verdict("is_thief", thief).state == "right"


def test_a_tensor_of_one_truth_value_is_a_verdict_and_a_row_of_them_is_not():
    row = lambda s, h, t: torch.zeros(3, dtype=torch.bool)  # noqa: E731
    assert "True or False" in verdict("is_thief", row).message
