"""Pairs of laws in any dimension of which W₁ is known, and the potential that reaches it too.

A pair knows a plan that is optimal, and a potential u of slope 1 with E_q u − E_p u = W₁: all that
moves goes straight up the slope of u. So a critic can be asked for more than its estimate: whether
its gradient points the right way. Lesson 12. `cone_pairs` and `funnels` have more of them.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.distributions import Distribution, GaussianMixture, gaussian
from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.lipschitz.cones import cone_envelope
from wgan_lib.lipschitz.slopes import point_batch, score_gradients

Source = torch.Generator | None
Place = torch.device | str | None  # a device

DRAWS = 2**16  # behind a W₁ that is a mean over samples


class Mean(NamedTuple):
    """A mean and its standard error; the error is 0 where the mean has a closed form."""

    value: float
    error: float = 0.0


class PotentialPair(ABC):
    """Laws p and q of points N×dimension, a plan from p to q that is optimal, and its potential.

    The potential is 1-Lipschitz, and along the plan it rises by as much as a point moves:
    W₁ = E‖x − y‖ = E_q u − E_p u. As a critic's estimate has it, q is the real data and p the fake.
    """

    name: str
    dimension: int

    @abstractmethod
    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        """n draws from the plan: x and y, n×dimension each; x_i goes to y_i."""

    @abstractmethod
    def potential(self, points: Tensor) -> Tensor:
        """u at points N×dimension: N numbers, differentiable."""

    @property
    @abstractmethod
    def distance(self) -> Mean:
        """W₁, with its standard error where it is a mean over samples."""

    @property
    def w1(self) -> float:
        """W₁ between p and q."""
        return self.distance.value

    @property
    def w1_error(self) -> float:
        """The standard error of w1, 0 where w1 is exact."""
        return self.distance.error

    @property
    def diameter(self) -> float:
        """No two points of p and q lie farther apart; infinite where there is no limit."""
        return math.inf

    @property
    def p(self) -> Distribution:
        """Where the plan starts."""
        return Side(self, 0)

    @property
    def q(self) -> Distribution:
        """Where it leads."""
        return Side(self, 1)

    def gradient(self, points: Tensor) -> Tensor:
        """∇u at points N×dimension, shaped like them: the direction in which a sample of p moves.

        Its length is 1 but at the tips of cones, where u has no gradient and 0 is returned.
        """
        points = point_batch("points", points)
        if points.ndim != 2 or points.shape[1] != self.dimension:
            raise ValueError(f"points must be N×{self.dimension}, got shape {tuple(points.shape)}")
        return score_gradients(self.potential, points).detach()


@dataclass(frozen=True)
class Side:
    """One of the two laws of a pair, to draw from by itself."""

    pair: PotentialPair
    side: int

    def sample(self, n: int, generator: Source = None, device: Place = None) -> Tensor:
        """n points, n×dimension."""
        return self.pair.sample(n, generator, device)[self.side]


# ------------------------------------------------------------------ a law moved as a whole


@dataclass(frozen=True, eq=False)
class Shifted(PotentialPair):
    """A law and the same law moved by `shift` (d numbers): W₁ is the shift's length."""

    law: Distribution
    shift: Sequence[float]
    name: str = "shift"
    _direction: Tensor = field(init=False, repr=False)

    def __post_init__(self):
        shift = finite_tensor("shift", self.shift, (1,), torch.float64)
        if not shift.norm() > 0:
            raise ValueError(f"shift must not be 0, got {shift.tolist()}")
        _require_dimension("law", self.law, len(shift))
        object.__setattr__(self, "shift", tuple(shift.tolist()))
        object.__setattr__(self, "_direction", shift / shift.norm())

    @property
    def dimension(self) -> int:
        return len(self.shift)

    @property
    def distance(self) -> Mean:
        return Mean(math.hypot(*self.shift))

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        x = self.law.sample(n, generator, device)
        return x, x + x.new_tensor(self.shift)

    def potential(self, points: Tensor) -> Tensor:
        return points @ self._direction.to(points)


