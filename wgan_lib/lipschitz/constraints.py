"""Ways to hold a dense layer's matrix at spectral norm 1, each a parametrisation of its weight.

A constraint takes an nn.Linear and gives it back held. `CONSTRAINTS` has them by name. Lesson 12
holds them against each other.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize

from wgan_lib.ground.arguments import positive_integer

Constraint = Callable[[nn.Linear], nn.Linear]


class AlmostOrthogonal(nn.Module):
    """W to W·D with D_ii = (Σ_j |WᵀW|_ij)^(−1/2): AOL (Prach and Lampert 2022, Theorem 1).

    No weight makes it steeper than 1, and an orthogonal one stays as it is. A column of zeros
    stays one.
    """

    def forward(self, weight: Tensor) -> Tensor:
        rows = (weight.T @ weight).abs().sum(1)
        return weight * rows.clamp_min(torch.finfo(rows.dtype).tiny).rsqrt()


class BjorckOrthogonal(nn.Module):
    """W to the nearest orthogonal matrix, by iterations of Björck and Bowie 1971 of some order.

    With E = I − WᵀW each iteration is W ← W(I + ½E + ⅜E² + …), the series of (I − E)^(−1/2) as far
    as E^order. W is divided by √(‖W‖₁‖W‖_∞) first. All singular values are then at most 1, and each
    iteration moves them up towards 1 and never beyond: few iterations make W less orthogonal, not
    steeper (Anil, Lucas, Grosse 2019, sec. 4.2).
    """

    def __init__(self, iterations: int = 15, order: int = 1):
        super().__init__()
        self.iterations = positive_integer("iterations", iterations)
        self.order = positive_integer("order", order)

    def forward(self, weight: Tensor) -> Tensor:
        tall = weight if len(weight) >= weight.shape[1] else weight.T
        tall = tall / _norm_bound(tall)
        for _ in range(self.iterations):
            tall = self._nearer(tall)
        return tall if len(weight) >= weight.shape[1] else tall.T

    def _nearer(self, weight: Tensor) -> Tensor:
        missing = torch.eye(weight.shape[1]).to(weight) - weight.T @ weight
        coefficient, term, total = 1.0, weight, weight
        for k in range(1, self.order + 1):
            coefficient *= (2 * k - 1) / (2 * k)
            term = term @ missing
            total = total + coefficient * term
        return total

    def extra_repr(self) -> str:
        return f"iterations={self.iterations}, order={self.order}"


def _norm_bound(weight: Tensor) -> Tensor:
    """√(‖W‖₁‖W‖_∞), which is at least the largest singular value."""
    entries = weight.abs()
    product = entries.sum(0).max() * entries.sum(1).max()
    return product.clamp_min(torch.finfo(weight.dtype).tiny).sqrt()


def almost_orthogonal(layer: nn.Linear) -> nn.Linear:
    """The layer with its weight rescaled by AOL; it starts orthogonal."""
    return _held(layer, AlmostOrthogonal())


def bjorck(layer: nn.Linear, iterations: int = 15, order: int = 1) -> nn.Linear:
    """The layer with its weight made orthogonal by Björck's iterations; it starts orthogonal."""
    return _held(layer, BjorckOrthogonal(iterations, order))


def _held(layer: nn.Linear, parametrisation: nn.Module) -> nn.Linear:
    nn.init.orthogonal_(layer.weight)
    parametrize.register_parametrization(layer, "weight", parametrisation)
    return layer


def orthogonal(layer: nn.Linear, orthogonal_map: str = "cayley") -> nn.Linear:
    """The layer with orthonormal rows or columns, by one of torch's three maps.

    The Cayley map asks for one linear system, "matrix_exp" for an exponential, and "householder"
    for a product of reflections.
    """
    return parametrizations.orthogonal(layer, orthogonal_map=orthogonal_map)


CONSTRAINTS: dict[str, Constraint] = {
    "orthogonal": orthogonal,
    "householder": partial(orthogonal, orthogonal_map="householder"),
    "matrix_exp": partial(orthogonal, orthogonal_map="matrix_exp"),
    "bjorck": bjorck,
    "aol": almost_orthogonal,
    "spectral": parametrizations.spectral_norm,
}
