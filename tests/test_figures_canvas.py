"""Axes kept as pixels: the picture is the one that matplotlib draws, to the last pixel."""

import io

import pytest

from wgan_lib.classroom.figures.canvas import Backdrop, canvas
from wgan_lib.classroom.pictures import png
from wgan_lib.classroom.widgets.catalogue import catalogue


def plainly(figure) -> bytes:
    """The same figure with nothing kept."""
    for axes in figure.axes:
        for artist in list(axes.artists):
            if isinstance(artist, Backdrop):
                artist.remove()
                axes.xaxis.set_visible(True)
                axes.yaxis.set_visible(True)
    return png(figure)


def other_value(control):
    return control.max if hasattr(control, "max") else control.options[-1]


@pytest.mark.parametrize("name", catalogue())
def test_a_widget_that_was_moved_shows_what_matplotlib_draws(name):
    widget = catalogue()[name]()
    for control in widget.controls.values():
        control.value = other_value(control)
    assert widget.picture.value == plainly(widget.figure)


@pytest.fixture
def figure():
    figure, (left, right) = canvas()
    left.plot([0, 1], [0, 1])
    right.plot([0, 1], [1, 0])
    png(figure)
    return figure


@pytest.mark.parametrize(
    "change",
    [
        lambda axes: axes.set_xlim(-3, 3),
        lambda axes: axes.set_ylabel("height"),
        lambda axes: axes.set_xticks([0, 1]),
        lambda axes: axes.set_yticks([0, 1], ["no", "yes"]),
        lambda axes: axes.set_yscale("symlog"),
        lambda axes: axes.set_position((0.6, 0.3, 0.3, 0.5)),
        lambda axes: axes.figure.set_size_inches(7, 7),
        lambda axes: axes.figure.set_dpi(50),
    ],
)
def test_axes_that_change_are_drawn_again(figure, change):
    before = png(figure)
    change(figure.axes[1])
    after = png(figure)
    assert after != before and after == plainly(figure)


def test_axes_that_stay_are_not_drawn_again(figure, monkeypatch):
    before, drawn = png(figure), []
    for axes in figure.axes:
        look = axes.xaxis.get_tightbbox  # asked for once an axis has been drawn
        monkeypatch.setattr(
            axes.xaxis,
            "get_tightbbox",
            lambda renderer, look=look: drawn.append(0) or look(renderer),
        )
    assert png(figure) == before and not drawn
    figure.axes[0].set_xlim(0, 2)
    png(figure)
    assert len(drawn) == 1


def test_what_was_drawn_before_does_not_stay(figure):
    for _ in range(3):
        _, (left, right) = canvas(figure)
        left.plot([0, 1], [1, 1])
        right.plot([0, 1], [1, 1])
    fresh, (left, right) = canvas()
    left.plot([0, 1], [1, 1])
    right.plot([0, 1], [1, 1])
    for old, new in zip(figure.axes, fresh.axes, strict=True):
        new.set(xlim=old.get_xlim(), ylim=old.get_ylim())
        new.set_prop_cycle(None)
        new.lines[0].set_color(old.lines[0].get_color())
    assert png(figure) == png(fresh)


def test_a_figure_without_pixels_can_be_written_too(figure):
    file = io.BytesIO()
    figure.savefig(file, format="pdf")
    assert file.getvalue().startswith(b"%PDF")
