"""Lesson 12's widget: who measures W₁ how well, in which dimension."""

from __future__ import annotations

import functools
from statistics import median

from matplotlib.figure import Figure

from wgan_lib.classroom.figures.measuring import Runs, way_and_dimension
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.experiments.measuring_study import by_dimension
from wgan_lib.experiments.studies import load_study
from wgan_lib.ground.arguments import finite_number, one_of, positive_integer

MEASURES = {"estimate / W₁": "ratio", "cosine": "cosine", "steepest slope": "steepest"}
WAYS = {
    "clipping": "clipping",
    "penalty, two-sided": "penalty",
    "penalty, one-sided": "one-sided",
    "penalty, wide": "one-sided-wide",
    "spectral norm, ReLU": "spectral-relu",
    "orthogonal, sorting": "cayley",
    "SLL": "sll",
    "c-transform": "c-transform",
    "cones on a plan": "plan-envelope",
    "cones, learned": "annealed-funnels",
}


def who_measures() -> Explorer:
    """Lesson 12: value, cosine and slope of one way over the dimensions, beside all the others."""
    known = ", ".join(map(str, dimensions()))
    return Explorer(
        "Who measures W₁",
        draw_way,
        {
            "place": slider(f"dimension: the n-th of {known}", 1, len(dimensions()), value=4),
            "way": choice("the slope is held by", list(WAYS), value="penalty, one-sided"),
        },
    )


def draw_way(place: int, way: str) -> Figure:
    """One of WAYS over all dimensions, and all of them in the dimension at that place."""
    last = len(dimensions())
    place = int(finite_number("place", positive_integer("place", place), maximum=last))
    dimension, chosen = dimensions()[place - 1], WAYS[one_of("way", way, WAYS)]
    curves = {name: table(column)[chosen] for name, column in MEASURES.items()}
    others = {
        name: {said: median(table(column)[key][dimension]) for said, key in WAYS.items()}
        for name, column in MEASURES.items()
    }
    value, cosine, slope = (median(runs[dimension]) for runs in curves.values())
    title = f"D = {dimension}: value {value:.2f} W₁, cosine {cosine:.2f}, slope {slope:.2f}"
    return way_and_dimension(curves, others, dimension, way, title=title)


@functools.cache
def table(column: str) -> dict[str, Runs]:
    """What is stored of each contestant, in each dimension, for each seed."""
    return by_dimension(load_study("w1-benchmark").runs, column)


def dimensions() -> list[int]:
    """Those of the stored study."""
    return sorted(next(iter(table("ratio").values())))
