"""Lesson 05's widget: its shortcuts give what a real network with such weights gives."""

import re

import pytest
import torch
from torch import nn

from wgan_lib.classroom.figures.clipping import knob
from wgan_lib.classroom.widgets.clipping import CHANCE, CLIPS, EQUAL, by_chance, draw_knob, norms_at
from wgan_lib.lipschitz.bounds import clipped_bound
from wgan_lib.lipschitz.gradients import gradient_norms_by_layer
from wgan_lib.networks import mlp

POINTS = torch.randn(64, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def critic(layers, units, weights):
    made = mlp([2, *[units] * (layers - 1), 1]).double()
    with torch.no_grad():
        for layer in made:
            if isinstance(layer, nn.Linear):
                layer.weight.copy_(weights(layer.weight.shape))
                layer.bias.zero_()
    return made


@pytest.mark.parametrize("layers", [2, 5, 12])
def test_equal_signs_reach_the_certificate_at_every_layer(layers):
    alike = critic(layers, 64, lambda shape: torch.full(shape, 0.03, dtype=torch.float64))
    measured = gradient_norms_by_layer(alike, POINTS.abs())
    assert norms_at(0.03, layers, 64)[EQUAL].tolist() == pytest.approx(measured, rel=1e-9)
    assert measured[0] == pytest.approx(clipped_bound([2, *[64] * (layers - 1), 1], 0.03))


# Powers of two, so that sums that cancel at c = 1 cancel at every c.
@pytest.mark.parametrize("clip", [2**-10, 2**-3, 1.0])
def test_signs_by_chance_are_those_of_a_network_with_that_clip(clip):
    coins = torch.Generator().manual_seed(0)
    torch.randn(64, 2, generator=coins, dtype=torch.float64)  # the points come first
    real = critic(5, 64, lambda s: clip * ((torch.rand(s, generator=coins) >= 0.5) * 2.0 - 1.0))
    measured = gradient_norms_by_layer(real, POINTS)
    assert norms_at(clip, 5, 64)[CHANCE].tolist() == pytest.approx(measured, rel=1e-9)


def test_chance_never_passes_the_certificate():
    for layers in range(2, 13):
        norms = norms_at(0.05, layers, 128)
        assert len(norms[CHANCE]) == len(norms[EQUAL]) == layers + 1
        assert (norms[CHANCE] <= norms[EQUAL] * (1 + 1e-12)).all()
        assert norms[CHANCE][-1] == norms[EQUAL][-1] == 1


def test_the_title_the_dots_and_the_lines_say_the_same():
    figure = draw_knob(-1.0, 4, "128")
    left, right = figure.axes
    slope, most = map(float, re.findall(r"[\d.]+e[+-]\d+", left.get_title()))
    chance, dot, equal, bound = right.lines
    assert slope == pytest.approx(dot.get_ydata()[0], rel=0.05) == left.lines[0].get_ydata()[0]
    assert most == pytest.approx(bound.get_ydata()[0], rel=0.05)
    at = int((CLIPS - 0.1).abs().argmin())
    for line, point in ((chance, dot), (equal, bound)):
        assert line.get_ydata()[at] == pytest.approx(point.get_ydata()[0], rel=1e-6)


def test_the_coins_are_thrown_once():
    assert by_chance(3, 64) is by_chance(3, 64)


def test_a_name_without_its_slopes_is_refused():
    with pytest.raises(KeyError, match="other"):
        knob({"one": [1, 1], "other": [1, 1]}, CLIPS, {"one": CLIPS}, 0.1)
