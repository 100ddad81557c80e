"""How much there is to say about a law, and how far one law is from another: entropy to KL, JS, TV.

A law is a table of probabilities along the last dimension, …×n, and each table of a batch gives one
number. Its entries sum to 1 within 1e-6, or within 3.5e-4 in float32, whose sums are no better.
A Python list is taken in float64; tensors and arrays keep their dtype and device.

With `step` the entries are not probabilities but values of a density at points that lie `step`
apart, and every sum becomes an integral: Σ p·step must be 1 within 1e-3, or the grid is too short
or too coarse for this density. Without `step` such a table is refused.

An outcome with p = 0 adds nothing: 0·log 0 = 0. By convention it adds nothing to the gradient
either. So a density that underflows to 0 moves nothing, and JS has a finite gradient everywhere.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor

TABLE_TOLERANCE = 1e-6  # on Σp of a table, where the dtype can tell as much
GRID_TOLERANCE = 1e-3  # on Σp·step of a density: what may lie off the grid


def self_information(p: Tensor, base: float = 2) -> Tensor:
    """The surprise log(1/p) of an event of probability p, in bits (base 2); any shape.

    0 for what was certain, infinite for what was impossible (Shannon 1948; lesson 01).
    """
    return (0 - _probabilities("p", p).log()) / _unit(base)  # −log 1 would be −0


def entropy(p: Tensor, base: float = 2, *, step: float | None = None) -> Tensor:
    """H(p) = −Σ p·log p, the mean surprise, in bits (base 2): …×n to … (Shannon 1948).

    For a density, given with `step`, it is the differential entropy, which may be negative.
    """
    p = _law("p", p, step)
    return (0 - _total(p * _log_where(p, p), step)) / _unit(base)


def binary_entropy(p: Tensor) -> Tensor:
    """The entropy in bits of a coin that shows heads with probability p, any shape."""
    p = _probabilities("p", p)
    # log1p, because 1 − p has forgotten a small p.
    tails = (1 - p) * torch.log1p(-torch.where(p < 1, p, 0))
    return (0 - p * _log_where(p, p) - tails) / math.log(2)


def cross_entropy(
    p: Tensor, q: Tensor, base: float = math.e, *, step: float | None = None
) -> Tensor:
    """H(p, q) = −Σ p·log q, in nats (base e): what p costs in the code made for q.

    …×n and …×n to …; tables of a batch are broadcast, so one p meets many q.
    Infinite where q = 0 < p. Of a density q only the part where p lives is needed, so Σ q·step may
    be below 1.
    """
    p, q = _pair(p, q, step, whole=False)
    return (0 - _total(p * _log_where(p, q), step)) / _unit(base)


def kl(p: Tensor, q: Tensor, *, step: float | None = None) -> Tensor:
    """KL(p ‖ q) = Σ p·log(p/q) in nats, the excess H(p, q) − H(p): …×n and …×n to …

    Never negative, 0 only for p = q, infinite where q = 0 < p; not symmetric (Kullback, Leibler
    1951). Of a density q only the part where p lives is needed.
    """
    p, q = _pair(p, q, step, whole=False)
    return _kl(p, q, step)


def js(p: Tensor, q: Tensor, *, step: float | None = None) -> Tensor:
    """JS(p, q) = ½ KL(p ‖ m) + ½ KL(q ‖ m) with m = (p + q)/2, in nats: …×n and …×n to …

    From 0 for p = q to log 2 for laws that share no outcome; its root is a metric (Lin 1991;
    Endres, Schindelin 2003).
    """
    p, q = _pair(p, q, step)
    # Half of the smallest float rounds to 0, and there the KL divergence would be infinite.
    middle = ((p + q) / 2).clamp_min(torch.finfo(p.dtype).tiny)
    return (_kl(p, middle, step) + _kl(q, middle, step)) / 2


def total_variation(p: Tensor, q: Tensor, *, step: float | None = None) -> Tensor:
    """TV(p, q) = ½ Σ |p − q|, from 0 to 1: …×n and …×n to …

    The largest difference between the probabilities that p and q give to one event; a metric.
    """
    p, q = _pair(p, q, step)
    return _total((p - q).abs(), step) / 2


def _kl(p: Tensor, q: Tensor, step: float | None) -> Tensor:
    # The difference of logarithms, since p/q may overflow. Rounding must not push the sum below 0:
    # the root of JS would not be a number.
    return _total(p * (_log_where(p, p) - _log_where(p, q)), step).clamp_min(0)


def _log_where(p: Tensor, values: Tensor) -> Tensor:
    """log(values), and 0 where p = 0: in value and in gradient, which masking after log is not."""
    return torch.where(p > 0, values, 1).log()


def _total(terms: Tensor, step: float | None) -> Tensor:
    return terms.sum(-1) * (1.0 if step is None else step)


def _unit(base: float) -> float:
    """A bit (base 2) or a nat (base e), in nats."""
    return math.log(finite_number("base", base, minimum=1.0, strict=True))


def _pair(p: Tensor, q: Tensor, step: float | None, whole: bool = True) -> tuple[Tensor, Tensor]:
    """Two laws over the same outcomes, in one dtype; `whole`: q too must lie on the grid."""
    p, q = _law("p", p, step), _law("q", q, step, whole)
    if p.shape[-1] != q.shape[-1] or not _broadcast(p, q):
        raise ValueError(
            "p and q must be …×n with the same number n of outcomes and batches that fit, "
            f"got shapes {tuple(p.shape)} and {tuple(q.shape)}"
        )
    dtype = torch.promote_types(p.dtype, q.dtype)
    return p.to(dtype), q.to(dtype)


def _broadcast(p: Tensor, q: Tensor) -> bool:
    sizes = zip(reversed(p.shape), reversed(q.shape), strict=False)
    return all(a == b or 1 in (a, b) for a, b in sizes)


def _law(name: str, values: Tensor, step: float | None, whole: bool = True) -> Tensor:
    """A table that sums to 1, or a density that integrates to 1 (at most, where not `whole`)."""
    law = finite_tensor(name, values, list_dtype=torch.float64)
    if law.ndim == 0:
        raise ValueError(f"{name} must be a table …×n of probabilities, got the one number {law}")
    if (law < 0).any():
        raise ValueError(f"{name} must not be negative, got a smallest entry of {law.min():.3g}")
    if step is None:
        _refuse_sum(name, law.sum(-1), max(TABLE_TOLERANCE, torch.finfo(law.dtype).eps ** 0.5))
    else:
        mass = law.sum(-1) * finite_number("step", step, minimum=0.0, strict=True)
        _refuse_mass(name, mass, whole)
    return law


def _refuse_sum(name: str, sums: Tensor, tolerance: float) -> None:
    worst = _worst(sums)
    if abs(worst - 1) > tolerance:
        raise ValueError(
            f"{name} must sum to 1 (within {tolerance:.2g}) along its last dimension, "
            f"got a sum of {worst:.8g}; for a density on a grid, give its step"
        )


def _refuse_mass(name: str, mass: Tensor, whole: bool) -> None:
    worst = _worst(mass if whole else mass.clamp_min(1))
    if abs(worst - 1) > GRID_TOLERANCE:
        raise ValueError(
            f"{name} must integrate to {'1' if whole else 'at most 1'} over the grid "
            f"(within {GRID_TOLERANCE:g}), got Σ {name}·step = {worst:.6g}: "
            "take a longer or finer grid, or check the step"
        )


def _worst(sums: Tensor) -> float:
    """Of many sums the one that is furthest from 1."""
    sums = sums.detach().flatten().double()
    return sums[(sums - 1).abs().argmax()].item()


def _probabilities(name: str, values: Tensor) -> Tensor:
    p = finite_tensor(name, values, list_dtype=torch.float64)
    if ((p < 0) | (p > 1)).any():
        raise ValueError(
            f"{name} must hold probabilities from 0 to 1, got values from {p.min():.3g} "
            f"to {p.max():.3g}"
        )
    return p
