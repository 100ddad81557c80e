"""Lesson 12's widget: who measures W₁ how well, in which dimension."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping

from matplotlib.figure import Figure

from wgan_lib.classroom.figures.measuring import Runs, way_and_dimension
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.experiments.studies import load_study

MEASURES = {"estimate / W₁": "ratio", "cosine": "cosine", "steepest slope": "steepest"}
