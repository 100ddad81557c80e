"""The figures of lesson 01: drawn, described, seen to change with their data, and strict."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.codes import code_blocks, coin_and_code
from wgan_lib.classroom.figures.entropy import (
    cliff,
    detours,
    heaps_apart,
    readings_over_shift,
    sliding_heaps,
)
from wgan_lib.classroom.pictures import png
from wgan_lib.codes import huffman

X = torch.linspace(-4, 14, 91)
SHIFTS = torch.arange(5.0)
CODE = ["1", "01", "001", "000"]
P = [0.5, 0.25, 0.125, 0.125]


def heap(shift=0.0):
    return torch.exp(-((X - shift) ** 2) / 2)


def rulers(factor=1.0):
    return {"JS": (SHIFTS, factor * SHIFTS / 9), "TV": (SHIFTS, SHIFTS / 4), "KL": (SHIFTS, SHIFTS)}


def slide(shift=1.0, figure=None):
    heaps = {"P": heap(), "Q": heap(shift)}
    here = {"JS": shift / 9, "TV": shift / 4, "KL": shift}
    return sliding_heaps(X, heaps, rulers(), shift, here, figure=figure)


def coin(bias=0.5, p=(0.5, 0.5), figure=None):
    curves = {"entropy": ([0, 0.5, 1], [0, 1, 0]), "code": ([0, 0.5, 1], [1, 1, 1])}
    here = {"entropy": 1.0, "code": 1.0}
    return coin_and_code(bias, curves, here, p, huffman(p), "HT", figure=figure)


def triples(factor=1.0):
    return {"KL": ([1.0, 2.0, 3.0], [2.0, 1.0, factor]), "TV": ([1.0, 1.0], [1.0, 0.5])}


FIGURES = {
    "heaps_apart": lambda: heaps_apart(X, heap(), heap(SHIFTS[:, None]), SHIFTS, rulers(), 3.2),
    "code_blocks": lambda: code_blocks(P, CODE, "ABCD", title="a code"),
    "code of one word": lambda: code_blocks([1.0], [""], "A"),
    "coin_and_code": coin,
    "sliding_heaps": slide,
    "readings_over_shift": lambda: readings_over_shift(rulers()),
    "detours": lambda: detours(triples()),
    "cliff": lambda: cliff(rulers(), {"JS": (SHIFTS[1:], 0.1 ** SHIFTS[1:])}, flat=3.2),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_every_figure_is_drawn_labelled_and_described(draw):
    figure, again = draw(), draw()
    picture = png(figure)
    assert Image.open(io.BytesIO(picture)).width > 500
    assert all(axes.get_xlabel() for axes in figure.axes)
    assert describe(figure) == describe(again) and "nan" not in describe(figure)
    assert picture == png(again)


def test_a_word_of_n_bits_is_a_block_of_two_to_the_minus_n():
    axes = code_blocks(P, CODE, "ABCD").axes[0]
    blocks = {bars.get_label(): [patch.get_width() for patch in bars] for bars in axes.containers}
    assert blocks["words"] == P and blocks["probabilities"] == P
    assert blocks["questions"] == [0.5, 0.25]
    places = [patch.get_x() for patch in axes.containers[1]]
    assert places == [0, 0.5, 0.75, 0.875]
    assert {text.get_text() for text in axes.texts} == {"?", *"ABCD", "A 1", "B 01"} | {
        "C 001",
        "D 000",
    }


def test_blocks_stand_in_the_order_of_the_words_and_probabilities_go_along():
    axes = code_blocks([0.125, 0.125, 0.25, 0.5], ["001", "000", "01", "1"], "ABCD").axes[0]
    assert [patch.get_width() for patch in axes.containers[2]] == [0.5, 0.25, 0.125, 0.125]


def test_a_block_too_narrow_for_its_text_has_none():
    p = [0.5**n for n in (*range(1, 8), 7)]
    axes = code_blocks(p, huffman(p), ["a long name"] * 8).axes[0]
    assert len(axes.texts) < 3 * len(p) - 2


def test_a_triple_with_a_shorter_detour_is_counted():
    assert describe(detours(triples())).startswith("KL: 1 of 3 | ")
    assert describe(detours(triples(4.0))).startswith("KL: 2 of 3 | ")
    assert "TV: 0 of 2" in describe(detours(triples()))  # equality is no violation


def test_a_ruler_looks_the_same_in_every_figure():
    figures = readings_over_shift(rulers()), readings_over_shift({"TV": rulers()["TV"]})
    colours = [
        {line.get_label(): line.get_color() for line in figure.axes[0].lines} for figure in figures
    ]
    assert colours[0]["TV"] == colours[1]["TV"] and len(set(colours[0].values())) == 3


def test_what_leaves_through_the_ceiling_is_an_arrow():
    low, high = ({a.get_label(): a for a in slide(s).axes[1].lines}["KL here"] for s in (1.0, 3.0))
    assert low.get_ydata()[0] == 1.0 and low.get_marker() == "s"
    assert high.get_ydata()[0] < 1.5 and high.get_marker() == "$↑$"


@pytest.mark.parametrize("draw", [slide, coin], ids=["slide", "coin"])
def test_an_old_figure_drawn_again_is_as_good_as_new(draw):
    figure = draw(3.0 if draw is slide else 0.9)
    again = draw(figure=figure)
    assert again is figure
    assert describe(again) == describe(draw()) and png(again) == png(draw())


def test_a_code_of_another_depth_leaves_nothing_behind():
    figure = canvas()[0]
    for p in ([0.5, 0.25, 0.25], [0.5, 0.5]):
        names = "ABC"[: len(p)]
        code_blocks(p, huffman(p), names, axes=figure.axes[1])
        first = describe(figure)
        canvas(figure)
    assert "words: 2 bars" in first and describe(figure).count("bars") == 0


def test_figures_see_their_data():
    one, other = (describe(readings_over_shift(rulers(factor))) for factor in (1.0, 0.5))
    assert one != other


WRONG = {
    "rows": (lambda: heaps_apart(X, heap(), heap(), SHIFTS, rulers(), 1), r"shape 5 × 91, a row"),
    "fixed": (
        lambda: heaps_apart(X, [1.0], heap(SHIFTS[:, None]), SHIFTS, rulers(), 1),
        r"fixed must have shape \(91,\)",
    ),
    "words": (lambda: code_blocks(P, CODE[:2], "ABCD"), "equally many, got 4, 2 and 4"),
    "names": (lambda: code_blocks(P, CODE, "AB"), "equally many, got 4, 4 and 2"),
    "table": (lambda: code_blocks([P], CODE, "ABCD"), "p must be a row of probabilities"),
    "no ruler": (lambda: readings_over_shift({}), "at least one series"),
    "lengths": (
        lambda: readings_over_shift({"JS": ([1, 2], [1])}),
        "JS must be two rows of one length",
    ),
    "triples": (lambda: detours({"KL": ([1, 2], [1])}), "KL must be two rows of one length"),
    "nan": (lambda: code_blocks([math.nan] * 4, CODE, "ABCD"), "p must be a row of probabilities"),
}


@pytest.mark.parametrize(("call", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_data_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_heights_are_drawn_upwards_on_an_axis_that_points_down():
    left = FIGURES["heaps_apart"]().axes[0]
    path = left.collections[0].get_paths()[2].vertices  # the heap that stands on level 2
    assert path[:, 1].max() == 2 and path[:, 1].min() == pytest.approx(2 - 0.94, abs=1e-3)
    assert path[np.argmin(path[:, 1]), 0] == pytest.approx(0, abs=0.2)
