"""Figures of lessons 06 and 07: what is drawn is what was given."""

import numpy as np
import pytest
import torch

from wgan_lib import WGANGP
from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures.penalty import (
    critics_side_by_side,
    heaps_and_slope,
    mixed_points,
    over_seeds,
    pixel_maps,
    potentials,
)
from wgan_lib.classroom.pictures import png
from wgan_lib.distributions import gaussian
from wgan_lib.penalised_critic import penalised_critic

TICKS = torch.linspace(-2, 2, 9)
SURFACE = TICKS[:, None] + 0 * TICKS[None]
REAL, FAKE = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[-1.0, 0.0], [0.0, -1.0]])
PLAN = torch.tensor([[0.5, 0.0], [0.0, 0.5]])
LINE = torch.linspace(-3, 7, 201, dtype=torch.float64)
CRITIC = penalised_critic(WGANGP(), gaussian(0.0, 0.5), gaussian(4.0, 0.5), LINE)
HEAP = torch.exp(-(LINE**2))


def arrows(axes):
    """Where each arrow starts and where it ends."""
    return {(tuple(note.xyann), tuple(note.xy)) for note in axes.texts}


def test_arrows_go_from_the_fake_to_the_real_end_of_each_move():
    figure = potentials({"f": SURFACE, "g": -SURFACE}, TICKS, REAL, FAKE, PLAN)
    for axes in figure.axes[:2]:
        assert arrows(axes) == {((-1.0, 0.0), (1.0, 0.0)), ((0.0, -1.0), (0.0, 1.0))}


def test_potentials_share_their_colours():
    figure = potentials({"f": SURFACE, "g": 3 * SURFACE}, TICKS, REAL, FAKE, PLAN)
    limits = [axes.collections[0].get_clim() for axes in figure.axes[:2]]
    assert limits == [(-6.0, 6.0)] * 2


def test_slopes_that_leave_the_picture_are_drawn_at_its_edge_and_none_where_nothing_passes():
    slope = torch.where(LINE < 0, 0.0, -1e6)
    line = heaps_and_slope(CRITIC._replace(slope=slope), HEAP, HEAP).axes[1].lines[0].get_ydata()
    assert np.array_equal(np.isnan(line), LINE < 0) and (line[LINE >= 0] == 1000).all()


def test_a_canvas_that_is_drawn_again_looks_like_a_new_one():
    def draw(figure=None):
        return heaps_and_slope(CRITIC, HEAP, HEAP, figure=figure)

    other = heaps_and_slope(CRITIC._replace(slope=-3 * CRITIC.slope), HEAP, HEAP)
    assert png(draw(other)) == png(draw())
    points = mixed_points(REAL, FAKE, (REAL + FAKE) / 2, title="a")
    again = mixed_points(REAL, FAKE, REAL, title="b", figure=points)
    assert png(again) == png(mixed_points(REAL, FAKE, REAL, title="b"))


def test_the_band_holds_every_run_and_the_line_is_the_median():
    runs = [([1, 2], values) for values in ([1.0, 5.0], [2.0, 4.0], [9.0, 0.0])]
    figure = over_seeds({"modes": {"GAN": runs}, "W₁": {"GAN": runs}}, perfect={"modes": 8})
    axes, other = figure.axes
    assert len(other.lines) == 1
    assert axes.lines[0].get_ydata().tolist() == [2.0, 4.0]
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == 0 and band[:, 1].max() == 9
    assert axes.lines[1].get_ydata()[0] == 8 and "perfect" in describe(figure)


def test_every_critic_has_its_panel_and_its_own_scale():
    table = {kind: {law: k * SURFACE for law in "ab"} for kind, k in (("clipped", 1), ("free", 9))}
    figure = critics_side_by_side(table, TICKS, {"a": REAL, "b": FAKE})
    drawn = [axes for axes in figure.axes if axes.get_title()]
    assert [axes.get_title() for axes in drawn] == ["a", "b"] * 2
    assert [axes.get_ylabel() for axes in drawn][::2] == ["clipped: x₂", "free: x₂"]
    highest = [axes.collections[0].get_clim()[1] for axes in drawn]
    assert highest == [2.0, 2.0, 18.0, 18.0]


def test_pixel_maps_count_rows_from_the_top_on_one_scale():
    table = torch.zeros(4, 4)
    table[0, 3] = 2.0
    figure = pixel_maps({"a": table, "b": table / 2}, label="sensitivity")
    first, second = figure.axes[:2]
    assert first.images[0].get_array()[0, 3] == 2 and first.get_ylim()[0] > first.get_ylim()[1]
    assert first.images[0].get_clim() == second.images[0].get_clim() == (0, 2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: potentials({"f": SURFACE}, TICKS, REAL, FAKE, PLAN[:1]), "plan must have shape"),
        (lambda: mixed_points(REAL, FAKE[:1], REAL), "fake must be shaped like real"),
        (lambda: mixed_points(REAL, FAKE, REAL[:, :1]), "mixed must be shaped like real"),
    ],
)
def test_wrong_shapes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
