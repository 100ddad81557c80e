"""Lesson 06's widgets: right numbers over the whole range."""

import itertools
import re

import pytest
import torch

from wgan_lib import WGANGP
from wgan_lib.classroom.widgets.penalty import (
    LINE,
    PLACES,
    SHARED,
    draw_mixed,
    draw_slope,
    interpolation,
    mixed_by,
    penalty_and_slope,
)
from wgan_lib.distributions import gaussian
from wgan_lib.penalised_critic import penalised_critic


def title(figure, panel=1):
    return figure.axes[panel].get_title()


@pytest.mark.parametrize("where", PLACES)
def test_the_title_says_what_the_formula_gives_over_the_whole_range(where):
    for distance, width, exponent in itertools.product((0.5, 3, 6), (0.3, 1), (-1, 0.5, 2)):
        objective = WGANGP(penalty=10**exponent, where=where)
        laws = gaussian(0.0, width), gaussian(distance, width)
        found = penalised_critic(objective, *laws, LINE).estimate
        says = title(draw_slope(distance, width, exponent, where))
        number = re.match(r"estimate (.*), W₁ (.*)", says)
        assert float(number[2]) == pytest.approx(distance, abs=0.01)
        if found < 1000:
            assert float(number[1]) == pytest.approx(found, abs=0.006)
        else:
            assert number[1] == "without limit"


def test_a_dearer_slope_brings_the_estimate_to_the_truth():
    widget = penalty_and_slope()
    seen = []
    for exponent in (-1, 0, 1, 2):
        widget.controls["exponent"].value = exponent
        seen.append(float(title(widget.figure).split()[1].rstrip(",")))
    assert seen == sorted(seen, reverse=True)
    assert seen[0] > 80 and seen[-1] == pytest.approx(4.08, abs=0.01)


def test_no_slope_leaves_the_picture():
    for where in PLACES:
        axes = draw_slope(6, 0.3, -1, where).axes[1]
        heights = torch.as_tensor(axes.lines[0].get_ydata())
        assert heights[heights.isfinite()].max() <= axes.get_ylim()[1]


PAIRS = torch.zeros(500, 3, dtype=torch.float64), torch.ones(500, 3, dtype=torch.float64)


def test_one_epsilon_for_each_sample_for_the_batch_for_each_number():
    made = {s: mixed_by(s, *PAIRS, torch.Generator().manual_seed(0)) for s in SHARED}
    rows, batch, numbers = (made[shared] for shared in SHARED)
    assert (rows == rows[:, :1]).all() and rows[:, 0].unique().numel() == 500
    assert batch.unique().numel() == 1
    assert numbers.unique().numel() == 1500
    assert all(((each >= 0) & (each <= 1)).all() for each in made.values())


def test_only_one_epsilon_a_coordinate_leaves_the_segments():
    for shared in SHARED:
        figure = draw_mixed(shared, 5)
        real, fake, x = (torch.as_tensor(c.get_offsets()) for c in figure.axes[0].collections[1:])
        share = ((x - fake) * (real - fake)).sum(1) / (real - fake).square().sum(1)
        off = (x - torch.lerp(fake, real, share[:, None])).norm(dim=1).max()
        assert off > 0.1 if shared == "each coordinate" else off < 1e-9


def test_the_same_draw_gives_the_same_points_and_another_does_not():
    widget = interpolation()
    first = widget.picture.value
    widget.controls["number"].value = 2
    assert widget.picture.value != first
    widget.controls["number"].value = 1
    assert widget.picture.value == first
