"""A minimum of cones, learned with care: it starts where samples are dense, soft, and hardens.

`Funnels` trained like any network stops early: most cones lie nowhere lowest and get no gradient,
and centres stay too far from the tips on which, in few dimensions, most of the mass may sit.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.distributions import Distribution
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.lipschitz.cones import Funnels
from wgan_lib.measuring.envelopes import funnels_at
from wgan_lib.training.loop import DivergedError

SOFTNESS = 0.07  # of the first minimum, as a share of the samples' spread
HARDENING = 0.03  # what is left of it when the hard minimum takes over, half way
RATE = 0.035  # of the centres at first, as a share of the spread along one coordinate
HEIGHTS = 0.4  # the rate of the heights, as a share of that
HOLD = 0.2  # of the steps, before the rates begin to fall
FIRST = 2048  # points in which the dense places are looked for
NEIGHBOURS = 6  # how many points make a place dense
FEW = 2  # dimensions
LAST = 2**15  # points among which the tips are looked for in the end
BESIDE = 64  # of a cone's own points, the nearest to its centre
SHIFT = 1e-3  # how far a centre may be moved onto one, as a share of the spread


def anneal_funnels(
    p: Distribution,
    q: Distribution,
    steps: int = 1000,
    seed: int = 0,
    batch: int = 512,
    count: int = 64,
    device: torch.device | str = "cpu",
) -> Funnels:
    """Learn x ↦ min_n ‖x − a_n‖ + b_n, the critic that makes E_q f − E_p f as large as it can.

    Centres start where samples of p are densest. In the first half of the steps the minimum is a
    soft one, −τ·log Σ exp(−·/τ), through which all cones learn, and τ falls; in the second half it
    is the critic's own, on batches twice as large. The rates fall by powers: to a millionth in one
    or two dimensions, where mass sits on the tips, to a thousandth in others. In float64 throughout
    for the same reason. Raises DivergedError if a height was not finite. Lesson 12.
    """
    source = random_source(torch.device(device), positive_integer("seed", seed, minimum=0))
    draws: dict[str, Any] = {"generator": source, "device": device}
    batch, first = positive_integer("batch", batch), p.sample(FIRST, **draws).double()
    critic, scale = _started(first, positive_integer("count", count)), _spread(first)
    groups = [{"params": [critic.centres]}, {"params": [critic.heights]}]
    optimiser = torch.optim.Adam(groups, betas=(0.9, 0.99))
    for at in range(positive_integer("steps", steps)):
        done = at / steps
        _set_rates(optimiser, done, scale / math.sqrt(first.shape[1]), first.shape[1])
        n = batch if done < 0.5 else 2 * batch
        x, y = (law.sample(n, **draws).double() for law in (p, q))
        tau = SOFTNESS * scale * HARDENING ** (2 * done) if done < 0.5 else 0.0
        loss = _heights(critic, x, tau).mean() - _heights(critic, y, tau).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if not critic.heights.isfinite().all():
        raise DivergedError("the funnels' heights are not finite")
    if first.shape[1] <= FEW:
        _set_onto_tips(critic, p.sample(LAST, **draws).double(), SHIFT * scale)
    return critic


def _spread(points: Tensor) -> float:
    """The root of the mean squared distance from the mean; 1 where all points are one."""
    return (points - points.mean(0)).square().sum(1).mean().sqrt().item() or 1.0


def _set_rates(optimiser, done: float, scale: float, dimension: int) -> None:
    last = 1e-6 if dimension <= FEW else 1e-3
    rate = RATE * scale * last ** max(0.0, (done - HOLD) / (1 - HOLD))
    for share, group in zip((1.0, HEIGHTS), optimiser.param_groups, strict=True):
        group["lr"] = share * rate


def anneal_either_way(
    p: Distribution,
    q: Distribution,
    steps: int = 1000,
    seed: int = 0,
    batch: int = 512,
    count: int = 64,
    device: torch.device | str = "cpu",
) -> nn.Module:
    """``anneal_funnels``, upright or turned over: −min_n of funnels learned with p and q swapped.

    Turned over they are a maximum of cones that point up, for laws whose mass moves in towards
    centres. Both are tried for a fifth of the steps each, and the one that is higher on fresh
    points then gets them all. Both are 1-Lipschitz, so the higher is the better.
    """
    settings = {"seed": seed, "batch": batch, "count": count, "device": device}
    source = random_source(torch.device(device), seed + 1)
    x, y = (law.sample(FIRST, source, device) for law in (p, q))
    ways = (anneal_funnels, _turned_over)
    trials = [way(p, q, max(1, steps // 5), **settings) for way in ways]
    with torch.no_grad():
        estimates = [(critic(y).mean() - critic(x).mean()).item() for critic in trials]
    return ways[estimates.index(max(estimates))](p, q, steps, **settings)


def _turned_over(p: Distribution, q: Distribution, *steps: int, **settings: Any) -> nn.Module:
    funnels = anneal_funnels(q, p, *steps, **settings)
    minus = nn.utils.skip_init(nn.Linear, 1, 1, bias=False).to(funnels.heights)
    nn.init.constant_(minus.weight, -1.0)
    return nn.Sequential(funnels, minus)


# ------------------------------------------------------------------ the start


def _started(points: Tensor, count: int) -> Funnels:
    centres = points[dense_places(points)[:count]]
    return funnels_at(centres, centres.new_zeros(len(centres)))


def dense_places(points: Tensor) -> Tensor:
    """The places in N×d of the densest points, peaks first: those that no near neighbour exceeds.

    A point is the denser the nearer its sixth-nearest neighbour is.
    """
    apart = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
    near = apart.topk(min(NEIGHBOURS + 1, len(points)), largest=False)
    reach = near.values[:, -1]
    peak = (reach[near.indices] >= reach[:, None]).all(1)
    return torch.where(peak, reach, reach + apart.max() + 1).argsort()


@torch.no_grad()
def _set_onto_tips(critic: Funnels, points: Tensor, limit: float) -> None:
    """Each centre onto the densest place among its cone's own points, if that is near by."""
    owner = (_squares(critic, points).sqrt() + critic.heights).argmin(1)
    for n in owner.unique():
        own, centre = points[owner == n], critic.centres[n]
        beside = own[(own - centre).norm(dim=1).argsort()[:BESIDE]]
        tip = beside[dense_places(beside)[0]]
        if len(beside) > NEIGHBOURS and (tip - centre).norm() < limit:
            critic.centres[n] = tip


# ------------------------------------------------------------------ the minimum


def _heights(critic: Funnels, x: Tensor, tau: float) -> Tensor:
    """f at N points; τ = 0 is the critic's own minimum, and cheaper than its forward pass."""
    if tau == 0:
        lowest = _squares(critic, x).detach().sqrt().add(critic.heights.detach()).argmin(1)
        return (x - critic.centres[lowest]).norm(dim=1) + critic.heights[lowest]
    cones = _squares(critic, x).sqrt() + critic.heights
    return -tau * torch.logsumexp(-cones / tau, 1)


def _squares(critic: Funnels, x: Tensor) -> Tensor:
    """‖x − a_n‖² by a product of matrices, N×count, at least a little above 0."""
    a = critic.centres
    squares = x.square().sum(1)[:, None] + a.square().sum(1) - 2 * x @ a.T
    return squares.clamp_min(1e-12)
