"""Lesson 12's widget: it says what is stored."""

import re
from statistics import median

import pytest

from wgan_lib.classroom.widgets.measuring import WAYS, dimensions, draw_way, table, who_measures


@pytest.mark.parametrize("way", WAYS)
def test_the_title_says_what_is_stored(way):
    for place, dimension in enumerate(dimensions(), 1):
        says = draw_way(place, way).axes[0].get_title()
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", says.replace("W₁", ""))]
        assert numbers[0] == dimension
        for said, column in zip(numbers[1:], ("ratio", "cosine", "steepest"), strict=True):
            assert said == pytest.approx(median(table(column)[WAYS[way]][dimension]), abs=0.0051)


def test_the_best_is_near_the_truth_and_the_widget_shows_it():
    widget = who_measures()
    widget.controls["way"].value = "cones, learned"
    value = float(re.search(r"value ([\d.]+)", widget.figure.axes[0].get_title())[1])
    assert value == pytest.approx(1, abs=0.05)
