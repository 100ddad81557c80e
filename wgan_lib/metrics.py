"""How good are the samples? Numbers whose meaning is known in advance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor
from wgan_lib.transport import wasserstein

SAMPLES = 2500  # the number on which modes are counted (Srivastava et al. 2017, VEEGAN)


class ModeCoverage(NamedTuple):
    """covered of total modes, the share of high-quality samples, and their number per mode (M)."""

    covered: int
    total: int
    high_quality: float
    counts: Tensor


def mode_coverage(
    samples: Tensor, modes: Tensor, std: float | Tensor, threshold: float = 3.0
) -> ModeCoverage:
    """Counts modes by the rule of VEEGAN (Srivastava et al. 2017, sec. 4.1).

    A sample is of high quality within ``threshold`` standard deviations of its nearest mode, and a
    mode is covered when it is nearest to at least one such sample. samples N×d, modes M×d. Even a
    perfect sampler reaches only 1 − exp(−9/2) = 98.9 % in the plane.
    """
    samples = finite_tensor("samples", samples, dimensions=(2,))
    modes = finite_tensor("modes", modes, dimensions=(2,)).to(samples)
    finite_number("threshold", threshold, minimum=0.0, strict=True)
    if samples.shape[1] != modes.shape[1]:
        raise ValueError(
            f"samples must have {modes.shape[1]} columns as the modes have, got {samples.shape[1]}"
        )
    std = finite_tensor("std", std).to(samples)
    if std.numel() not in (1, len(modes)) or (std <= 0).any():
        raise ValueError(
            f"std must be one positive number, or {len(modes)}, one per mode, got {std.tolist()}"
        )
    # Distances are small beside the points themselves: got by products, they would cancel.
    distance = torch.cdist(samples, modes, compute_mode="donot_use_mm_for_euclid_dist")
    distance, nearest = distance.min(dim=1)
    reach = threshold * std.flatten().expand(len(modes))
    good = distance <= reach[nearest]
    counts = torch.bincount(nearest[good], minlength=len(modes))
    covered = int((counts > 0).sum())
    return ModeCoverage(covered, len(modes), int(good.sum()) / len(good), counts)


class EstimateCheck(NamedTuple):
    """A critic's estimate of W₁ beside the exact distance of the same two samples."""

    estimate: float
    exact: float

    @property
    def ratio(self) -> float:
        """estimate / exact: the critic's slope K where it is as good as its slope allows.

        Not a number where the samples are equal.
        """
        return self.estimate / self.exact if self.exact else math.nan


@torch.no_grad()
def critic_estimate(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> float:
    """Mean real score minus mean fake score: K·W₁ for the best critic of slope K."""
    return float(critic(real).cpu().double().mean() - critic(fake).cpu().double().mean())


def estimate_check(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor) -> EstimateCheck:
    """The critic's estimate against the exact W₁ between the same samples, N×… and M×…."""
    return EstimateCheck(critic_estimate(critic, real, fake), float(wasserstein(real, fake)))
