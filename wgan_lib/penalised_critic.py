"""The best penalised critic between two laws on the line, in closed form.

On the line a critic is its slope g = f′, and E f(x) − E f(G(z)) = ∫ g·D dx, D = F_fake − F_real. So
the loss of ``WGANGP`` asks at each point by itself for the least −g·D + λ·ρ·penalty(|g|), where ρ
is the density of the places x̂ at which the slope is measured. Lessons 06 and 07 hold networks
against it.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.distributions import GaussianMixture
from wgan_lib.ground.arguments import finite_tensor
from wgan_lib.training.objectives import WGANGP

NODES = 256  # fractions ε at which the segments are cut
_NOTHING = 1e-12  # a share of earth that is rounding


class PenalisedCritic(NamedTuple):
    """At each place x (N): the slope of the best critic, D, and the density of x̂; in float64."""

    x: Tensor
    slope: Tensor
    passing: Tensor
    density: Tensor

    @property
    def estimate(self) -> float:
        """E f(x) − E f(G(z)) = ∫ g·D dx: W₁ or more where the centre is 1; it may be infinite."""
        return torch.trapezoid(self.slope * self.passing, self.x).item()

    @property
    def w1(self) -> float:
        """∫ |D| dx."""
        return torch.trapezoid(self.passing.abs(), self.x).item()

    @property
    def heights(self) -> Tensor:
        """f itself, N numbers, 0 at the first place."""
        steps = torch.cumulative_trapezoid(self.slope, self.x)
        return torch.cat([torch.zeros_like(self.x[:1]), steps])


def penalised_critic(
    objective: WGANGP, real: GaussianMixture, fake: GaussianMixture, x: Tensor
) -> PenalisedCritic:
    """The critic that ``objective`` (Gulrajani et al. 2017, eq. 3) would train to, without a limit.

    Its slope is sign(D)·(centre + |D| / (2λρ)), under the two-sided and under the one-sided penalty
    alike: earth that passes a place pushes the slope above the centre. Where none passes it is 0,
    as good as any under the one-sided penalty. x holds rising places, N, that reach beyond both
    laws.
    """
    if objective.penalty == 0:
        raise ValueError("penalty must be greater than 0: without it no slope is the best")
    for name, law in (("real", real), ("fake", fake)):
        if law.modes.shape[1] != 1:
            raise ValueError(f"{name} must be a law on the line, got {law.modes.shape[1]} columns")
    x = finite_tensor("x", x, dimensions=(1,)).double()
    if len(x) < 2 or (x.diff() <= 0).any():
        raise ValueError("x must hold two or more rising places")
    passing = _cumulative(fake, x) - _cumulative(real, x)
    passing = torch.where(passing.abs() > _NOTHING, passing, 0)
    density = _measured(objective.where, real, fake, x)
    excess = passing.abs() / (2 * objective.penalty * density)
    slope = passing.sign() * (objective.centre + excess.nan_to_num(nan=0.0, posinf=torch.inf))
    return PenalisedCritic(x, slope, passing, density)


def _measured(where: str, real: GaussianMixture, fake: GaussianMixture, x: Tensor) -> Tensor:
    """The density of x̂ at each place."""
    if where == "segments":
        return _between(real, fake, x)
    p, q = (law.log_prob(x[:, None]).exp() for law in (real, fake))
    return {"real": p, "fake": q, "both": (p + q) / 2}[where]


def _between(real: GaussianMixture, fake: GaussianMixture, x: Tensor) -> Tensor:
    """Of εa + (1 − ε)b with a from real and b from fake, drawn apart: a mixture for each ε."""
    epsilon = ((torch.arange(NODES, dtype=torch.float64) + 0.5) / NODES)[:, None, None]
    means = epsilon * real.modes + (1 - epsilon) * fake.modes.T
    spreads = ((epsilon * real.stds[:, None]) ** 2 + ((1 - epsilon) * fake.stds) ** 2).sqrt()
    shares = (real.weights[:, None] * fake.weights).expand_as(means) / NODES
    means, spreads, shares = means.flatten(), spreads.flatten(), shares.flatten()
    normal = torch.distributions.Normal(means, spreads)
    return normal.log_prob(x[:, None]).exp() @ shares


def _cumulative(law: GaussianMixture, x: Tensor) -> Tensor:
    """The distribution function at each place."""
    return torch.special.ndtr((x[:, None] - law.modes.T) / law.stds) @ law.weights
