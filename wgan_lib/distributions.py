"""The toy laws of the course: where everything about the truth is known.

Each law has ``sample(n, generator=None, device=None)``, which returns points N×d, and, where they
exist, ``modes`` (M×d), ``std`` (the standard deviation of one mode) and ``log_prob``.
The constants of ring, grid and Swiss roll are those of the experiments of Gulrajani et al. 2017.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer

RING_RADIUS, RING_STD, RING_SCALE = 2.0, 0.02, 1.414
GRID_STEP, GRID_STD, GRID_SCALE = 2.0, 0.05, 2.828
ROLL_NOISE, ROLL_SCALE = 0.25, 7.5


class Distribution(Protocol):
    """A law that can be sampled: all that the training loop asks of real data."""

    def sample(
        self,
        n: int,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
    ) -> Tensor: ...


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    """Round Gaussians: ``modes`` M×d, ``stds`` (M) and ``weights`` (M, they sum to 1), float64."""

    modes: Tensor
    stds: Tensor
    weights: Tensor
    _resident: dict = field(default_factory=dict, repr=False)

    @property
    def std(self) -> float | Tensor:
        """The standard deviation of a mode: one number where all modes share it."""
        return float(self.stds[0]) if (self.stds == self.stds[0]).all() else self.stds

    def sample(
        self,
        n: int,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
    ) -> Tensor:
        """n points, n×d. Nothing here waits for the device: the modes are moved to it once."""
        positive_integer("n", n)
        modes, stds, cumulative = self._on(device)
        uniform = torch.rand(n, generator=generator, device=modes.device)
        chosen = torch.searchsorted(cumulative, uniform, right=True).clamp(max=len(modes) - 1)
        noise = torch.randn(n, modes.shape[1], generator=generator, device=modes.device)
        return modes[chosen] + stds[chosen, None] * noise

    def log_prob(self, points: Tensor) -> Tensor:
        """Log density in nats, of points …×d; differentiable."""
        points = torch.as_tensor(points)
        modes, stds, weights = (c.to(points) for c in (self.modes, self.stds, self.weights))
        squared = ((points.unsqueeze(-2) - modes) / stds[:, None]).square().sum(-1)
        normaliser = modes.shape[1] * (stds * math.sqrt(2 * math.pi)).log()
        return torch.logsumexp(weights.log() - normaliser - squared / 2, -1)

    def _on(self, device) -> tuple[Tensor, ...]:
        """Modes, stds and cumulative weights on the device, kept there for the next batch."""
        key = str(torch.device(device or "cpu"))
        if key not in self._resident:
            constants = (self.modes, self.stds, self.weights.cumsum(0))
            self._resident[key] = tuple(c.to(torch.get_default_dtype()).to(key) for c in constants)
        return self._resident[key]


@dataclass(frozen=True)
class ParallelLines:
    """The law of (θ, Z) with Z uniform on [0, 1] (Arjovsky et al. 2017, Example 1)."""

    theta: float

    def sample(
        self,
        n: int,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
    ) -> Tensor:
        """n points on the segment, n×2."""
        positive_integer("n", n)
        height = torch.rand(n, 1, generator=generator, device=device)
        return torch.cat([torch.full_like(height, self.theta), height], dim=1)


@dataclass(frozen=True)
class SwissRoll:
    """A noisy spiral in the plane; no modes, no density in closed form."""

    noise: float = ROLL_NOISE
    scale: float = ROLL_SCALE

    def sample(
        self,
        n: int,
        generator: torch.Generator | None = None,
        device: torch.device | str | None = None,
    ) -> Tensor:
        """n points, n×2: the roll of scikit-learn seen from its side."""
        positive_integer("n", n)
        angle = 1.5 * math.pi * (1 + 2 * torch.rand(n, 1, generator=generator, device=device))
        spiral = angle * torch.cat([angle.cos(), angle.sin()], dim=1)
        noise = torch.randn(n, 2, generator=generator, device=device)
        return (spiral + self.noise * noise) / self.scale


def gaussian(mean: float | Sequence[float], std: float = 1.0) -> GaussianMixture:
    """One round Gaussian; a number as mean gives points N×1, d numbers give points N×d."""
    mean = finite_tensor("mean", mean, dimensions=(0, 1))
    return mixture(mean.reshape(1, -1), std)


def mixture(
    means: Tensor | Sequence,
    stds: float | Tensor | Sequence[float] = 1.0,
    weights: Sequence[float] | None = None,
) -> GaussianMixture:
    """Round Gaussians around means (M numbers, or M×d).

    stds is one positive number for all modes or M of them; weights are M positive numbers that
    need not sum to 1, and without them all modes weigh the same.
    """
    modes = finite_tensor("means", means, dimensions=(1, 2)).double()
    modes = modes.reshape(len(modes), -1)
    stds = _one_per_mode("stds", stds, len(modes))
    weights = _one_per_mode("weights", 1.0 if weights is None else weights, len(modes))
    return GaussianMixture(modes, stds, weights / weights.sum())


def _one_per_mode(name: str, values, count: int) -> Tensor:
    values = finite_tensor(name, values, dimensions=(0, 1)).double()
    if values.numel() not in (1, count) or (values <= 0).any():
        raise ValueError(
            f"{name} must be {count} positive numbers, one per mode, got {values.tolist()}"
        )
    return values.expand(count).clone()


def parallel_lines(theta: float) -> ParallelLines:
    """P_θ of Example 1; the other line of the pair is ``parallel_lines(0)``."""
    return ParallelLines(finite_number("theta", theta))


def gaussian_ring() -> GaussianMixture:
    """8 Gaussians on a circle of radius 2, std 0.02, all divided by 1.414."""
    angles = torch.arange(8, dtype=torch.float64) * (2 * math.pi / 8)
    circle = RING_RADIUS * torch.stack([angles.cos(), angles.sin()], dim=1)
    return mixture(circle / RING_SCALE, RING_STD / RING_SCALE)


def gaussian_grid() -> GaussianMixture:
    """25 Gaussians at {−4, −2, 0, 2, 4}², std 0.05, all divided by 2.828."""
    ticks = GRID_STEP * torch.arange(-2, 3, dtype=torch.float64)
    return mixture(torch.cartesian_prod(ticks, ticks) / GRID_SCALE, GRID_STD / GRID_SCALE)


def swiss_roll() -> SwissRoll:
    """The Swiss roll with noise 0.25, divided by 7.5."""
    return SwissRoll()
