"""A critic that is solved, not trained: the exact plan of samples, carried on to all points."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.distributions import Distribution
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.lipschitz.cones import Funnels
from wgan_lib.transport import cost_matrix, optimal_plan


def plan_envelope(
    p: Distribution,
    q: Distribution,
    points: int = 1024,
    seed: int = 0,
    device: torch.device | str = "cpu",
) -> Funnels:
    """The best critic between samples of p and q, and the highest that is 1-Lipschitz elsewhere.

    One funnel stands on each sample of p, at the height that the dual of `optimal_plan` gives it
    (McShane 1934). It is exact for the samples; between them, in many dimensions, it is far below
    what a critic could reach. Lesson 12.
    """
    source = random_source(torch.device(device), positive_integer("seed", seed, minimum=0))
    x, y = (law.sample(points, source, device).double() for law in (p, q))
    share = torch.full((positive_integer("points", points),), 1 / points, dtype=torch.float64)
    heights = -optimal_plan(share, share, cost_matrix(x, y)).potentials[0]
    return funnels_at(x, heights)


def funnels_at(centres: Tensor, heights: Tensor) -> Funnels:
    """Funnels with these centres N×d and heights N; torch's own random state stays as it was."""
    with torch.random.fork_rng(devices=[]):
        critic = Funnels(centres.shape[1], len(centres)).to(centres)
    critic.centres.data.copy_(centres)
    critic.heights.data.copy_(heights)
    return critic
