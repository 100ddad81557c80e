"""Checks of arguments, shared by every module of the library.

Each function takes the argument's name and its value, and either returns the value as the plain
type that was asked for or raises: `TypeError` when the value is of the wrong kind (a string where
a number belongs), `ValueError` when the kind is right and the value is not (a batch of size 0).
Every message has the same three parts: the name, what is allowed, what was got.
"""

from __future__ import annotations

import difflib
import math
import numbers
import operator
import reprlib
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

BRIEF = reprlib.Repr()  # a list may hold itself twice, and that twice again
BRIEF.maxstring = BRIEF.maxother = BRIEF.maxlong = 80


def positive_integer(name: str, value: object, minimum: int = 1) -> int:
    """Return `value` as an `int` of at least `minimum`.

    Integers of numpy and torch are welcome, and so is a float without a fraction (`1e4`).
    Raises `TypeError` for booleans and for anything that is not a number, `ValueError` for a
    number with a fraction or below `minimum`.
    """
    wanted = f"{name} must be an integer of at least {minimum}, got {_shown(value)}"
    if not _is_real_number(value):
        raise TypeError(wanted)
    number = _exact_integer(value)
    if number is None or number < minimum:
        raise ValueError(wanted)
    return number


def finite_number(
    name: str,
    value: object,
    minimum: float | None = None,
    maximum: float | None = None,
    strict: bool = False,
) -> float:
    """Return `value` as a finite `float` between `minimum` and `maximum`.

    Both ends belong to the range, unless `strict` leaves both out. Raises `TypeError` for booleans
    and for anything that is not a number, `ValueError` for nan, for infinity and outside the range.
    """
    wanted = f"{name} must be a finite number{_range(minimum, maximum, strict)}"
    if not _is_real_number(value):
        raise TypeError(f"{wanted}, got {_shown(value)}")
    number = _as_float(value)
    if not (math.isfinite(number) and _inside(number, minimum, maximum, strict)):
        raise ValueError(f"{wanted}, got {_shown(value)}")
    return number


def one_of(name: str, value: object, allowed: Iterable[str]) -> str:
    """Return `value` if it is one of the `allowed` strings.

    Otherwise raises `TypeError` (not a string) or `ValueError`; the message lists what is allowed
    and asks about the nearest name, since most wrong names are misspelt right ones.
    """
    names = list(allowed)
    wanted = f"{name} must be one of {', '.join(map(repr, names))}, got {_shown(value)}"
    if not isinstance(value, str):
        raise TypeError(wanted)
    if value not in names:
        nearest = difflib.get_close_matches(value, names, n=1)
        raise ValueError(wanted + (f"; did you mean {nearest[0]!r}?" if nearest else ""))
    return value


def finite_tensor(
    name: str,
    value: object,
    dimensions: Sequence[int] | None = None,
    list_dtype: torch.dtype | None = None,
) -> Tensor:
    """Return `value` as a floating-point tensor that is neither empty nor holds nan or infinity.

    Takes a tensor or anything `torch.as_tensor` takes. A floating-point tensor keeps its dtype, its
    device and its graph; integers and booleans become the default dtype. What has no dtype of its
    own, such as a list, gets `list_dtype`: float64 keeps its digits. `dimensions`, if given, lists
    the allowed numbers of dimensions. Raises `TypeError` for what no tensor can be made of
    and for complex numbers, `ValueError` for the rest.
    """
    tensor = _real_tensor(name, value, list_dtype)
    if dimensions is not None and tensor.ndim not in dimensions:
        allowed = " or ".join(str(count) for count in dimensions)
        raise ValueError(
            f"{name} must have {allowed} dimension{'' if allowed == '1' else 's'}, "
            f"got shape {tuple(tensor.shape)}"
        )
    if tensor.numel() == 0:
        raise ValueError(f"{name} must not be empty, got shape {tuple(tensor.shape)}")
    _refuse_non_finite(name, tensor)
    return tensor


def _real_tensor(name: str, value: object, list_dtype: torch.dtype | None) -> Tensor:
    try:
        tensor = torch.as_tensor(value)
        if list_dtype is not None and not (hasattr(value, "dtype") or tensor.is_complex()):
            tensor = torch.as_tensor(value, dtype=list_dtype)
    except (TypeError, ValueError, RuntimeError) as error:
        wanted = f"{name} must be a tensor, or numbers a tensor can be made of"
        raise TypeError(f"{wanted}, got {_shown(value)}") from error
    if tensor.is_complex():
        raise TypeError(f"{name} must hold real numbers, got dtype {tensor.dtype}")
    return tensor if tensor.is_floating_point() else tensor.to(torch.get_default_dtype())


def _refuse_non_finite(name: str, tensor: Tensor) -> None:
    if tensor.device.type == "meta":  # a tensor without values has no value to object to
        return
    # One pass decides nearly always: nan and infinity survive every sum. Only a sum of finite
    # numbers that is too large for the dtype needs the closer look.
    if torch.isfinite(tensor.detach().sum()):
        return
    finite = torch.isfinite(tensor)
    if not finite.all():
        wrong = int((~finite).sum())
        raise ValueError(
            f"{name} must hold finite numbers only, got {wrong} nan or infinite "
            f"of {tensor.numel()} values"
        )


def _is_real_number(value: object) -> bool:
    """Whether `value` is one real number: of Python, of numpy, or in a tensor of one element."""
    if isinstance(value, Tensor):
        return value.numel() == 1 and not value.is_complex() and value.dtype != torch.bool
    # bool is a subclass of int, but `batch_size=True` is a slip and not a batch of one.
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _exact_integer(value: object) -> int | None:
    """`value` as an `int`, or None where that would lose something: 2.5, nan, infinity."""
    if isinstance(value, Tensor):
        value = value.item()
    try:
        return operator.index(value)
    except TypeError:
        number = _as_float(value)
        return int(number) if number.is_integer() else None


def _as_float(value: object) -> float:
    try:
        return float(value)
    except OverflowError:  # an integer or a fraction beyond the largest float
        return math.inf


def _inside(number: float, minimum: float | None, maximum: float | None, strict: bool) -> bool:
    below = operator.lt if strict else operator.le
    return (minimum is None or below(minimum, number)) and (
        maximum is None or below(number, maximum)
    )


def _range(minimum: float | None, maximum: float | None, strict: bool) -> str:
    """The range in words, to stand after "a finite number"."""
    if minimum is None and maximum is None:
        return ""
    if maximum is None:
        return f" greater than {minimum:g}" if strict else f" of at least {minimum:g}"
    if minimum is None:
        return f" less than {maximum:g}" if strict else f" of at most {maximum:g}"
    return f" {'strictly ' if strict else ''}between {minimum:g} and {maximum:g}"


def _shown(value: object) -> str:
    """`repr(value)` on one line and short enough for a message; a tensor by its shape."""
    if isinstance(value, Tensor) and value.numel() != 1:
        return f"a tensor of shape {tuple(value.shape)}"
    text = " ".join(BRIEF.repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
