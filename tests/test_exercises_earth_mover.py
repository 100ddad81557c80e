"""Lesson 03's exercises: each plausible slip gets its own hint."""

import numpy as np
import pytest
import torch
from scipy import stats

from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.classroom.exercises.earth_mover import plan_cost, quantile_distance


def cost_of(term):
    """A solution of plan_cost that adds up `term(plan, x, y, i, j)`."""
    return lambda plan, x, y: sum(
        term(plan, x, y, i, j) for i in range(len(x)) for j in range(len(y))
    )


def mean_of(prepare, distance=lambda a, b: abs(a - b), divide=True):
    """A solution of quantile_distance for samples of one size."""

    def answer(x, y):
        x, y = prepare(list(x), list(y))
        total = sum(distance(a, b) for a, b in zip(x, y, strict=False))
        return total / min(len(x), len(y)) if divide else total

    return answer


def both(x, y):
    return sorted(x), sorted(y)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("my_coupling", [[0.5, 0.3, 0.2], [0.2, 0.2, 0.6]], "write three rows"),
        ("my_coupling", [0.5, 0.3, 0.2], "write three rows"),
        ("my_coupling", [[0.5], [0.3, 0.2]], "a list of three rows"),
        ("my_coupling", "0.5 0.3 0.2", "a list of three rows"),
        ("my_coupling", [[0.2, 0.2, 0.1], [0.1, 0, 0.2], [-0.1, 0, 0.3]], "negative"),
        ("my_coupling", [[0.2, 0.0, 0.0], [0.2, 0, 0.0], [0.1, 0.3, 0.2]], "moves Q to P"),
        ("my_coupling", np.outer([0.5, 0.3, 0.2], [0.2, 0.2, 0.6]), "product of P and Q"),
        ("my_coupling", np.diag([0.5, 0.3, 0.2]), "the column of place 0 must sum to 0.2"),
        ("my_coupling", np.diag([0.2, 0.2, 0.6]), "the row of place 0 must sum to 0.5"),
        ("work_by_hand", 1, "counts places"),
        ("work_by_hand", 1.5, "the half at 0"),
        ("work_by_hand", 4, "how much earth"),
        ("work_by_hand", 0.5, "mass times distance"),
        ("work_by_hand", 8, "not its square"),
        ("work_by_hand", 3, "a cheapest plan"),
        ("work_by_hand", "two", "a number is wanted"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: m[i][j] * (x[i] - y[j])), "signs cancel"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: m[i][j] * (y[j] - x[i])), "signs cancel"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: m[i][j] * abs(i - j)), "only count the places"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: abs(x[i] - y[j])), "multiply by `plan[i][j]`"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: m[j][i] * abs(x[i] - y[j])), "comes from"),
        ("plan_cost", cost_of(lambda m, x, y, i, j: m[i][j] * (x[i] - y[j]) ** 2), "the square"),
        ("plan_cost", lambda m, x, y: plan_cost(m, x, y) / 4, "do not average"),
        ("plan_cost", lambda m, x, y: plan_cost(m, x[:2], y[:2]), "more places on one side"),
        ("plan_cost", lambda m, x, y: print(end=""), "`return` missing"),
        ("plan_cost", lambda m, x, y: [1.0, 2.0], "instead of one number"),
        ("quantile_distance", mean_of(lambda x, y: (x, y)), "sort both samples first"),
        ("quantile_distance", mean_of(lambda x, y: (sorted(x), y)), "not only one of them"),
        ("quantile_distance", mean_of(both, divide=False), "the mean, not the sum"),
        ("quantile_distance", mean_of(both, lambda a, b: (a - b) ** 2), "not its square"),
        ("quantile_distance", mean_of(both, lambda a, b: a - b), "never negative"),
        ("quantile_distance", lambda x, y: abs(np.mean(x) - np.mean(y)), "must not cancel"),
        ("quantile_distance", mean_of(both), "sizes may differ"),
        ("quantile_distance", lambda x, y: max(x) - None, "stopped with TypeError"),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("my_coupling", [[0, 0, 0.5], [0.2, 0, 0.1], [0, 0.2, 0]]),
        ("my_coupling", torch.tensor([[0.2, 0.2, 0.1], [0, 0, 0.3], [0, 0, 0.2]])),
        ("work_by_hand", 2),
        ("plan_cost", lambda m, x, y: (np.array(m) * abs(np.subtract.outer(x, y))).sum()),
        ("quantile_distance", stats.wasserstein_distance),
    ],
)
def test_other_right_answers_are_right(name, answer):
    assert verdict(name, answer).state == "right", verdict(name, answer)


def test_the_reference_for_quantiles_agrees_with_scipy():
    source = np.random.default_rng(0)
    for n, m in ((1, 5), (4, 4), (6, 10)):
        x, y = source.normal(size=n), source.normal(size=m)
        assert quantile_distance(x, y) == pytest.approx(stats.wasserstein_distance(x, y))
