"""`python -m wgan_lib distance A.npy B.npy`: what two samples tell about the W₁ of their laws."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from wgan_lib.commands.point_files import read_points
from wgan_lib.measuring import Interval, certified_interval


def measured(first: str, second: str, **options: Any) -> Interval:
    """The interval for the laws behind two files of points. Raises ValueError for bad files."""
    x, y = read_points(first), read_points(second)
    if x.shape[1:] != y.shape[1:]:
        raise ValueError(
            f"{first} and {second} must hold points of one shape, "
            f"got {tuple(x.shape[1:])} and {tuple(y.shape[1:])}"
        )
    return certified_interval(x, y, **options)


def as_json(found: Interval) -> str:
    """All numbers of an interval, for programs."""
    return json.dumps(asdict(found), indent=2)


def in_words(found: Interval, first: str, second: str) -> str:
    """The interval, where its ends come from, and what it rests on."""
    below, above = found.margins
    lines = [
        f"W₁ lies between {found.lower:.4g} and {found.upper:.4g}, "
        f"with {100 * found.confidence:.6g} % confidence.",
        *([] if found.lower else ["It may be 0: these points do not tell the two laws apart."]),
        "",
        f"below: a 1-Lipschitz critic ({found.critic}) gains {found.estimate:.4g} "
        f"on {_points(found.held_out)} that it has not seen; {below:.4g} is taken off",
        f"above: the optimal plan between {_points(found.planned)} costs {found.plan:.4g}; "
        f"{above:.4g} is put on",
        f"sampling alone: two halves of {first} are {found.halves[0]:.4g} apart, "
        f"two of {second} {found.halves[1]:.4g}",
        "",
        "It rests on this: all points are independent draws, each file from one law,",
        _reason(found),
    ]
    return "\n".join(lines)


def _points(counts: tuple[int, int]) -> str:
    return f"{counts[0]:,} and {counts[1]:,} points"


def _reason(found: Interval) -> str:
    if found.diameter is not None:
        return f"and no law has two points that are further apart than {found.diameter:g}."
    return (
        "and the laws have a variance, so that means of so many points are nearly normal.\n"
        "Heavy tails break the second; --diameter D proves the margins instead."
    )
