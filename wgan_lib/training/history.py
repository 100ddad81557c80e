"""What a run records: one row of named numbers for each step of the generator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

CLOCK = "seconds"  # the one column that differs from machine to machine


class History(Mapping[str, Tensor]):
    """Named columns, 1-D CPU tensors of equal length; row i belongs to generator step i + 1.

    Losses are those of the last critic step and of the generator step; "seconds" counts the
    training time so far.
    """

    def __init__(self, columns: Mapping[str, Tensor] | None = None):
        self._columns = dict(columns or {})

    def append(self, names: list[str], rows: Tensor) -> None:
        """Add rows, R×len(names); the first call fixes the names."""
        new = dict(zip(names, rows.unbind(1), strict=True))
        if self._columns and list(self._columns) != names:
            raise ValueError(f"names must be {list(self._columns)}, got {names}")
        self._columns = {
            name: torch.cat([self._columns[name], column]) if self._columns else column.clone()
            for name, column in new.items()
        }

    @property
    def rows(self) -> int:
        return len(next(iter(self._columns.values()))) if self._columns else 0

    def last(self) -> dict[str, float]:
        """The newest row; empty before the first."""
        return {name: float(column[-1]) for name, column in self._columns.items() if len(column)}

    def __getitem__(self, name: str) -> Tensor:
        if name not in self._columns:
            raise KeyError(
                f"the history has {', '.join(self._columns) or 'no rows yet'}; no {name}"
            )
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)
