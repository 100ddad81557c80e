"""Lesson 03's figures: they show what they are given, are labelled, and refuse the rest."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.classroom import figures
from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures import parallel_lines, transport
from wgan_lib.classroom.pictures import png

PLACES = torch.arange(3, dtype=torch.float64)
PLAN = torch.tensor([[0.2, 0.3, 0.0], [0.0, 0.1, 0.0], [0.4, 0.0, 0.0]])
THETA = np.linspace(-1, 1, 9)
CLOUD = torch.tensor([[0.0, 0.0], [1.0, 1.0], [2.0, 0.0]])
SIZES, FALLING = [10, 100, 1000], [1.0, 0.3, 0.1]


def distances():
    return {"KL": np.where(THETA == 0, 0, math.inf), "W₁": abs(THETA), "JS (none)": 9 * [math.nan]}


DRAWN = {
    "earth_moved": lambda: transport.earth_moved(PLACES, PLAN, title="moves"),
    "plan_table": lambda: transport.plan_table(PLAN, PLACES, PLACES, title="plan"),
    "wide table": lambda: transport.plan_table(PLAN[:1], [0.5], PLACES, written=False),
    "moves_and_table": lambda: transport.moves_and_table(PLACES, PLAN, "both"),
    "area_cut_twice": lambda: transport.area_cut_twice([2, 0], [1, 3], [1], [5]),
    "matched": lambda: transport.matched(CLOUD, CLOUD + 1, PLAN),
    "shrinking": lambda: transport.shrinking(SIZES, {"1-D": FALLING}, ylabel="W₁", title="falls"),
    "valleys": lambda: transport.valleys(
        {"n": (THETA, THETA**2)}, xlabel="σ", ylabel="W₁", title=""
    ),
    "over_theta": lambda: parallel_lines.over_theta(THETA, distances(), ceiling=1.3),
    "descents": lambda: parallel_lines.descents({"TV": [0.9, 0.9], "W₁": [0.9, 0.1]}),
    "two_lines": lambda: parallel_lines.two_lines(
        0.5,
        0.1,
        {name: (THETA, values) for name, values in distances().items()},
        {"KL": math.inf, "W₁": 0.5},
    ),
}


@pytest.mark.parametrize("draw", DRAWN.values(), ids=DRAWN.keys())
def test_every_figure_is_drawn_labelled_and_described(draw):
    figure = draw()
    assert figure.axes[0].get_xlabel() and figure.axes[0].get_ylabel()
    assert Image.open(io.BytesIO(png(figure))).width > 100
    assert describe(figure) == describe(draw()) and png(draw()) == png(draw())


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: transport.earth_moved(PLACES, PLAN, axes=axes),
        lambda axes: transport.plan_table(PLAN, PLACES, PLACES, axes=axes),
        lambda axes: transport.matched(CLOUD, CLOUD, PLAN, axes=axes),
        lambda axes: parallel_lines.over_theta(THETA, distances(), ceiling=1, axes=axes),
    ],
)
def test_figures_can_stand_side_by_side(draw):
    figure, panes = figures.panels(2)
    assert draw(panes[1]) is figure
    assert describe(figure).splitlines()[0] == "empty axes" and panes[1].has_data()


def test_piles_are_the_margins_of_the_plan():
    axes = transport.earth_moved(PLACES, PLAN).axes[0]
    p, q = (np.array(container.datavalues) for container in axes.containers)
    assert p / p.sum() == pytest.approx([0.5, 0.1, 0.4])
    assert q / q.sum() == pytest.approx([0.6, 0.4, 0.0])


def test_every_move_is_a_line_as_wide_as_it_is_big_and_what_stays_is_grey():
    axes = transport.earth_moved(PLACES, PLAN).axes[0]
    lines = axes.collections[0]
    ends = [(start[0], end[0]) for start, end in lines.get_segments()]
    assert ends == [(0, 0), (0, 1), (1, 1), (2, 0)]
    widths = lines.get_linewidths()
    assert np.argsort(widths).tolist() == [2, 0, 1, 3]
    colours = [tuple(colour) for colour in lines.get_colors()]
    assert colours[0] == colours[2] != colours[1] == colours[3]


def test_a_table_shows_its_amounts_from_top_to_bottom():
    axes = transport.plan_table(PLAN, PLACES, PLACES).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.2", "0.3", "0.1", "0.4"]
    assert axes.get_ylim() == (3, 0)
    assert axes.collections[0].get_array().tolist() == PLAN.double().tolist()


def test_both_cuts_hold_the_same_area():
    figure = transport.area_cut_twice([2, 0], [1, 3], [1], [5], strips=400)
    left, right = figure.axes
    (area,) = [each for each in left.patches if hasattr(each, "get_data")]
    heights, edges, below = area.get_data()
    upright = (np.abs(heights - below) * np.diff(edges)).sum()
    strips = right.collections[0].get_segments()
    across = np.mean([abs(end[0] - start[0]) for start, end in strips])
    assert upright == pytest.approx(1.0) == across


def test_infinite_values_leave_by_the_ceiling_and_missing_ones_are_not_drawn():
    axes = parallel_lines.over_theta(THETA, distances(), ceiling=1.3).axes[0]
    kl, alone, arrows, w1, missing = axes.lines
    assert alone.get_xydata().tolist() == [[0.0, 0.0]]  # a line through one point shows nothing
    assert kl.get_label() == "KL (↑: ∞)" and np.isfinite(kl.get_ydata()).sum() == 1
    assert set(arrows.get_xdata()) == set(THETA[THETA != 0])
    assert (arrows.get_ydata() < 1.3).all() and w1.get_label() == "W₁"
    assert np.isnan(missing.get_ydata()).all()


def test_tables_side_by_side_can_share_their_colours():
    most = [transport.plan_table(share * PLAN, PLACES, PLACES, most=0.9) for share in (1.0, 0.1)]
    assert {figure.axes[0].collections[0].get_clim() for figure in most} == {(0, 0.9)}


def test_the_lowest_point_is_marked():
    series = {"n": ([0, 1, 2], [3, 1, 2])}
    axes = transport.valleys(series, xlabel="σ", ylabel="W₁", title="").axes[0]
    assert axes.lines[1].get_xydata().tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: transport.earth_moved(PLACES, PLAN[:2]), "plan must have a row and a column"),
        (lambda: transport.earth_moved([0.0], [[1.0]]), "at least 2 places"),
        (lambda: transport.plan_table(PLAN, PLACES, [0, 1]), "plan must have shape"),
        (lambda: transport.area_cut_twice([0, 1], [1], [0], [1]), "x must have one mass a place"),
        (lambda: transport.matched(CLOUD, CLOUD[:2], PLAN), "plan must have shape"),
        (lambda: parallel_lines.over_theta(THETA, {}, ceiling=1), "values must name at least one"),
    ],
)
def test_what_does_not_fit_is_refused(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
