"""Pairs of laws that are hard to measure, of any dimension: funnels.

Rebuilt from the description in Korotin, Kolesov, Burnaev 2022 ("Kantorovich Strikes Back!"): the
same law of pairs as the published ones, and not the same pairs. Lesson 12.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_tensor, positive_integer
from wgan_lib.lipschitz.cones import cone_envelope
from wgan_lib.potential_pairs import Mean, Place, PotentialPair, Source, mean_of

HALF_SIDE = 2.5  # of the box [−2.5, 2.5]^d
OFFSET = 0.1  # std of the heights of the funnels' centres
POWER = 8  # what was a share t of the way from the centre becomes t⁸
PRECISION = 1e-3  # of W₁: its standard error is no larger a share of it
CHUNK = 2**13  # draws at a time


class Rays(NamedTuple):
    """Where points stand in their funnels.

    owner N is the funnel, away N×d the way from its centre to the point, run N that way's length,
    and reach N how long it could be before it leaves the funnel's cell or the box.
    """

    owner: Tensor
    away: Tensor
    run: Tensor
    reach: Tensor


def rays(points: Tensor, centres: Tensor, offsets: Tensor) -> Rays:
    """From the centre of the funnel that each point lies in: points N×d, centres M×d, offsets M.

    Funnel n is the cone ‖x − centre_n‖ + offset_n, and a point lies in the one that is lowest
    there. A cell is star-shaped around its centre, so a ray from there leaves it once.
    """
    run, owner = _lowest(points, centres, offsets)
    away = points - centres[owner]
    along = away / run.clamp_min(torch.finfo(run.dtype).tiny)[:, None]
    to_the_box = ((HALF_SIDE - centres[owner] * along.sign()) / along.abs()).amin(1)
    to_others = _crossings(along, owner, centres, offsets).amin(1)
    return Rays(owner, away, run, torch.minimum(to_the_box, to_others).maximum(run))


def _lowest(points: Tensor, centres: Tensor, offsets: Tensor) -> tuple[Tensor, Tensor]:
    """The distance from the centre of the lowest funnel, and which that is."""
    distances = torch.cdist(points, centres, compute_mode="donot_use_mm_for_euclid_dist")
    owner = (distances + offsets).argmin(1)
    return distances.gather(1, owner[:, None])[:, 0], owner


def _crossings(along: Tensor, owner: Tensor, centres: Tensor, offsets: Tensor) -> Tensor:
    """How far along its ray each point would meet each other funnel, N×M; infinite where never.

    With c the way from the other centre to the own one and δ the own offset minus the other's, the
    two cones are equally high where ‖s·along + c‖ = s + δ, at s = (‖c‖² − δ²) / 2(δ − along·c).
    """
    apart = torch.cdist(centres, centres, compute_mode="donot_use_mm_for_euclid_dist")
    higher = offsets[:, None] - offsets
    dot = (along * centres[owner]).sum(1, keepdim=True) - along @ centres.T
    closing = higher[owner] - dot
    meeting = (apart.square() - higher.square())[owner] / (2 * closing)
    itself = torch.arange(len(centres), device=owner.device) == owner[:, None]
    return meeting.masked_fill((closing <= 0) | itself, math.inf)


@dataclass(frozen=True, eq=False)
class FunnelPair(PotentialPair):
    """q is uniform on [−2.5, 2.5]^d; p is drawn in towards the centres of the funnels.

    The potential is u(x) = min_n ‖x − a_n‖ + b_n, with a_n uniform in the box and b_n normal, of
    std 0.1. On each ray from a centre, as far as the funnel's cell and the box reach, a point of q
    at a share t of the way comes from one of p at t⁸. All moves go along rays, straight up the
    slope of u, so that W₁ = E‖x − y‖. Korotin et al. 2022, sec. 4.

    dimension, funnels and seed decide the pair. Given its ray, t has density d·t^(d−1): W₁ is the
    mean reach times d/(d + 1) − d/(d + 8), from draws that leave it a standard error below 0.1 %.
    """

    dimension: int
    funnels: int = 16
    seed: int = 0
    centres: Tensor = field(init=False, repr=False)
    offsets: Tensor = field(init=False, repr=False)

    def __post_init__(self):
        positive_integer("dimension", self.dimension)
        positive_integer("funnels", self.funnels)
        source = torch.Generator().manual_seed(positive_integer("seed", self.seed, minimum=0))
        double = {"generator": source, "dtype": torch.float64}
        centres = HALF_SIDE * (2 * torch.rand(self.funnels, self.dimension, **double) - 1)
        object.__setattr__(self, "centres", centres)
        object.__setattr__(self, "offsets", OFFSET * torch.randn(self.funnels, **double))

    @property
    def name(self) -> str:
        return f"{self.funnels} funnels in {self.dimension} dimensions, seed {self.seed}"

    @property
    def diameter(self) -> float:
        return 2 * HALF_SIDE * math.sqrt(self.dimension)

    @cached_property
    def distance(self) -> Mean:
        source, reach = torch.Generator().manual_seed(self.seed), torch.empty(0)
        mean = Mean(0.0, math.inf)
        while mean.error > PRECISION * mean.value:
            reach = torch.cat([reach, self._rays(self._box(CHUNK, source)).reach])
            mean = mean_of(reach)
        return Mean(*(self._share() * each for each in mean))

    def _share(self) -> float:
        """The part of its ray that a point moves, in the mean."""
        return self.dimension / (self.dimension + 1) - self.dimension / (self.dimension + POWER)

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        y = self._box(positive_integer("n", n), generator, device)
        found = self._rays(y)
        x = self._on(y)[0][found.owner] + found.away * self._shrunk(found)[:, None]
        return x.to(torch.get_default_dtype()), y.to(torch.get_default_dtype())

    def _shrunk(self, found: Rays) -> Tensor:
        """What remains of the way from the centre: t⁸ of the reach is t⁷ of the run."""
        return (found.run / found.reach).pow(POWER - 1)

    def _box(self, n: int, generator: Source, device: Place = None) -> Tensor:
        uniform = torch.rand(n, self.dimension, generator=generator, device=device)
        return HALF_SIDE * (2 * _precisely(uniform) - 1)

    def _rays(self, points: Tensor) -> Rays:
        return rays(points, *self._on(points))

    def _on(self, points: Tensor) -> tuple[Tensor, Tensor]:
        return self.centres.to(points), self.offsets.to(points)

    def potential(self, points: Tensor) -> Tensor:
        """In float64 inside, and in the dtype of the points."""
        points = finite_tensor("points", points, (2,))
        return cone_envelope(points, *self._on(_precisely(points))).to(points.dtype)


@dataclass(frozen=True, eq=False)
class SemiDiscretePair(FunnelPair):
    """p is uniform on the box; all of a funnel's cell goes to its centre, an atom of q.

    W₁ is the mean reach times d/(d + 1), and the potential is the mirror image of the funnels: the
    semi-discrete transport problem, with b_n the atoms' prices (Santambrogio 2015, sec. 6.4.2).
    """

    @property
    def name(self) -> str:
        return f"{self.funnels} atoms in {self.dimension} dimensions, seed {self.seed}"

    def _share(self) -> float:
        return self.dimension / (self.dimension + 1)

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        x = self._box(positive_integer("n", n), generator, device)
        y = self._on(x)[0][self._rays(x).owner]
        return x.to(torch.get_default_dtype()), y.to(torch.get_default_dtype())

    def potential(self, points: Tensor) -> Tensor:
        return -super().potential(points)


def _precisely(numbers: Tensor) -> Tensor:
    """In float64; MPS has none."""
    return numbers if numbers.device.type == "mps" else numbers.double()
