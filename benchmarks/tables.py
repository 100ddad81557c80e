"""Rows as an aligned table."""

from __future__ import annotations

from collections.abc import Sequence


def table(rows: Sequence[tuple]) -> str:
    """Named tuples of one kind, a line each under their fields' names; numbers to the right."""
    header = [field.replace("_", " ") for field in rows[0]._fields]
    cells = [[text(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *cells, strict=True)]
    left = [isinstance(value, str) for value in rows[0]]
    lines = [header, ["-" * width for width in widths], *cells]
    return "\n".join(aligned(line, widths, left) for line in lines)


def aligned(cells: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    padded = [
        cell.ljust(width) if to_the_left else cell.rjust(width)
        for cell, width, to_the_left in zip(cells, widths, left, strict=True)
    ]
    return "  ".join(padded).rstrip()


def text(value: object) -> str:
    """Numbers with the digits that a measurement has."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}"
