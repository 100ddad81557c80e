"""The exercises of lesson 03: a coupling, a distance by hand, a plan's cost, the quantiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close

_P, _Q = (0.5, 0.3, 0.2), (0.2, 0.2, 0.6)  # at the places 0, 1 and 2
my_coupling = [[0.2, 0.2, 0.1], [0.0, 0.0, 0.3], [0.0, 0.0, 0.2]]


def _check_my_coupling(answer: object) -> None:
    table = _table(answer)
    expect((table >= 0).all(), "no entry may be negative: nobody can move less than nothing")
    swapped = np.allclose(table.sum(0), _P) and np.allclose(table.sum(1), _Q)
    expect(not swapped, "this moves Q to P: row i says where the earth of place i goes")
    for axis, pile, name in ((1, _P, "row"), (0, _Q, "column")):
        for place, (got, wanted) in enumerate(zip(table.sum(axis), pile, strict=True)):
            hint = f"the {name} of place {place} must sum to {wanted}, it sums to {got:.4g}"
            expect(abs(got - wanted) < 1e-6, hint)
    hint = "valid, but this is the product of P and Q, which is excluded: find another coupling"
    expect(not np.allclose(table, np.outer(_P, _Q)), hint)


def _table(answer: object) -> np.ndarray:
    try:
        table = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise Wrong("write a list of three rows, each a list of three numbers") from None
    expect(table.shape == (3, 3), "write three rows, one a place of P, with three numbers each")
    return table


work_by_hand = 2.0


def _check_work_by_hand(answer: float) -> None:
    slips = {
        1.0: "that counts places; but the way from the second to the third is 3 long",
        1.5: "the half at 0 has a way to go as well",
        4.0: "that is the way; how much earth goes along it?",
        0.5: "that is the mass which moves; work is mass times distance",
        5.0: "W₁ takes the distance itself, not its square",
        8.0: "W₁ takes the distance itself, not its square",
    }
    _refuse(answer, slips)
    expect_close(answer, 2.0, "add up mass times distance over the moves of a cheapest plan")


def plan_cost(plan: list[list[float]], x: list[float], y: list[float]) -> float:
    ways = ((i, j) for i in range(len(x)) for j in range(len(y)))
    return sum(plan[i][j] * abs(x[i] - y[j]) for i, j in ways)


def _check_plan_cost(answer: Callable) -> None:
    got = answer([[0.25, 0.25], [0.5, 0.0]], [0.0, 10.0], [4.0, 3.0])
    slips = {
        1.25: "the signs cancel: a way to the left costs as well, so use `abs`",
        -1.25: "the signs cancel: a way to the left costs as well, so use `abs`",
        0.75: "`i` and `j` only count the places; the way goes from `x[i]` to `y[j]`",
        20.0: "each way counts by the amount that goes along it: multiply by `plan[i][j]`",
        4.0: "rows are where the earth comes from: `plan[i][j]` goes from `x[i]` to `y[j]`",
        4.75 / 4: "the amounts already sum to 1: add the products, do not average them",
        24.25: "the price of a way is its length, not the square of it",
    }
    _refuse(got, slips)
    expect_close(got, 4.75, "add `plan[i][j]` times the way from `x[i]` to `y[j]` over all i and j")
    wide = answer([[0.25, 0.25, 0.5]], [1.0], [0.0, 1.0, 3.0])
    expect_close(wide, 1.25, "there may be more places on one side than on the other")


def quantile_distance(x: list[float], y: list[float]) -> float:
    lower, upper = sorted(list(x) * len(y)), sorted(list(y) * len(x))
    return sum(abs(a - b) for a, b in zip(lower, upper, strict=True)) / len(lower)


def _check_quantile_distance(answer: Callable) -> None:
    got = answer([6.0, 0.0, 1.0], [2.0, 9.0, 5.0])
    slips = {
        17 / 3: "sort both samples first: the lowest goes to the lowest",
        11 / 3: "sort both samples, not only one of them",
        9.0: "each point carries a third of the earth: take the mean, not the sum",
        29 / 3: "W₁ takes the distance itself, not its square",
        -3.0: "a distance is never negative: use `abs`",
    }
    _refuse(got, slips)
    expect_close(got, 3.0, "sort both samples, then take the mean of the distances")
    opposite = answer([0.0, 4.0], [1.0, 3.0])
    expect_close(opposite, 1.0, "one way leads up, the other down, and they must not cancel")
    hint = "sizes may differ: repeat each x once for each y, and each y once for each x, then sort"
    expect_close(answer([0.0], [1.0, 3.0]), 2.0, hint)
    expect_close(answer([0.0, 2.0, 4.0], [1.0, 3.0]), 1.0, hint)


def _refuse(answer: object, slips: Mapping[float, str]) -> None:
    """Numbers that come of known slips get the hint of that slip."""
    for number, hint in slips.items():
        try:
            slipped = abs(float(answer) - number) < 1e-6
        except (TypeError, ValueError):  # no number at all: expect_close says so
            return
        expect(not slipped, hint)


EXERCISES = (
    Exercise("my_coupling", "03", 5, "easy", my_coupling, _check_my_coupling),
    Exercise("work_by_hand", "03", 5, "easy", work_by_hand, _check_work_by_hand),
    Exercise("plan_cost", "03", 10, "medium", plan_cost, _check_plan_cost),
    Exercise("quantile_distance", "03", 10, "medium", quantile_distance, _check_quantile_distance),
)
