"""Piecewise-linear networks on the line: where they bend, and how steep they are, exactly."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrize import type_before_parametrizations

from wgan_lib.ground.arguments import finite_number
from wgan_lib.lipschitz.bounds import LEAKY_RELUS, RELUS, layers_in_a_row, refuse_what_changes
from wgan_lib.lipschitz.layers import GroupSort

ROUNDING_SHARE = 1e-9  # a piece of [low, high] narrower than this share of it is taken for rounding


def exact_constant_1d(network: nn.Module, low: float, high: float) -> float:
    """The steepest slope of a piecewise-linear network ℝ → ℝ on [low, high], in float64.

    Between two neighbouring breakpoints the network is straight, so one slope each says all.
    Raises what ``breakpoints`` raises.
    """
    ends = breakpoints(network, low, high)
    wide = ends.diff() > ROUNDING_SHARE * (ends[-1] - ends[0])
    middles = ((ends[1:] + ends[:-1]) / 2)[wide, None].requires_grad_()
    with torch.enable_grad():
        total = nn.Sequential(*_straight_layers(network))(middles).sum()
    return torch.autograd.grad(total, middles)[0].abs().max().item()


@torch.no_grad()
def breakpoints(network: nn.Module, low: float, high: float) -> Tensor:
    """Where a piecewise-linear network ℝ → ℝ can change its slope in [low, high]; M, sorted.

    Layer by layer: between the points found so far the hidden values are straight lines, so a new
    bend lies where one of them (for ReLU) or a difference of two (for sorting) crosses 0. The two
    ends are included; float64, on the CPU. Dense layers, ReLU, leaky ReLU and GroupSort only:
    raises TypeError for others, ValueError if low is not below high or if the network is not
    from one number to one.
    """
    low, high = finite_number("low", low), finite_number("high", high)
    if low >= high:
        raise ValueError(f"low must be less than high, got {low} and {high}")
    points = torch.tensor([low, high], dtype=torch.float64)
    hidden = points[:, None]
    layers = _straight_layers(network)
    for depth, layer in enumerate(layers):
        switches = _switches(layer, hidden)
        if switches is not None:
            points = torch.cat([points, _crossings(points, switches)]).unique()
        hidden = nn.Sequential(*layers[: depth + 1])(points[:, None])
    return points


def _straight_layers(network: nn.Module) -> list[nn.Module]:
    """The layers in float64 on the CPU, once it is known that they make a function ℝ → ℝ."""
    layers = list(layers_in_a_row(copy.deepcopy(network)))
    for layer in layers:
        refuse_what_changes(layer)
        kind = type_before_parametrizations(layer)
        if kind not in (nn.Linear, nn.Identity, nn.Flatten, GroupSort, *RELUS, *LEAKY_RELUS):
            raise TypeError(
                "network must be piecewise linear (dense layers with ReLU, leaky ReLU or "
                f"GroupSort), got {layer}"
            )
    dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if not dense or (dense[0].in_features, dense[-1].out_features) != (1, 1):
        raise ValueError(f"network must map one number to one number, got {network}")
    return [layer.cpu().double() for layer in layers]


def _switches(layer: nn.Module, hidden: Tensor) -> Tensor | None:
    """The quantities M×k at whose zeros the layer bends; hidden M×d is what it gets."""
    if type(layer) in (*RELUS, *LEAKY_RELUS):
        return hidden
    if isinstance(layer, GroupSort):
        groups = hidden.unflatten(1, (layer.group_size, -1))
        first, second = torch.triu_indices(layer.group_size, layer.group_size, 1)
        return (groups[:, first] - groups[:, second]).flatten(1)
    return None


def _crossings(points: Tensor, lines: Tensor) -> Tensor:
    """Where lines that are straight between the points change their sign; points M, lines M×k."""
    left, right = lines[:-1], lines[1:]
    share = left / (left - right)
    place = points[:-1, None] + share * points.diff()[:, None]
    return place[left.sign() * right.sign() < 0]
