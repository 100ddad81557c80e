"""Numbers as the lessons write them: 6,561, 0.02, −2, 1/3, 2 %, 10⁻⁹, ∞."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Real

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST, MOST = 1e-4, 1e7  # what lies between them is written without a power of ten
DIGITS = 6


def written(number: Real) -> str:
    """The shortest form of a number that loses nothing of it.

    Raises ValueError for a float that has no form of six digits or fewer, such as math.log(2):
    what to leave out is for the author to say.
    """
    sign, size = ("−", -number) if number < 0 else ("", number)
    return sign + _size_written(size)


def _size_written(size: Real) -> str:
    if math.isinf(size):
        return "∞"
    if size == int(size) and size < MOST:
        return f"{int(size):,}"
    if isinstance(size, Fraction):
        return str(size)
    if LEAST <= size < MOST:
        return f"{_unless_longer(f'{size:.{DIGITS}g}', size):,}"
    return _power_written(size)


def _power_written(size: Real) -> str:
    short = f"{size:.{DIGITS - 1}e}"
    _unless_longer(short, size)
    mantissa, power = short.split("e")
    factor = "" if float(mantissa) == 1 else f"{float(mantissa):g} · "
    return f"{factor}10{str(int(power)).translate(_SUPERSCRIPTS)}"


def _unless_longer(short: str, size: Real) -> float:
    """The number that `short` says; a ValueError if that is not `size` itself."""
    if float(short) != size:
        raise ValueError(
            f"{size!r} has no form of {DIGITS} digits or fewer: give its field a format, as in "
            "'{:.3f}', or let the sentence name it, as in 'log 2'"
        )
    return float(short)


@dataclass(frozen=True)
class Quantity:
    """One number or several, which fill a field of a sentence.

    The format is empty, `%` (0.02 becomes 2 %), or one of Python's for numbers, such as `.3f`.
    Several numbers become a list: 1.419, 3.419 and 9.419.
    """

    value: Real | Sequence[Real]

    @property
    def numbers(self) -> list[Real]:
        return list(self.value) if isinstance(self.value, Sequence) else [self.value]

    def __format__(self, format_spec: str) -> str:
        *firsts, last = (_formatted(number, format_spec) for number in self.numbers)
        return f"{', '.join(firsts)} and {last}" if firsts else last

    def __str__(self) -> str:
        return format(self)


def _formatted(number: Real, format_spec: str) -> str:
    if not format_spec:
        return written(number)
    if format_spec == "%":
        return f"{written(round(float(number) * 100, 10))} %"
    return format(number, format_spec).replace("-", "−").replace("%", " %")
