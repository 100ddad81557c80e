"""The widgets of lesson 01: the numbers they show are right over the whole range."""

import itertools
import math

import pytest
import torch

from wgan_lib.classroom.widgets.entropy import coin_and_code, sliding_gaussians
from wgan_lib.divergences import binary_entropy, entropy

STEP = 0.005
FINE = torch.arange(-25, 45, STEP, dtype=torch.float64)


def title(explorer, panel):
    """The numbers in the title of a panel, by name."""
    pairs = (each.rsplit(" ", 1) for each in explorer.figure.axes[panel].get_title().split(", "))
    return {name: float(number) for name, number in pairs}


def put(explorer, **values):
    for name, value in values.items():
        explorer.controls[name].value = value
    assert explorer.fault.value == ""


def test_a_coins_code_costs_its_entropy_and_less_than_a_bit_a_word_more():
    explorer = coin_and_code()
    for heads, tosses in itertools.product([0, 0.11, 0.73, 1], [1, 3]):
        put(explorer, heads=heads, tosses=tosses)
        shown = title(explorer, 0)
        assert shown["entropy"] == round(binary_entropy(heads).item(), 3)
        assert shown["entropy"] <= shown["code"] <= shown["entropy"] + 1 / tosses


def test_the_code_shown_is_the_code_of_the_coin():
    explorer = coin_and_code()
    put(explorer, heads=0.2, tosses=2)
    bars = {each.get_label(): each for each in explorer.figure.axes[1].containers}
    widths = [patch.get_width() for patch in bars["words"]]
    p = [patch.get_width() for patch in bars["probabilities"]]
    assert p == pytest.approx([0.64, 0.16, 0.16, 0.04]) and widths == [0.5, 0.25, 0.125, 0.125]
    assert title(explorer, 0)["code"] == pytest.approx((0.64 + 0.32 + 3 * 0.2) / 2, abs=1e-3)


def test_a_fair_coin_needs_one_question_a_toss():
    explorer = coin_and_code()
    for tosses in (1, 2, 3):
        put(explorer, heads=0.5, tosses=tosses)
        assert title(explorer, 0) == {"entropy": 1, "code": 1}


def test_readings_of_gaussians_are_right_at_both_ends_and_between():
    explorer = sliding_gaussians()
    for shift, width in itertools.product([0.0, 1.5, 10.0], [0.5, 1.7, 3.0]):
        put(explorer, shift=shift, width=width)
        p, q = torch.distributions.Normal(0.0, 1.0), torch.distributions.Normal(shift, width)
        a, b = (law.log_prob(FINE).exp() for law in (p, q))
        halves = (entropy(a, math.e, step=STEP) + entropy(b, math.e, step=STEP)) / 2
        shown = title(explorer, 1)
        exact = torch.distributions.kl_divergence(p, q).item()
        assert shown["KL"] == pytest.approx(exact, abs=2e-3)
        js = entropy((a + b) / 2, math.e, step=STEP) - halves
        assert shown["JS"] == pytest.approx(js.item(), abs=1e-3)
        assert shown["TV"] == pytest.approx(1 - torch.minimum(a, b).sum().item() * STEP, abs=1e-3)


def test_where_the_slider_stands_the_points_stand():
    explorer = sliding_gaussians()
    put(explorer, shift=4.0, width=2.0)
    points = {line.get_label(): line for line in explorer.figure.axes[1].lines}
    shown = title(explorer, 1)
    for name in ("JS", "TV"):
        (at,), (reading,) = points[f"{name} here"].get_data()
        assert at == 4.0 and reading == pytest.approx(shown[name], abs=1e-3)


@pytest.mark.parametrize("make", [coin_and_code, sliding_gaussians])
def test_the_way_to_a_setting_does_not_matter(make):
    """The figure is used again and again; nothing of an earlier setting may stay in it."""
    straight, around = make(), make()
    for name, control in around.controls.items():
        first = control.value
        for value in (control.min, control.max, first):
            put(around, **{name: value})
    assert around.picture.value == straight.picture.value


def test_two_widgets_do_not_share_a_figure():
    one, other = sliding_gaussians(), sliding_gaussians()
    before = other.picture.value
    put(one, shift=9.0)
    other.redraw()
    assert other.picture.value == before != one.picture.value
