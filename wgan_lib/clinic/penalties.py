"""The law of a penalty: over which axes its norm runs, what a norm costs, and the weight λ."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import torch
from torch import Tensor

TOLERANCE = 2e-3  # of the spread of the penalties
SAMPLE = "each sample"
GROUPS = (2, 3, 4, 5, 8, 10)

FORMULAS: dict[str, Callable[[Tensor], Tensor]] = {
    "(n−1)²": lambda n: (n - 1).square().mean(),
    "max(n−1, 0)²": lambda n: (n - 1).relu().square().mean(),
    "n²": lambda n: n.square().mean(),
    "(n²−1)²": lambda n: (n.square() - 1).square().mean(),
    "(mean n − 1)²": lambda n: (n.mean() - 1).square(),
    "|n−1|": lambda n: (n - 1).abs().mean(),
    "n": lambda n: n.mean(),
    "n⁶": lambda n: n.pow(6).mean(),
    "max n²": lambda n: n.square().max(),
}
TWO_SIDED, ONE_SIDED = "(n−1)²", "max(n−1, 0)²"


class Law(NamedTuple):
    """A penalty λ·formula(norms of the gradients).

    norm     over what each norm runs
    formula  a key of ``FORMULAS``, or (n−c)² with another centre c
    weight   λ
    centre   the slope that costs nothing, where the formula is (n−c)²
    """

    norm: str
    formula: str
    weight: float
    centre: float = 1.0

    def cost(self, gradients: Tensor) -> Tensor:
        """What critics with these gradients, N×…, pay; it keeps their graph."""
        n = norms_of(gradients)[self.norm]
        if self.formula in FORMULAS:
            return self.weight * FORMULAS[self.formula](n)
        return self.weight * (n - self.centre).square().mean()


def norms_of(gradients: Tensor) -> dict[str, Tensor]:
    """Every norm that a penalty has been seen to take of gradients N×…, by name."""
    return dict(_norms(gradients))


def _norms(g: Tensor) -> Iterator[tuple[str, Tensor]]:
    per_sample = g.flatten(1).norm(dim=1)
    yield SAMPLE, per_sample
    for axes in _other_axes(g.ndim):
        yield (
            f"axes {axes}",
            torch.linalg.vector_norm(g, dim=axes).flatten() if axes else g.abs().flatten(),
        )
    yield f"{SAMPLE}, root mean square", per_sample / g[0].numel() ** 0.5
    yield f"{SAMPLE} of a mean score, N times too small", per_sample / len(g)
    yield "the mean gradient of the batch", g.mean(0).norm()[None]
    for k in GROUPS:
        if len(g) > k and len(g) % k == 0:
            yield f"groups of {k} samples", g.reshape(len(g) // k, -1).norm(dim=1)
    if g[0].numel() > 1:
        yield f"{SAMPLE}, sum of absolute values", g.flatten(1).abs().sum(1)
        yield f"{SAMPLE}, largest number", g.flatten(1).abs().amax(1)


def _other_axes(dimensions: int) -> Iterator[tuple[int, ...]]:
    """All choices of axes but the right one, which is all of them without the first.

    No axis at all comes last: with one channel that is axis 1, and a reader knows axis 1.
    """
    every = range(dimensions)
    for count in (*every[1:], dimensions, 0):
        for axes in combinations(every, count):
            if axes != tuple(every)[1:]:
                yield axes


def in_words(norm: str, dimensions: int) -> str:
    """The name of a norm as a reader would put it."""
    if not norm.startswith("axes "):
        return norm
    axes = tuple(int(word) for word in norm[6:-1].split(",") if word.strip())
    if axes == tuple(range(dimensions)):
        return "the whole batch, one norm for all"
    if not axes:
        return "each number by itself"
    return f"axis {axes[0]} alone" if len(axes) == 1 else f"axes {axes} alone"


def is_variant(norm: str) -> bool:
    """Norms that somebody may want: groups are PacGAN's, other norms of a sample Banach WGAN's."""
    return norm.startswith("groups") or "absolute" in norm or "largest" in norm


def explain(gradients: Sequence[Tensor], penalties: Sequence[Tensor]) -> Law | None:
    """The first law under which all penalties come out as measured, up to one constant.

    gradients holds what each of several critics has at the penalty's points, N×…; penalties what
    each of them paid. None where no law fits.
    """
    measured = torch.stack(list(penalties)).double()
    tables = [norms_of(gradient.detach().double()) for gradient in gradients]
    for norm in tables[0]:
        if all(norm in table for table in tables):
            found = _by_formula(norm, [table[norm] for table in tables], measured)
            if found:
                return found
    return _centred([table[SAMPLE] for table in tables], measured)


def _by_formula(norm: str, norms: list[Tensor], measured: Tensor) -> Law | None:
    for formula in FORMULAS if norm == SAMPLE else (TWO_SIDED, "n²"):
        model = torch.stack([FORMULAS[formula](n) for n in norms])
        weight, rest = _fit(measured, model[:, None])
        if rest < TOLERANCE:
            return Law(norm, formula, weight[0].item())
    return None


def _centred(norms: list[Tensor], measured: Tensor) -> Law | None:
    """λ·mean (n−c)² is linear in λ and λc: solve for both. Other norms can look like it."""
    squares = torch.stack([n.square().mean() for n in norms])
    means = torch.stack([n.mean() for n in norms])
    (weight, slope), rest = _fit(measured, torch.stack([squares, means], 1))
    if rest > TOLERANCE or abs(weight) < 1e-12:
        return None
    centre = (-slope / weight / 2).item()
    return Law(SAMPLE, f"(n−{centre:.3g})²", weight.item(), centre)


def _fit(measured: Tensor, model: Tensor) -> tuple[Tensor, float]:
    """Least squares up to a constant, and the largest misfit over the spread of the measured."""
    target, columns = measured - measured.mean(), model - model.mean(0)
    if not (target.isfinite().all() and columns.isfinite().all()):
        return model.new_zeros(model.shape[1]), math.inf  # the solver would print, and not return
    answer = torch.linalg.lstsq(columns, target[:, None]).solution[:, 0]
    rest = (columns @ answer - target).abs().max() / target.abs().max().clamp_min(1e-30)
    return answer, rest.item()
