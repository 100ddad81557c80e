"""`describe(figure)`: what a figure shows, in one line of text for each of its axes.

A screen reader reads that line, and the tests compare it with the one stored in the notebook: a
negated curve, a changed label or another seed changes the line. The last digits of a float differ
between processors, and they must not change it; hence the rounding below.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

# A value of 0.125 ± 1e-8 rounds to 0.12 or 0.13, as the processor pleases, and such plain values
# are common. So a value is rounded up a little early, at an odd place where none of them lies.
_EARLY = 0.0137
_TURN = 10**0.4927  # near √10: no plain number stands where a digit more or less is kept
_NOTHING = 1e-12  # numbers that are all smaller than this are taken for rounding errors of zero


def describe(figure: Any, digits: int = 2, values: bool = True) -> str:
    """Describe a matplotlib figure, one line per axes.

    Takes the figure, the number of significant digits (1 to 6, counted on the largest value of
    each curve) and whether to give values at all. `values=False` leaves names, labels and counts,
    for figures of training runs, whose values differ from one processor to the next.
    """
    if not isinstance(digits, int) or isinstance(digits, bool) or not 1 <= digits <= 6:
        raise ValueError(f"digits must be a whole number from 1 to 6, got {digits!r}")
    kept = digits if values else None
    axes = [each for each in figure.axes if each.get_label() != "<colorbar>"]
    return "\n".join(_axes_line(each, kept) for each in axes) or "an empty figure"


def _axes_line(axes: Any, digits: int | None) -> str:
    labels = [f"{name}: {text}" for name, text in zip("xy", _labels(axes), strict=True) if text]
    parts = [axes.get_title(), ", ".join(labels), *_artists(axes, digits)]
    return " | ".join(part for part in parts if part) or "empty axes"


def _labels(axes: Any) -> Iterator[str]:
    for axis in (axes.xaxis, axes.yaxis):
        logarithmic = " (log)" if axis.get_scale() == "log" else ""
        yield f"{axis.get_label().get_text()}{logarithmic}".strip()


def _artists(axes: Any, digits: int | None) -> Iterator[str]:
    x, y = (_Rounding(digits, axis.get_scale() == "log") for axis in (axes.xaxis, axes.yaxis))
    colours = _Rounding(digits)
    for line in axes.lines:
        yield f"{_name(line, 'line')}: {_course(*line.get_data(), x, y)}"
    for container in axes.containers:
        if hasattr(container, "datavalues"):
            yield f"{_name(container, 'bars')}: {_sequence('bars', container.datavalues, y)}"
    for image in axes.images:
        yield f"image: {_table(image.get_array(), colours)}"
    for collection in axes.collections:
        yield _collection(collection, x, y, colours)
    yield from _patches(axes, y)


def _collection(collection: Any, x: _Rounding, y: _Rounding, colours: _Rounding) -> str:
    if hasattr(collection, "levels"):
        return f"{len(collection.levels)} contour levels"
    if hasattr(collection, "get_coordinates"):
        return f"colours: {_table(collection.get_array(), colours)}"
    if type(collection).__name__ == "PathCollection":  # others, such as fills, have sizes too
        return f"{_name(collection, 'points')}: {_cloud(collection.get_offsets(), x, y)}"
    return f"{_name(collection, 'shapes')}: {len(collection.get_paths())} shapes"


def _patches(axes: Any, y: _Rounding) -> Iterator[str]:
    bars = {id(bar) for container in axes.containers for bar in container}
    free = [patch for patch in axes.patches if id(patch) not in bars]
    steps = [patch for patch in free if hasattr(patch, "get_data")]
    for patch in steps:
        yield f"{_name(patch, 'histogram')}: {_sequence('bins', patch.get_data().values, y)}"
    if len(free) > len(steps):
        yield f"{len(free) - len(steps)} shapes"


def _name(artist: Any, otherwise: str) -> str:
    label = str(artist.get_label())
    return otherwise if label.startswith("_") or not label else label


def _course(xs: Any, ys: Any, x: _Rounding, y: _Rounding) -> str:
    """A curve: where it starts and ends, how low and high it comes, and what it passes."""
    xs, ys = _flat(xs), _flat(ys)
    return _join(f"{ys.size} points", _span("x", xs, x), _span("y", ys, y), _passing(ys, y))


def _sequence(noun: str, heights: Any, y: _Rounding) -> str:
    heights = _flat(heights)
    return _join(f"{heights.size} {noun}", _span("y", heights, y), _passing(heights, y))


def _table(numbers: Any, colours: _Rounding) -> str:
    """An image or a surface: the mean of each quarter tells it from its mirror images."""
    shape, flat = np.shape(numbers), _flat(numbers)
    size = f"{'×'.join(map(str, shape))} values"
    quarters = "" if len(shape) < 2 else _quarters(flat.reshape(shape), colours)
    return _join(size, _span("", flat, colours), _mean(flat, colours), quarters)


def _quarters(table: np.ndarray, colours: _Rounding) -> str:
    half_way = table.shape[0] // 2, table.shape[1] // 2
    if 0 in half_way or not np.isfinite(table).all():
        return ""
    halves = np.split(table, half_way[:1], axis=0)
    quarters = [each for half in halves for each in np.split(half, half_way[1:], axis=1)]
    written = colours.write([each.mean() for each in quarters], table)
    return f"quarters {', '.join(written)}" if written else ""


def _cloud(points: Any, x: _Rounding, y: _Rounding) -> str:
    xs, ys = _flat(points[:, 0]), _flat(points[:, 1])
    first = [*x.write(xs[:1], xs), *y.write(ys[:1], ys)]
    return _join(
        f"{len(points)} points",
        *(_span("x", xs, x), _mean(xs, x), _span("y", ys, y), _mean(ys, y)),
        f"first ({', '.join(first)})" if first else "",
    )


def _flat(numbers: Any) -> np.ndarray:
    return np.ma.filled(np.ma.asarray(numbers, float), np.nan).ravel()


def _join(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _span(axis: str, numbers: np.ndarray, rounding: _Rounding) -> str:
    finite = numbers[np.isfinite(numbers)]
    missing = f"{numbers.size - finite.size} not finite" if finite.size < numbers.size else ""
    ends = rounding.write([finite.min(), finite.max()], finite) if finite.size else []
    return _join(f"{axis} {' to '.join(ends)}".strip() if ends else "", missing)


def _mean(numbers: np.ndarray, rounding: _Rounding) -> str:
    finite = numbers[np.isfinite(numbers)]
    written = rounding.write([finite.mean(), finite.std()], finite) if finite.size else []
    return f"mean {' ± '.join(written)}" if written else ""


def _passing(numbers: np.ndarray, rounding: _Rounding) -> str:
    """Up to eight numbers are listed; of more, five: a curve that is flipped passes others."""
    places = np.linspace(0, numbers.size - 1, 5).astype(int) if numbers.size > 8 else slice(None)
    written = rounding.write(numbers[places], numbers)
    return f"passing {', '.join(written)}" if written else ""


class _Rounding(NamedTuple):
    """How the numbers of one axis are written: with that many digits, or (None) not at all."""

    digits: int | None
    logarithmic: bool = False

    def write(self, numbers: Iterable[float], among: np.ndarray) -> list[str]:
        """Write `numbers`, rounded on the scale of those `among` which they stand.

        A mean of 1e-9 among ones is 0, and would be noise on its own scale. On a logarithmic axis
        each number has a scale of its own.
        """
        if self.digits is None:
            return []
        largest = np.abs(among[np.isfinite(among)]).max(initial=_NOTHING)
        scales = (abs(each) if self.logarithmic else largest for each in numbers)
        return [
            _written(float(number), _unit(float(scale), self.digits))
            for number, scale in zip(numbers, scales, strict=True)
        ]


def _unit(scale: float, digits: int) -> float:
    """The unit of the last digit that is kept: with two digits, 0.01 for a scale of 0.3 to 3."""
    if not math.isfinite(scale) or scale == 0:
        return 1.0
    return 10.0 ** (math.ceil(math.log10(scale / _TURN)) - digits)


def _written(number: float, unit: float) -> str:
    if not math.isfinite(number):
        return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
    units = math.floor(abs(number) / unit + 0.5 + _EARLY)
    return f"{math.copysign(units * unit, number):.6g}" if units else "0"
