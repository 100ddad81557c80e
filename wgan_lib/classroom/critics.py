"""Figures of a trained critic over the plane."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from matplotlib.figure import Figure
from torch import Tensor

from wgan_lib.classroom.figures import value_surface


@torch.no_grad()
def critic_surface(
    critic: Callable[[Tensor], Tensor],
    *,
    reach: float = 2.0,
    resolution: int = 81,
    points: Mapping[str, Any] | None = None,
    title: str = "",
    scale: bool = True,
    axes: Any = None,
) -> Figure:
    """The critic's scores over the square [−reach, reach]², less their mean.

    A critic is defined up to a constant; taking the mean away makes two of them comparable.
    `points` and `scale` are those of `value_surface`.
    """
    ticks = torch.linspace(-reach, reach, resolution)
    plane = torch.cartesian_prod(ticks, ticks).flip(1)  # rows of the picture run along y
    scores = critic(plane).reshape(resolution, resolution)
    looks = {"points": points, "title": title, "scale": scale, "axes": axes}
    return value_surface(scores - scores.mean(), ticks, ticks, **looks)
