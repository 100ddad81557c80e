"""The matrix products of a piece of code: recorded as they happen, then done again on their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

aten = torch.ops.aten
PRODUCTS: dict[Any, Callable[..., Tensor]] = {
    aten.mm: torch.mm,
    aten.addmm: torch.addmm,
    aten.bmm: torch.bmm,
    aten.baddbmm: torch.baddbmm,
    aten.mv: torch.mv,
    aten.addmv: torch.addmv,
}


class Layout(NamedTuple):
    """A matrix without its numbers; the strides tell whether it is transposed."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @classmethod
    def of(cls, tensor: Tensor) -> Layout:
        return cls(tuple(tensor.shape), tensor.stride())


@dataclass(frozen=True)
class Product:
    """One product that was computed.

    operands   the bias first where there is one, then the two factors
    needed     False where a factor was zero throughout: the result was known beforehand
    """

    operation: Any
    operands: tuple[Layout, ...]
    result: Layout
    needed: bool

    @property
    def multiplications(self) -> int:
        """Scalar ones: size of the result × inner dimension."""
        return math.prod(self.result.shape) * self.operands[-2].shape[-1]


class ProductRecorder(TorchDispatchMode):
    """Inside, every matrix product is noted in ``products``, those of the gradients too."""

    def __init__(self):
        super().__init__()
        self.products: list[Product] = []

    def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
        result = function(*arguments, **(keywords or {}))
        if function.overloadpacket in PRODUCTS:
            tensors = [argument for argument in arguments if isinstance(argument, Tensor)]
            layouts = tuple(Layout.of(tensor) for tensor in tensors)
            needed = all(bool(factor.any()) for factor in tensors[-2:])
            self.products.append(
                Product(function.overloadpacket, layouts, Layout.of(result), needed)
            )
        return result


class Replay:
    """A loop of nothing but the given products.

    Operands are made beforehand, and equal layouts share one tensor: whatever the cache can hold
    is in it. So the rate is one that no training loop with these products can beat.
    """

    def __init__(self, products: Iterable[Product]):
        operands: dict[Layout, Tensor] = {}
        results: dict[Layout, Tensor] = {}
        self.calls = []
        for product in products:
            given = [operands.setdefault(o, random_matrix(o)) for o in product.operands]
            result = results.setdefault(product.result, random_matrix(product.result))
            self.calls.append((PRODUCTS[product.operation], given, result))

    @torch.no_grad()
    def advance(self, rounds: int) -> None:
        for _ in range(rounds):
            for operation, operands, result in self.calls:
                operation(*operands, out=result)


def random_matrix(layout: Layout) -> Tensor:
    """Standard normal numbers in that layout; a stride of 0 repeats a number (``expand``)."""
    extents = zip(layout.shape, layout.strides, strict=True)
    stored = 1 + sum((extent - 1) * stride for extent, stride in extents)
    return torch.randn(stored).as_strided(*layout)
