"""Where a penalty looks: the law of ε, solved for from the points that a critic was asked about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.clinic.reports import BUG, DIFFERS, OK

ON_SEGMENTS = "on segments, one uniform ε per sample"
OFF = 1e-2  # of a segment's length, beyond which a point does not lie on it
KOLMOGOROV = 2.3  # √N times the largest gap of distributions; a right ε is beyond it once in 20,000


class Draw(NamedTuple):
    """Points of a penalty and the samples beside them, N×d each, without a graph."""

    points: Tensor
    real: Tensor
    fake: Tensor


class Place(NamedTuple):
    """A verdict on the points and the evidence for it."""

    verdict: str
    evidence: str


def place_of(draws: Sequence[Draw], parts: Sequence[slice] = ()) -> Place:
    """What the points of several draws have in common.

    parts are slices of the columns that might have an ε of their own: channels, or scales.
    """
    draws = [Draw(*(x.detach().double() for x in draw)) for draw in draws]
    epsilon, off = zip(*(_shares(*draw) for draw in draws), strict=True)
    if max(x.max().item() for x in off) > OFF:
        return _beside(draws, parts)
    return _along(torch.stack(epsilon))


def _shares(points: Tensor, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    """ε of each point, N, and how far it lies off the line of its pair, in lengths of the pair."""
    way = real - fake
    epsilon = ((points - fake) * way).sum(1) / way.square().sum(1)
    off = (points - fake - epsilon[:, None] * way).norm(dim=1) / way.norm(dim=1)
    return epsilon, off


def _along(epsilon: Tensor) -> Place:
    """A verdict on points that lie on the lines of their pairs; epsilon draws×N."""
    low, high, mean = epsilon.min().item(), epsilon.max().item(), epsilon.mean().item()
    if high - low < 1e-3:
        names = {0: "at the fake samples", 1: "at the real samples"}
        if round(mean, 3) in names:
            return Place(DIFFERS, names[round(mean, 3)])
        return Place(BUG, f"ε is always {mean:.3g}")
    if low < -1e-3 or high > 1.001:
        return Place(BUG, f"ε runs from {low:.2g} to {high:.2g}, beyond the segments")
    count = epsilon.shape[1]
    different = max(len(set((row * 1e4).round().tolist())) for row in epsilon)
    if different == 1 < count:
        return Place(BUG, f"one ε for the whole batch of {count}")
    if different <= count // 2:
        return Place(DIFFERS, f"one ε for every {count // different} samples")
    if (epsilon.max(0).values - epsilon.min(0).values).max() < 1e-3 and len(epsilon) > 2:
        return Place(BUG, f"the same {count} values of ε in each of {len(epsilon)} draws")
    return _uniform(epsilon.flatten())


def _uniform(epsilon: Tensor) -> Place:
    steps = torch.linspace(0, 1, len(epsilon), dtype=epsilon.dtype)
    gap = (epsilon.sort().values - steps).abs().max().item() * len(epsilon) ** 0.5
    if gap < KOLMOGOROV:
        return Place(
            OK,
            f"{ON_SEGMENTS}: {len(epsilon)} of them from {epsilon.min():.2g} to "
            f"{epsilon.max():.2g}",
        )
    return Place(DIFFERS, f"on segments, but ε is not uniform: its mean is {epsilon.mean():.2f}")


def _beside(draws: Sequence[Draw], parts: Sequence[slice]) -> Place:
    """A verdict on points that do not lie on the lines of their pairs."""
    if len(parts) > 1 and all(_on_line(draw, part) for draw in draws for part in parts):
        return Place(BUG, f"one ε for each of {len(parts)} channels or scales, not for each sample")
    if all(_inside_box(draw) for draw in draws):
        return Place(BUG, "one ε for each number, not for each sample")
    if all(_on_some_pair(draw) for draw in draws):
        return Place(OK, "on segments between real samples and other fakes of the batch")
    sums = [_weights(draw) for draw in draws]
    if all(rest < OFF for _, rest in sums):
        low, high = min(s for s, _ in sums), max(s for s, _ in sums)
        return Place(BUG, f"x̂ = a·real + b·fake with a + b from {low:.2g} to {high:.2g}, not 1")
    return Place(DIFFERS, "beside the segments of real and fake samples")


def _on_line(draw: Draw, part: slice) -> bool:
    return bool(_shares(*(x[:, part] for x in draw))[1].max() < OFF)


def _inside_box(draw: Draw) -> bool:
    """Whether each number of a point lies between the two of its pair."""
    points, real, fake = draw
    return bool(((points - real) * (points - fake) <= 1e-5).all())


def _on_some_pair(draw: Draw) -> bool:
    """Whether each point lies between a real and a fake sample, whichever they are."""
    points, real, fake = draw
    for point in points:
        epsilon, off = _shares(
            point.expand(len(real) * len(fake), -1),
            real.repeat_interleave(len(fake), 0),
            fake.repeat(len(real), 1),
        )
        if not ((off < OFF) & (epsilon > -1e-3) & (epsilon < 1.001)).any():
            return False
    return True


def _weights(draw: Draw) -> tuple[float, float]:
    """a + b of the first point as a·real + b·fake, and the share of it that is neither."""
    if draw.points.shape[1] < 3:
        return 1.0, 1.0  # in a plane anything is a sum of two vectors
    sums, rests = [], []
    for point, real, fake in zip(*draw, strict=True):
        basis = torch.stack([real, fake], 1)
        answer = torch.linalg.lstsq(basis, point[:, None]).solution
        sums.append(answer.sum().item())
        rests.append(((basis @ answer)[:, 0] - point).norm().item() / point.norm().item())
    return max(sums, key=lambda s: abs(s - 1)), max(rests)
