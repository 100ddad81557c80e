"""The sliding cone: right over its whole range."""

import itertools

import pytest
import torch

from wgan_lib.classroom.widgets.cones import FUNCTIONS, LINE, draw_cone, relu_network, sliding_cone
from wgan_lib.lipschitz.cones import cone_violations
from wgan_lib.lipschitz.gradients import gradient_norms
from wgan_lib.lipschitz.piecewise_linear import breakpoints, exact_constant_1d

NARROWEST = {"sin x": 1.0, "|x|": 1.0, "a ReLU network": 1.5}


def title(figure):
    return figure.axes[0].get_title()


def everywhere(figure):
    return figure.axes[0].get_xlabel()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_words_agree_with_the_definition_over_the_whole_range(function):
    heights = FUNCTIONS[function](LINE)
    for K, x in itertools.product((0.0, 0.3, 1.0, 1.5, 2.7, 4.0), (-3.0, -1.25, 0.0, 0.5, 3.0)):
        figure = draw_cone(function, K, x)
        at = int((LINE - x).abs().argmin())
        found = cone_violations(LINE, heights, K)
        touched = (found.pairs == at).any(1)
        here = f"entered by {found.excess[touched].max():.2f}" if touched.any() else "not entered"
        assert here in title(figure) and f"tip at {x:.2f}" in title(figure)
        assert ("never entered" in everywhere(figure)) is not found.entered


@pytest.mark.parametrize("function", NARROWEST)
def test_the_slider_finds_the_narrowest_cone(function):
    widget = sliding_cone()
    widget.controls["function"].value = function
    for K, entered in ((NARROWEST[function] - 0.1, True), (NARROWEST[function], False)):
        widget.controls["K"].value = K
        assert ("never entered" not in everywhere(widget.figure)) is entered


def test_no_place_of_the_slider_frees_the_root():
    widget = sliding_cone()
    for K in range(5):
        widget.controls["K"].value = K
        assert "never entered" not in everywhere(widget.figure)


def test_every_place_of_the_slider_is_a_point_of_the_graph():
    control = sliding_cone().controls["x"]
    assert (control.min, control.max) == (LINE[0], LINE[-1])
    assert torch.allclose(LINE.diff(), torch.full((120,), control.step, dtype=torch.float64))


def test_the_first_picture_shows_a_violation():
    words = sliding_cone()._repr_mimebundle_()[0]["text/plain"]
    assert words.startswith("The sliding cone (function = √|x|, K = 2, x = 0)")
    assert "entered by 0.12" in words


def test_the_network_is_what_its_description_says():
    network = relu_network()
    assert breakpoints(network, -4, 3).tolist() == [-4, -3, -2, -1, 0, 1, 2, 3]
    middles = torch.arange(-2.5, 3, 1, dtype=torch.float64)[:, None]
    assert gradient_norms(network, middles).tolist() == [0.5, 1.0, 0.5, 1.5, 0.5, 1.0]
    assert exact_constant_1d(network, -3, 3) == 1.5
