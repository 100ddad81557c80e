"""The figures of lesson 08: what is given is what is drawn, and bad input has a name."""

import numpy as np
import pytest
import torch

from wgan_lib.classroom.figures import images as figures
from wgan_lib.classroom.pictures import png
from wgan_lib.images.datasets import digits

DIGITS = digits("test").images
ENDS = {"real": {"fd": 0.2, "score": 9.8}, "noise": {"fd": 500.0, "score": 1.0}}
METRICS = {"fd": "Fréchet distance (log)", "score": "classifier score"}


def boxes_overlap(figure, artists):
    """Whether any two of these artists cover each other on the page."""
    png(figure)  # places everything
    boxes = [artist.get_window_extent() for artist in artists]
    return any(a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[k + 1 :])


# ------------------------------------------------------------------ rows of images


def test_rows_show_the_images_and_their_names():
    figure = figures.labelled_rows({"real": DIGITS[:5], "fake": DIGITS[5:12]}, columns=5, title="T")
    (axes,) = figure.axes
    sheet = axes.images[0].get_array()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["real", "fake"]
    assert axes.get_title() == "T"
    np.testing.assert_allclose(np.squeeze(sheet)[29:57, :28], (DIGITS[5, 0] + 1) / 2, atol=1e-6)


def test_long_names_fit_on_the_page():
    figure = figures.labelled_rows({"non-saturating GAN": DIGITS[:12], "b": DIGITS[:12]})
    png(figure)
    axes = figure.axes[0]
    assert all(label.get_window_extent().x0 >= 0 for label in axes.get_yticklabels())
    assert not boxes_overlap(figure, axes.get_yticklabels())


def test_colours_are_rows_too():
    rows = {"a": torch.rand(3, 3, 32, 32), "b": torch.zeros(3, 3, 32, 32)}
    assert figures.labelled_rows(rows, columns=3).axes[0].images[0].get_array().shape[2] == 3


def test_a_short_row_is_named():
    with pytest.raises(ValueError, match="rows must hold 12 images each, 'fake' holds fewer"):
        figures.labelled_rows({"real": DIGITS[:12], "fake": DIGITS[:11]})


# ------------------------------------------------------------------ scales


def runs(*values):
    return [{"fd": value, "score": 10 - value} for value in values]


def test_each_run_is_a_mark_on_each_scale_between_the_two_ends():
    figure = figures.scales({"GAN": runs(4.0, 5.0), "WGAN": runs(6.0)}, ENDS, METRICS)
    left, right = figure.axes
    marks = [line for line in left.lines if line.get_linestyle() == "None"]
    assert [line.get_xdata().tolist() for line in marks] == [[4, 5], [6]]
    assert [label.get_text() for label in left.get_yticklabels()] == ["GAN", "WGAN"]
    assert left.get_title() == "Fréchet distance" and left.get_xscale() == "log"
    assert right.get_xscale() == "linear"
    ends = {line.get_label(): line.get_xdata()[0] for line in right.lines[-2:]}
    assert ends == {"real": 9.8, "noise": 1.0}
    assert not boxes_overlap(figure, [figure.legends[0], *right.get_xticklabels()])


def test_the_first_kind_is_on_top():
    figure = figures.scales({"GAN": runs(4.0), "WGAN": runs(6.0)}, ENDS, METRICS)
    low, high = figure.axes[0].get_ylim()
    assert low > high


# ------------------------------------------------------------------ curves


def test_both_clocks_show_every_seed_and_name_each_kind_once():
    step = torch.arange(50, 200, 50.0)
    run = {"step": step, "seconds": step / 10, "fd": 100 / step}
    figure = figures.two_clocks({"GAN": [run, run], "WGAN": [run]}, "fd", ylabel="distance")
    for axes, clock in zip(figure.axes, ("step", "seconds"), strict=True):
        assert [line.get_xdata().tolist() for line in axes.lines] == [run[clock].tolist()] * 3
        assert axes.get_yscale() == "log"
        assert axes.get_legend_handles_labels()[1] == ["GAN", "WGAN"]
    assert figure.axes[1].get_legend() is not None


def test_a_way_has_a_first_and_a_last_look():
    _, panes = figures.panels(2)
    run = {"critic_estimate": [3.0, 2.0, 1.0], "frechet_distance": [90.0, 20.0, 5.0]}
    for axes in panes:
        figures.follows(run, "critic_estimate", "frechet_distance", title="GAN", axes=axes)
    way, first, last = panes[0].lines
    assert way.get_xydata().tolist() == [[3, 90], [2, 20], [1, 5]]
    assert first.get_xydata().tolist() == [[3, 90]] and last.get_xydata().tolist() == [[1, 5]]
    assert panes[0].get_legend() is None and panes[1].get_legend() is not None


# ------------------------------------------------------------------ the widget's picture


def test_a_view_is_drawn_again_in_the_same_figure_as_if_it_were_new():
    chances = torch.eye(10)
    old = figures.latent_view(DIGITS[0], DIGITS[:13], 0, chances[0])
    again = figures.latent_view(DIGITS[7], DIGITS[7:20], 4, chances[7], old)
    fresh = figures.latent_view(DIGITS[7], DIGITS[7:20], 4, chances[7])
    assert again is old
    assert png(again) == png(fresh)


def test_the_frame_is_round_the_digit_that_is_shown():
    figure = figures.latent_view(DIGITS[5], DIGITS[:13], 5, torch.full((10,), 0.1))
    strip = figure.axes[2]
    (frame,) = strip.patches
    x = int(frame.get_x() + 0.5)
    np.testing.assert_allclose(strip.images[0].get_array()[:, x : x + 28], DIGITS[5, 0])
