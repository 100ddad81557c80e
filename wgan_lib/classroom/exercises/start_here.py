"""The exercise of the page that the course starts with: small, to see how an answer is judged."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close


def mean_distance(points: Tensor) -> Tensor:
    return points.norm(dim=1).mean()


def _check_mean_distance(answer) -> None:
    points = torch.tensor([[3.0, 4.0], [0.0, 1.0], [-6.0, 8.0]])
    got = answer(points)
    each = "these are the distances of the points, one each: now take their mean"
    expect(getattr(got, "ndim", 0) == 0, each)
    squares, of_the_mean = (points**2).sum(1).mean(), points.mean(0).norm()
    expect(not _same(got, squares), "this is the mean of the squares: where is the root?")
    hint = "this is how far the mean of the points is from the origin: first the distances, then"
    expect(not _same(got, of_the_mean), f"{hint} their mean")
    hint = "the points (3, 4), (0, 1) and (−6, 8) are at 5, 1 and 10, and the mean of these is 16/3"
    expect_close(got, 16 / 3, hint)


def _same(got: object, wrong: Tensor) -> bool:
    return got is not None and abs(float(got) - float(wrong)) < 1e-3


EXERCISES = (Exercise("mean_distance", "00", 2, "easy", mean_distance, _check_mean_distance),)
