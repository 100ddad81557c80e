"""The exercises of lesson 04: best prices, the narrowest cone, pixels, layers that never meet."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close
from wgan_lib.lipschitz.cones import cone_violations

PLACES = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
SURPLUS = torch.tensor([-0.5, 1.0, -0.5], dtype=torch.float64)  # earth that is there, less wanted


def _check_best_prices(answer: object) -> None:
    prices = _table(answer, (3,), "three numbers are wanted, one price for each of the places")
    steep = cone_violations(PLACES, prices, 1.0)
    if steep.entered:
        one, other = PLACES[steep.pairs[0]].tolist()
        raise Wrong(
            f"between the places {one:g} and {other:g} the prices differ by more than the way is "
            "long: people would rather carry the earth themselves"
        )
    earned = float(SURPLUS @ prices)
    expect(earned > -1.4, "you collect little and pay much: turn the signs around")
    expect(
        earned > 1.5 - 1e-6,
        f"these prices are allowed and earn {earned:g}, but more can be had: let every price fall "
        "as fast as it may, away from where the earth is",
    )


def smallest_slope(x: list[float], fx: list[float]) -> float:
    steepest = 0.0
    for i in range(len(x)):
        for j in range(i):
            steepest = max(steepest, abs(fx[i] - fx[j]) / abs(x[i] - x[j]))
    return steepest


def _check_smallest_slope(answer: Callable) -> None:
    falling = answer([0.0, 1.0], [3.0, 0.0])
    expect(falling != 0, "a falling graph is steep as well: take the absolute value of the rise")
    expect_close(falling, 3, "two points: the slope is the rise by the run")
    hint = "divide by the absolute value of the distance: points need not come from left to right"
    expect_close(answer([2.0, 0.0], [0.0, 1.0]), 0.5, hint)
    hint = "look at all pairs: neighbours in the list need not be neighbours on the line"
    expect_close(answer([0.0, 4.0, 1.0, 3.0], [0.0, 4.0, 0.0, 0.0]), 4, hint)
    expect_close(answer([0.0, 1.0, 2.0], [5.0, 5.0, 5.0]), 0, "a flat graph needs no slope at all")


def pixel_constant(w: list[float]) -> float:
    return len(w) * max(abs(each) for each in w)


def _check_pixel_constant(answer: Callable) -> None:
    got = answer([0.0, -1.0, 0.0, 0.0])
    expect(got != 0, "a negative weight is as steep as a positive one")
    hint = "one pixel of four moved by 1 is a distance of ¼, and the critic moves by a whole 1"
    expect_close(got, 4, hint)
    got = answer([3.0, 4.0])
    hint = "that is the Euclidean norm of the weights, the constant for the Euclidean distance"
    expect(abs(float(got) - 5) > 1e-6, hint)
    hint = "that is the sum of the weights; the critic goes furthest where all moves in one pixel"
    expect(abs(float(got) - 7) > 1e-6, hint)
    expect_close(got, 8, "the steepest way is to put all of the change into one pixel: which one?")
    expect_close(answer([1.0] * 9), 9, "the distance is a mean over the pixels, not a sum")


loose_pair = ([[1, 0], [0, 0]], [[0, 0], [0, 1]])


def _check_loose_pair(answer: object) -> None:
    wanted = "two tables of 2 × 2 numbers are wanted: ([[a, b], [c, d]], [[e, f], [g, h]])"
    first, second = _table(answer, (2, 2, 2), wanted)
    for name, matrix in (("first", first), ("second", second)):
        norm = torch.linalg.matrix_norm(matrix, 2).item()
        hint = f"the {name} matrix must have spectral norm 1, it has {norm:.3g}"
        expect(abs(norm - 1) < 1e-6, hint)
    left = torch.linalg.matrix_norm(second @ first, 2).item()
    swapped = torch.linalg.matrix_norm(first @ second, 2).item()
    if left > 1e-6 and swapped < 1e-6:
        raise Wrong("the other way round: x meets the first matrix first, so the product is B·A")
    hint = (
        f"one after the other they still have norm {left:.3g}: let the second matrix lose "
        "exactly the direction that the first one keeps"
    )
    expect(left < 1e-6, hint)


def _table(answer: object, shape: tuple[int, ...], wanted: str) -> Tensor:
    try:
        table = torch.as_tensor(answer, dtype=torch.float64)
    except (TypeError, ValueError, RuntimeError):
        raise Wrong(wanted) from None
    expect(table.shape == shape and bool(table.isfinite().all()), wanted)
    return table


EXERCISES = (
    Exercise("best_prices", "04", 5, "easy", (-1.0, 0.0, -2.0), _check_best_prices),
    Exercise("smallest_slope", "04", 10, "easy", smallest_slope, _check_smallest_slope),
    Exercise("pixel_constant", "04", 10, "medium", pixel_constant, _check_pixel_constant),
    Exercise("loose_pair", "04", 10, "medium", loose_pair, _check_loose_pair),
)
