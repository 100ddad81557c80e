"""Pairs of laws around cones: the tests of Anil, Lucas, Grosse 2019 for 1-Lipschitz critics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.lipschitz.cones import cone_envelope
from wgan_lib.potential_pairs import Mean, Place, PotentialPair, Source


@dataclass(frozen=True, eq=False)
class Cones(PotentialPair):
    """Spheres of one radius around `centres` (M×d), all equally heavy, and the centres themselves.

    Anil, Lucas, Grosse 2019: |x| (one centre on the line), three cones in the plane, a
    cone in 128 dimensions. W₁ is the radius; the potential is minus the distance from the nearest
    centre. p lives on the spheres, where the potential has a gradient. Raises ValueError for
    centres closer than two radii, whose spheres overlap.
    """

    centres: Sequence[Sequence[float]]
    radius: float = 1.0
    name: str = "cones"
    _centres: Tensor = field(init=False, repr=False)

    def __post_init__(self):
        finite_number("radius", self.radius, minimum=0.0, strict=True)
        centres = finite_tensor("centres", self.centres, (2,), torch.float64).double()
        nearest = torch.nn.functional.pdist(centres).min() if len(centres) > 1 else math.inf
        if nearest < 2 * self.radius:
            raise ValueError(
                f"centres must lie two radii apart, {2 * self.radius:g}, got {nearest:.4g}"
            )
        object.__setattr__(self, "_centres", centres)

    @property
    def dimension(self) -> int:
        return self._centres.shape[1]

    @property
    def distance(self) -> Mean:
        return Mean(float(self.radius))

    @property
    def diameter(self) -> float:
        apart = torch.cdist(self._centres, self._centres).max().item()
        return apart + 2 * self.radius

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        positive_integer("n", n)
        centres = self._centres.to(torch.get_default_dtype()).to(device)
        chosen = torch.randint(len(centres), (n,), generator=generator, device=centres.device)
        ray = torch.randn(n, self.dimension, generator=generator, device=centres.device)
        y = centres[chosen]
        return y + self.radius * ray / ray.norm(dim=1, keepdim=True), y

    def potential(self, points: Tensor) -> Tensor:
        centres = self._centres.to(points)
        return -cone_envelope(points, centres, centres.new_zeros(len(centres)))


def absolute_value() -> Cones:
    """±1 and 0 on the line, whose potential is −|x|."""
    return Cones([[0.0]], name="absolute value")


def three_cones() -> Cones:
    """Three circles in the plane and their centres."""
    corners = [[2 * math.cos(a), 2 * math.sin(a)] for a in (0, 2 * math.pi / 3, 4 * math.pi / 3)]
    return Cones(corners, name="three cones")


def high_cone(dimension: int = 128) -> Cones:
    """A sphere in many dimensions and its centre."""
    dimension = positive_integer("dimension", dimension)
    return Cones([[0.0] * dimension], name=f"cone in {dimension} dimensions")
