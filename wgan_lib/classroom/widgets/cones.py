"""Lesson 04's widget: a double cone that slides along a graph."""

from __future__ import annotations

from functools import partial

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.cones import double_cone
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider

LINE = torch.arange(-60, 61, dtype=torch.float64) / 20  # in steps of 0.05, as the slider goes


def relu_network() -> nn.Sequential:
    """A network ℝ → ℝ of six hidden units that bends at −3, −2, −1, 0, 1 and 2.

    Between the bends its slopes are 0.5, −1, 0.5, 1.5, −0.5 and 1.
    """
    network = nn.Sequential(nn.Linear(1, 6), nn.ReLU(), nn.Linear(6, 1)).double()
    state = {
        "0.weight": torch.ones(6, 1),
        "0.bias": torch.tensor([3.0, 2.0, 1.0, 0.0, -1.0, -2.0]),
        "2.weight": torch.tensor([[0.5, -1.5, 1.5, 1.0, -2.0, 1.5]]),
        "2.bias": torch.zeros(1),
    }
    network.load_state_dict(state)
    return network


@torch.no_grad()
def _network_heights(x: Tensor) -> Tensor:
    return relu_network()(x[:, None])[:, 0]


FUNCTIONS = {
    "√|x|": lambda x: x.abs().sqrt(),
    "sin x": torch.sin,
    "|x|": torch.abs,
    "a ReLU network": _network_heights,
}


def draw_cone(function: str, K: float, x: float, figure: Figure | None = None) -> Figure:
    """The double cone of slope K on the graph of one of FUNCTIONS, at the x nearest on LINE.

    An old figure is emptied and used again, which is quicker.
    """
    _, (axes,) = canvas(figure, ((0.09, 0.15, 0.88, 0.75),), size=(7.6, 4.2))
    at = int((LINE - x).abs().argmin())
    return double_cone(function, LINE, FUNCTIONS[function](LINE), at=at, K=K, axes=axes)


def sliding_cone() -> Explorer:
    """Lesson 04: slide a double cone along a graph, and widen it until nothing enters."""
    return Explorer(
        "The sliding cone",
        partial(draw_cone, figure=draw_cone("√|x|", 2.0, 0.0)),
        {
            "function": choice("function f", list(FUNCTIONS)),
            "K": slider("slope K", 0, 4, 0.1, value=2),
            "x": slider("place of the tip", -3, 3, 0.05, value=0),
        },
    )
