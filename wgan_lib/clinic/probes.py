"""Critics whose slope is known, and samples that can be told apart."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

Shape = tuple[int, ...]
Samples = Any  # a tensor N×…, or a list of them: one sample at several scales


class AnyKey(dict):
    """A critic's dictionary for whoever asks for the scores, by whatever name."""

    def __init__(self, scores: Tensor):
        super().__init__(scores=scores)

    def __missing__(self, key: object) -> Tensor:
        return self["scores"]


# In what form a critic hands its scores over, the usual ones first.
FORMS: dict[str, Callable[[Tensor], Any]] = {
    "N×1": lambda s: s[:, None],
    "N": lambda s: s,
    "N×1×1×1": lambda s: s[:, None, None, None],
    "a tuple": lambda s: (s[:, None], s[:, None]),
    "a dictionary": lambda s: AnyKey(s[:, None]),
    "one score per patch": lambda s: s[:, None, None, None].expand(-1, 1, 2, 2),
    "one score per batch": lambda s: s.mean(),
}


class KnownCritic(nn.Module):
    """θ·h(x), with h a plane (gradient w) or a bowl (gradient w∘x), that remembers what it saw.

    slope     θ
    level     h is taken off again without its gradient: all scores are equal, and every adversarial
              loss is a constant, while the slopes stay what they were
    lift      is added to every score
    flat      a dead ReLU behind the plane: no gradient anywhere
    form      how the scores are handed over, of ``FORMS``

    A zero is added to every score. The derivative of a loss there is that score's weight in it.
    """

    def __init__(
        self,
        shape: Shape | list[Shape],
        slope: float = 1.0,
        *,
        bowl: bool = False,
        level: bool = False,
        lift: float = 0.0,
        flat: bool = False,
        form: str = "N×1",
    ):
        super().__init__()
        shapes = shape if isinstance(shape, list) else [shape]
        w = torch.randn(sum(map(math.prod, shapes)), generator=torch.Generator().manual_seed(1))
        self.w = nn.Parameter(w.abs() / w.numel() ** 0.5 if bowl else w / w.norm())
        self.theta = nn.Parameter(torch.tensor(float(slope)))
        self.bowl, self.level, self.lift, self.flat, self.form = bowl, level, lift, flat, form
        self.seen: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, x: Samples, *labels: Any, **named: Any) -> Any:
        flat = flattened(x)
        height = (self.w * flat.square() / 2).sum(1) if self.bowl else flat @ self.w
        if self.flat:
            height = (height - 1e4).relu()
        if self.level:
            height = height - height.detach()
        zero = torch.zeros(len(flat), device=flat.device, dtype=flat.dtype, requires_grad=True)
        score = self.theta * height + self.lift + zero
        self.seen.append((flat, zero, score))
        return FORMS[self.form](score)

    def gradients(self, points: Tensor) -> Tensor:
        """∇ at each of the flattened points, N×d, as it must come out; it hangs on θ and w."""
        return self.theta * self.w * (points if self.bowl else torch.ones_like(points))


def flattened(x: Samples) -> Tensor:
    """N×d, whatever the shape of a sample, and over all scales where there are several."""
    return torch.cat([part.flatten(1) for part in (x if isinstance(x, (list, tuple)) else [x])], 1)


def each(x: Samples, change: Callable[[Tensor], Tensor]) -> Samples:
    """The change made to a batch of samples, at each of its scales."""
    return [change(part) for part in x] if isinstance(x, (list, tuple)) else change(x)


def real_and_fake(
    shape: Shape | list[Shape], count: int, dtype: torch.dtype = torch.float32
) -> tuple[Samples, Samples]:
    """Real and fake samples that differ in every number, the later ones farther out."""
    if isinstance(shape, list):
        pairs = [real_and_fake(one, count, dtype) for one in shape]
        return [real for real, _ in pairs], [fake for _, fake in pairs]
    real, fake = _drawn(shape, count)
    return real.to(dtype, copy=True), fake.to(dtype, copy=True)


@lru_cache(maxsize=8)
def _drawn(shape: Shape, count: int) -> tuple[Tensor, Tensor]:
    source = torch.Generator().manual_seed(math.prod(shape))
    fake = torch.randn(count, *shape, generator=source)
    side = torch.where(torch.rand(fake.shape, generator=source) < 0.5, -1.0, 1.0)
    gap = 0.5 + torch.rand(fake.shape, generator=source)
    far = torch.linspace(0.4, 1.6, count).reshape(-1, *[1] * len(shape))
    return (fake + gap * side) * far, fake * far


def among(points: Tensor, pool: Tensor) -> Tensor:
    """For each row of the points, N×d, whether it is a row of the pool; N booleans."""
    known = {tuple(row) for row in pool.detach().flatten(1)[:, :8].tolist()}
    rows = points.detach().flatten(1)[:, :8].tolist()
    return torch.tensor([tuple(row) in known for row in rows], dtype=torch.bool)
