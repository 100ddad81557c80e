"""Figures of lesson 11: what is drawn is what happened, also where something became nan."""

import numpy as np
import pytest
import torch

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures.ward import MEASURES, Bed, beds, bedside, ends
from wgan_lib.classroom.pictures import png

STEPS = torch.arange(0, 50, 10)
LEVELS = {1.0: torch.full((5,), 1.0), 3.0: torch.full((5,), 3.0)}
HEALTHY = [(STEPS, level) for level in LEVELS.values()]
ENDED = [(STEPS[:2], LEVELS[3.0][:2]), (STEPS, LEVELS[1.0])]
LIMITS = (0.1, 100.0)


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_a_line_is_the_median_of_its_runs_and_ends_where_one_of_them_did():
    figure = beds({"one": (ENDED, HEALTHY)}, ylabel="exact W₁", limits=LIMITS)
    drawn = lines(figure.axes[0])
    assert drawn["healthy"].get_ydata().tolist() == [2.0] * 5
    assert drawn["sick"].get_xdata().tolist() == [0, 10]
    assert drawn["nan from here"].get_xdata() == [10]
    assert "nan from here" in describe(figure)


def test_the_legend_names_the_cross_of_any_panel():
    figure = beds({"well": (HEALTHY, HEALTHY), "ill": (ENDED, HEALTHY)}, ylabel="", limits=LIMITS)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["healthy", "sick", "nan from here"]


@pytest.mark.parametrize("count", [1, 4, 5, 8])
def test_each_patient_has_a_panel_and_all_have_one_scale(count):
    patients = {f"bed {bed}": (HEALTHY, HEALTHY) for bed in range(count)}
    figure = beds(patients, ylabel="exact W₁", limits=LIMITS)
    assert [axes.get_title() for axes in figure.axes] == list(patients)
    assert {axes.get_ylim() for axes in figure.axes} == {LIMITS}


def test_a_run_that_leaves_the_picture_stays_at_its_edge():
    far = [(STEPS, 1e6 * LEVELS[1.0])]
    figure = beds({"far": (far, HEALTHY)}, ylabel="exact W₁", limits=LIMITS)
    assert lines(figure.axes[0])["sick"].get_ydata().max() == LIMITS[1]


def test_ends_are_marked_run_by_run_and_nan_by_a_cross_at_the_edge():
    figure = ends(
        [{"one": [0.5, 2.0, float("nan")]}, {"two": [1e9]}],
        [(0.9, 1.1)] * 2,
        xlabel="W₁",
        limits=LIMITS,
    )
    left, right = map(lines, figure.axes)
    assert sorted(left["one"].get_xdata()) == [0.5, 2.0]
    assert left["one: nan"].get_xdata() == [LIMITS[1]]
    assert right["two"].get_xdata() == [LIMITS[1]] and "two: nan" not in right


def bed(samples=None, runs=HEALTHY):
    curves = dict.fromkeys(MEASURES, runs)
    return Bed(curves, curves, torch.rand(20, 2) if samples is None else samples)


def test_the_healthy_curves_come_with_the_treatment():
    alone, beside = (bedside(bed(), [("a", "b")], compare=compare) for compare in (False, True))
    assert "healthy" not in lines(alone.axes[0]) and "healthy" in lines(beside.axes[0])


def test_the_words_of_the_page_are_read_out():
    figure = bedside(bed(), [("The owner", "it does nothing")], compare=False)
    assert "The owner: it does nothing" in describe(figure)


def test_a_bedside_that_is_drawn_again_looks_like_a_new_one():
    torch.manual_seed(0)
    points, images = bed(torch.rand(20, 2)), bed(torch.rand(16, 1, 28, 28) * 2 - 1, ENDED)
    words = [("one", "two " * 100)]
    for now, before in ((points, images), (images, points)):
        old = bedside(before, [("x", "y")], compare=True)
        again = bedside(now, words, compare=False, figure=old)
        assert png(again) == png(bedside(now, words, compare=False))


def test_images_and_points_are_told_apart():
    points, images = (bedside(bed(samples), [("a", "b")], compare=False)
                      for samples in (torch.rand(20, 2), torch.rand(16, 1, 28, 28)))  # fmt: skip
    assert "modes" in lines(points.axes[3]) and not points.axes[3].images
    assert np.shape(images.axes[3].images[0].get_array()) == (112, 112)
