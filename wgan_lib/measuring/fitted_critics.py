"""Critics that are fitted to two samples, and are 1-Lipschitz by construction.

Three kinds, since none is the best for all laws. A network is smooth and learns what many
dimensions have in common. Cones hang on the prices that the optimal plan sets at the points of one
sample; where there are few dimensions, hardly anything is nearer to the best critic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.cones import cone_envelope
from wgan_lib.lipschitz.layers import lipschitz_mlp
from wgan_lib.training.critic_only import train_critic
from wgan_lib.training.objectives import WGANGP
from wgan_lib.training.run import SampleReal
from wgan_lib.transport import cost_matrix, optimal_plan

LARGEST_PLAN = 2000  # points on each side; a plan of so many takes seconds
MOST_DIRECTIONS = 128  # that the network looks along; more make its matrices slow
ROWS = 4096  # points that are held against all cones at once
WIDTHS = (64, 64)
TRAINING = {"batch_size": 256, "learning_rate": 5e-3, "final_rate": 0.0, "betas": (0.9, 0.99)}
NO_PENALTY = WGANGP(penalty=0.0)  # the Wasserstein loss alone: the layers hold the slope

Potential = Callable[[Tensor], Tensor]


class FittedCritic(NamedTuple):
    """A function with no slope above 1, n×d in float64 to n, and the name of its kind."""

    kind: str
    potential: Potential

    def gain(self, x: Tensor, y: Tensor) -> float:
        """mean f(x) − mean f(y): on points that it was not fitted to, at most W₁ in expectation."""
        return (self.potential(x).mean() - self.potential(y).mean()).item()


def best_critic(x: Tensor, y: Tensor, *, seed: int = 0, steps: int = 400) -> FittedCritic:
    """The kind that gains most, fitted to x, n×d, and y, m×d, which are in random order.

    Each kind is fitted to two thirds of the points and compared on the others; the best is fitted
    again to all. So no point is needed besides those given, and none besides them had a say.
    """
    x_parts, y_parts = (points.split(_two_thirds(points)) for points in (x, y))
    fitted = [fit(x_parts[0], y_parts[0], seed=seed, steps=steps) for fit in KINDS]
    gains = [critic.gain(x_parts[1], y_parts[1]) for critic in fitted]
    return KINDS[gains.index(max(gains))](x, y, seed=seed, steps=steps)


def _two_thirds(points: Tensor) -> list[int]:
    first = 2 * len(points) // 3
    return [first, len(points) - first]


def network(x: Tensor, y: Tensor, *, seed: int = 0, steps: int = 400) -> FittedCritic:
    """An orthogonal network with sorting (Anil et al. 2019), trained on the two samples.

    It sees the points from their middle, in units of their spread, and from 128 principal
    directions where they have more dimensions: a projection makes nothing steeper. What rounding
    left of a slope above 1 is divided out.
    """
    both = torch.cat([x[:LARGEST_PLAN], y[:LARGEST_PLAN]])
    centre, scale = both.mean(0), math.sqrt(both.var(0).sum().item()) or 1.0
    directions = _principal_directions(both - centre)

    def seen(points: Tensor) -> Tensor:
        return (points - centre) @ directions / scale

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        critic = lipschitz_mlp([directions.shape[1], *WIDTHS, 1])
    samples = _sampler(seen(x).float()), _sampler(seen(y).float())
    train_critic(critic, *samples, NO_PENALTY, steps=steps, seed=seed, **TRAINING)
    critic = critic.double().requires_grad_(False)
    unit = scale / max(1.0, upper_bound(critic))
    return FittedCritic("network", lambda points: critic(seen(points)).flatten() * unit)


def _principal_directions(points: Tensor) -> Tensor:
    """d×k with orthonormal columns: all directions, or those along which the points spread most."""
    if points.shape[1] <= MOST_DIRECTIONS:
        return torch.eye(points.shape[1], dtype=points.dtype)
    return torch.linalg.svd(points, full_matrices=False).Vh[:MOST_DIRECTIONS].T


def _sampler(points: Tensor) -> SampleReal:
    """Draws with replacement."""

    def draw(n: int, *, generator: torch.Generator, device: torch.device) -> Tensor:
        return points[torch.randint(len(points), (n,), generator=generator)]

    return draw


def cones_on_x(x: Tensor, y: Tensor, **training: int) -> FittedCritic:
    """max_i u_i − ‖z − x_i‖: the lowest critic that is as high on x as the plan's potential u.

    As ``cone_envelope`` from below (McShane 1934); training is the network's, and has no effect.
    """
    x, (u, _) = x[:LARGEST_PLAN], _potentials(x, y)
    return FittedCritic("cones on the first sample", lambda z: -_envelope(z, x, -u))


def cones_on_y(x: Tensor, y: Tensor, **training: int) -> FittedCritic:
    """min_j −v_j + ‖z − y_j‖: the highest critic that is as low on y as the plan's potential −v."""
    y, (_, v) = y[:LARGEST_PLAN], _potentials(x, y)
    return FittedCritic("cones on the second sample", lambda z: _envelope(z, y, -v))


def _potentials(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    cost = cost_matrix(x[:LARGEST_PLAN], y[:LARGEST_PLAN])
    p, q = (cost.new_full((count,), 1 / count) for count in cost.shape)
    return optimal_plan(p, q, cost).potentials


def _envelope(points: Tensor, anchors: Tensor, values: Tensor) -> Tensor:
    return torch.cat([cone_envelope(part, anchors, values) for part in points.split(ROWS)])


KINDS = (network, cones_on_x, cones_on_y)
