"""Lesson 04's exercises: each plausible slip gets its own hint."""

import pytest
import torch

from wgan_lib.classroom.exercises.checking import verdict


def pairs(x, fx):
    return [(fx[i] - fx[j], x[i] - x[j]) for i in range(len(x)) for j in range(i)]


SLIPS = [
    ("best_prices", (1.0, 0.0, 2.0), "turn the signs around"),
    ("best_prices", (-0.5, 0.0, -0.5), "earn 0.5, but more can be had"),
    ("best_prices", (0.0, 0.0, 0.0), "earn 0, but more can be had"),
    ("best_prices", (-3.0, 0.0, -2.0), "between the places 0 and 1 the prices differ"),
    ("best_prices", (-1.0, 0.0, -3.0), "between the places 1 and 3 the prices differ"),
    ("best_prices", (0.0, 1.0), "three numbers are wanted"),
    ("best_prices", "cheap", "three numbers are wanted"),
    ("best_prices", None, "three numbers are wanted"),
    ("smallest_slope", lambda x, fx: max(r / s for r, s in pairs(x, fx)), "rise by the run"),
    ("smallest_slope", lambda x, fx: max(0, *(r / s for r, s in pairs(x, fx))), "absolute value"),
    (
        "smallest_slope",
        lambda x, fx: max(abs(r) / s for r, s in pairs(x, fx)),
        "absolute value of the distance",
    ),
    (
        "smallest_slope",
        lambda x, fx: max(abs(fx[i] - fx[i - 1]) / abs(x[i] - x[i - 1]) for i in range(1, len(x))),
        "look at all pairs",
    ),
    ("smallest_slope", lambda x, fx: abs(fx[0] - fx[-1]) / abs(x[0] - x[-1]), "look at all pairs"),
    ("smallest_slope", lambda x, fx: max(abs(r) for r, _ in pairs(x, fx)), "distance"),
    ("pixel_constant", lambda w: sum(each**2 for each in w) ** 0.5, "one pixel of four"),
    ("pixel_constant", lambda w: len(w) * sum(e**2 for e in w) ** 0.5 / 2, "one pixel of four"),
    ("pixel_constant", lambda w: len(w) * max(w), "a negative weight"),
    ("pixel_constant", lambda w: 4 * sum(e**2 for e in w) ** 0.5 / (1 + 3 * (len(w) == 2)), "Euc"),
    ("pixel_constant", lambda w: 4 * sum(map(abs, w)) / (1 + 3 * (len(w) == 2)), "sum of the"),
    ("pixel_constant", lambda w: 4 * max(map(abs, w)), "which one"),
    ("pixel_constant", lambda w: max(map(abs, w)), "one pixel of four"),
    ("loose_pair", ([[1, 0], [0, 1]], [[0, 1], [1, 0]]), "they still have norm 1"),
    ("loose_pair", ([[2, 0], [0, 0]], [[0, 0], [0, 1]]), "first matrix must have spectral norm 1"),
    ("loose_pair", ([[1, 0], [0, 0]], [[0, 0], [0, 0]]), "second matrix must have spectral norm"),
    ("loose_pair", ([[0, 1], [0, 0]], [[1, 0], [0, 0]]), "the other way round"),
    ("loose_pair", ([1, 0], [0, 1]), "two tables of 2 × 2"),
    ("loose_pair", 0, "two tables of 2 × 2"),
]


@pytest.mark.parametrize(("name", "answer", "hint"), SLIPS)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("best_prices", (9.0, 10.0, 8.0)),
        ("best_prices", torch.tensor([-1.0, 0.0, -2.0])),
        ("smallest_slope", lambda x, fx: max(abs(r / s) for r, s in pairs(x, fx))),
        ("pixel_constant", lambda w: (torch.tensor(w).abs().max() * len(w)).item()),
        ("loose_pair", ([[0, 1], [0, 0]], [[0, 0], [0, 1]])),
        ("loose_pair", torch.tensor([[[0.6, 0.8], [0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]])),
    ],
)
def test_any_right_answer_will_do(name, answer):
    judged = verdict(name, answer)
    assert judged.state == "right", judged
