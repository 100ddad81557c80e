"""Figures of lesson 04: what is drawn inside the cone is what lies inside it."""

import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures import quick_axes
from wgan_lib.classroom.figures.cones import cones_and_envelope, double_cone, prices_and_moves
from wgan_lib.lipschitz.cones import cone_envelope, cone_violations

LINE = torch.arange(-20, 21, dtype=torch.float64) / 10


def drawn_inside(figure):
    """The places at which the graph is drawn as lying in the cone."""
    lines = [line for line in figure.axes[0].lines if line.get_label() == "in the cone"]
    return {place for line in lines for place in np.flatnonzero(np.isfinite(line.get_ydata()))}


@given(st.sampled_from([torch.sin, torch.abs, torch.exp]), st.integers(0, 40), st.floats(0, 5))
def test_the_thick_part_is_what_violates_the_cone(function, at, K):
    heights = function(LINE)
    figure = double_cone("f", LINE, heights, at=at, K=K, axes=quick_axes())
    pairs = cone_violations(LINE, heights, K).pairs
    partners = pairs[(pairs == at).any(1)].flatten().tolist()
    inside = {place for place in partners if place != at}
    beside = {at - 1, at + 1} & inside  # the thick line then begins at the tip itself
    assert drawn_inside(figure) == inside | ({at} if beside else set())


def said(figure):
    axes = figure.axes[0]
    return axes.get_title(), axes.get_xlabel()


def test_words_say_what_the_picture_shows():
    parabola = LINE**2 / 2
    here, anywhere = said(double_cone("x²/2", LINE, parabola, at=20, K=1.0))
    assert here == "x²/2, K = 1, tip at 0.00: not entered here"
    assert anywhere == "x   (slid along all of it: entered by up to 0.50)"
    here, anywhere = said(double_cone("x²/2", LINE, parabola, at=40, K=1.0))
    assert here == "x²/2, K = 1, tip at 2.00: entered by 0.50"
    assert said(double_cone("x²/2", LINE, parabola, at=40, K=2.0))[1].endswith("never entered)")


@given(st.integers(0, 40), st.sampled_from([0.0, 0.01, 1.0, 300.0]))
def test_the_cone_stays_in_the_picture_and_meets_at_its_tip(at, K):
    axes = double_cone("sin x", LINE, LINE.sin(), at=at, K=K, axes=quick_axes()).axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert len(axes.patches) == 2
    for cone in axes.patches:
        corners = cone.get_xy()
        assert (corners >= [left - 1e-9, low - 1e-9]).all()
        assert (corners <= [right + 1e-9, high + 1e-9]).all()
        tip = [LINE[at].item(), LINE.sin()[at].item()]
        assert np.isclose(corners, tip).all(1).any()


def test_each_move_is_an_arrow_along_the_price():
    plan = torch.tensor([[0.5, 0.0, 0.2], [0.0, 0.0, 0.3], [0.0, 0.0, 0.0]])
    figure = prices_and_moves([0.0, 1.0, 2.0], [2.0, 1.0, 0.0], plan)
    (arrows,) = figure.axes[0].collections
    assert [*zip(arrows.X, arrows.U, arrows.V, strict=True)] == [(0, 2, -2), (1, 1, -1)]
    assert "price f: 3 points, x 0 to 2, y 0 to 2" in describe(figure)


def test_the_envelope_lies_on_its_cones():
    anchors, values = torch.tensor([-1.0, 1.0]), torch.tensor([0.0, 0.5])
    envelope = cone_envelope(LINE, anchors, values, 2.0)
    axes = cones_and_envelope(LINE, anchors, values, envelope, K=2.0).axes[0]
    cones = np.stack([line.get_ydata() for line in axes.lines[:2]])
    assert np.allclose(cones.min(0), axes.lines[2].get_ydata())


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: double_cone("f", LINE, LINE[1:], at=0, K=1), "f must have one height"),
        (lambda: double_cone("f", LINE, LINE, at=41, K=1), "at must be a whole number from 0 to"),
        (lambda: double_cone("f", LINE, LINE, at=0.5, K=1), "at must be a whole number from 0 to"),
        (lambda: double_cone("f", LINE, LINE, at=0, K=-1), "K must be a finite number"),
        (lambda: double_cone("f", [], [], at=0, K=1), "x must hold at least one number"),
        (lambda: prices_and_moves([0, 1], [0, 1], [[1]]), "plan must have shape 2 × 2"),
        (lambda: prices_and_moves([0, 1], [0], [[1]]), "prices must have one height"),
        (lambda: cones_and_envelope([0], [0, 1], [0], [0]), "values must be 2 numbers"),
        (lambda: cones_and_envelope([0, 1], [0], [0], [0]), "envelope must have one height"),
    ],
)
def test_wrong_data_are_refused(call, word):
    with pytest.raises(ValueError, match=re.escape(word)):
        call()
