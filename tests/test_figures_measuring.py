"""Figures of lesson 12: what is drawn is what was given."""

import pytest
import torch

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures.measuring import (
    gradient_fields,
    laws_and_moves,
    over_dimensions,
    way_and_dimension,
)

TICKS = torch.linspace(-1, 1, 5)
SURFACE = TICKS[:, None] + TICKS
POINTS = torch.tensor([[0.0, 0.5], [0.5, -0.5]])
ARROWS = torch.tensor([[1.0, 0.0], [0.0, -2.0]])
RUNS = {2: [0.9, 1.0, 1.4], 8: [0.5, 0.6, 0.7]}
OTHERS = {"value": {"a": 1.0, "b": 9.0}, "cosine": {"a": 0.5, "b": 0.2}}


def test_moves_go_from_the_fake_to_the_real_points():
    figure = laws_and_moves(SURFACE, TICKS, POINTS, POINTS + ARROWS / 4, moves=1)
    left, right = figure.axes[:2]
    (move,) = right.texts
    assert [*move.xyann, *move.xy] == [0.0, 0.5, 0.25, 0.5]
    assert [len(cloud.get_offsets()) for cloud in left.collections] == [2, 2]
    with pytest.raises(ValueError, match="real must be shaped like fake"):
        laws_and_moves(SURFACE, TICKS, POINTS, POINTS[:1])


def test_arrows_stand_at_the_points_and_share_a_scale():
    figure = gradient_fields({"f": SURFACE, "g": SURFACE}, {"f": ARROWS, "g": 3 * ARROWS},
                             TICKS, POINTS)  # fmt: skip
    first, second = (axes.collections[-1] for axes in figure.axes)
    assert first.XY.tolist() == POINTS.tolist()
    assert first.U.tolist() == [1, 0] and second.V.tolist() == [0, -6]
    assert first.scale == second.scale


def test_lines_are_medians_and_bands_hold_all_runs():
    tables = {"ours": {"ratio": {"a": RUNS}, "cosine": {"a": RUNS}},
              "theirs": {"ratio": {"b": RUNS}, "cosine": {"b": RUNS}}}  # fmt: skip
    figure = over_dimensions(tables, limits={"ratio": (0, 2)})
    top = figure.axes[0]
    assert top.get_title() == "ours" and top.get_ylim() == (0, 2)
    assert top.lines[1].get_xydata().tolist() == [[2, 1.0], [8, 0.6]]
    band = top.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (0.5, 1.4)
    assert "theirs" in describe(figure)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["truth", "a", "b"]


def test_the_chosen_way_stands_out_and_nothing_leaves_the_picture():
    figure = way_and_dimension({"value": RUNS}, OTHERS, 8, "a", title="t")
    bars = figure.axes[1].patches
    assert [bar.get_alpha() for bar in bars] == [1.0, 0.35] * 2
    assert max(bar.get_height() for bar in bars) == figure.axes[1].get_ylim()[1]


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match="arrows must be shaped like points"):
        gradient_fields({"f": SURFACE}, {"f": ARROWS[:1]}, TICKS, POINTS)