@dataclass(frozen=True, eq=False)
class Scaled(PotentialPair):
    """A law and the same law `factor` times as wide around `centre` (d numbers).

    W₁ = |factor − 1|·E‖x − centre‖: in closed form for one Gaussian around its own mean, otherwise
    from 65,536 draws.
    """

    law: Distribution
    factor: float
    centre: Sequence[float]
    name: str = "scaling"

    def __post_init__(self):
        centre = finite_tensor("centre", self.centre, (1,), torch.float64)
        if finite_number("factor", self.factor, minimum=0.0) == 1:
            raise ValueError(f"factor must not be 1, which moves nothing, got {self.factor!r}")
        _require_dimension("law", self.law, len(centre))
        object.__setattr__(self, "centre", tuple(centre.tolist()))

    @property
    def dimension(self) -> int:
        return len(self.centre)

    @cached_property
    def distance(self) -> Mean:
        radius = self._radius()
        return Mean(*(abs(self.factor - 1) * each for each in radius))

    def _radius(self) -> Mean:
        """E‖x − centre‖."""
        law = self.law
        single = isinstance(law, GaussianMixture) and len(law.modes) == 1
        if single and law.modes[0].tolist() == list(self.centre):
            return Mean(law.std * mean_normal_length(self.dimension))
        points = law.sample(DRAWS, torch.Generator().manual_seed(0)).double()
        return mean_of((points - points.new_tensor(self.centre)).norm(dim=1))

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        x = self.law.sample(n, generator, device)
        centre = x.new_tensor(self.centre)
        return x, torch.lerp(centre, x, self.factor)

    def potential(self, points: Tensor) -> Tensor:
        """The distance from the centre, or its mirror image where everything moves inwards."""
        height = cone_envelope(points, points.new_tensor([self.centre]), points.new_zeros(1))
        return height if self.factor > 1 else -height


@dataclass(frozen=True, eq=False)
class GaussiansOnTheLine(PotentialPair):
    """N(mean, std²) on either side, in one dimension: W₁ by quantiles, in closed form.

    The quantiles of p and q at the same height differ by δ + σz, where δ is the difference of the
    means, σ that of the stds and z a standard normal, so that W₁ = E|δ + σz|.
    """

    mean_p: float
    std_p: float
    mean_q: float
    std_q: float
    name: str = "Gaussians on the line"
    dimension: int = field(default=1, init=False)

    def __post_init__(self):
        for name in ("mean_p", "mean_q"):
            finite_number(name, getattr(self, name))
        for name in ("std_p", "std_q"):
            finite_number(name, getattr(self, name), minimum=0.0, strict=True)

    @property
    def distance(self) -> Mean:
        return Mean(mean_absolute_normal(self.mean_q - self.mean_p, self.std_q - self.std_p))

    def sample(
        self, n: int, generator: Source = None, device: Place = None
    ) -> tuple[Tensor, Tensor]:
        x = gaussian(self.mean_p, self.std_p).sample(n, generator, device)
        return x, self.mean_q + (x - self.mean_p) * (self.std_q / self.std_p)

    def potential(self, points: Tensor) -> Tensor:
        """Up or down by |x − c| where the map has a fixed point c, and by ±x where it has none."""
        wider = self.std_q - self.std_p
        if wider == 0:
            return math.copysign(1.0, self.mean_q - self.mean_p) * points[:, 0]
        fixed = self.mean_p - self.std_p * (self.mean_q - self.mean_p) / wider
        return math.copysign(1.0, wider) * (points[:, 0] - fixed).abs()


# ------------------------------------------------------------------ means


def mean_of(lengths: Tensor) -> Mean:
    """The mean of N numbers and its standard error."""
    return Mean(lengths.mean().item(), lengths.std().item() / math.sqrt(len(lengths)))


def mean_normal_length(dimension: int) -> float:
    """E‖z‖ for a standard normal z in that many dimensions, √2·Γ((d + 1)/2)/Γ(d/2)."""
    dimension = positive_integer("dimension", dimension)
    return math.sqrt(2) * math.exp(math.lgamma((dimension + 1) / 2) - math.lgamma(dimension / 2))


def mean_absolute_normal(mean: float, std: float) -> float:
    """E|mean + std·z| for a standard normal z: the folded normal; std may have either sign."""
    mean, std = finite_number("mean", mean), abs(finite_number("std", std))
    if std == 0:
        return abs(mean)
    ratio = mean / std
    return std * math.sqrt(2 / math.pi) * math.exp(-(ratio**2) / 2) + mean * math.erf(
        ratio / math.sqrt(2)
    )


def _require_dimension(name: str, law: Distribution, dimension: int) -> None:
    got = law.sample(1, torch.Generator().manual_seed(0)).shape[1:]
    if got != (dimension,):
        raise ValueError(f"{name} must draw points N×{dimension}, got N×{tuple(got)}")
