"""What a claim checks, in a form that also fills its sentence: the number is written once.

    claim("w = 4, λ = 1: the slope settles at {}", near(settled(4, 1), 3, within=1e-3))

Each predicate compares what was computed with what is allowed. A sentence is filled with what the
author allowed, never with what was computed, so that it is the same on every machine. A value is a
number, a tensor or a sequence of them; all its numbers must pass, and nan never does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from wgan_lib.classroom.quantities import Quantity

Fill = Quantity | str


@dataclass(frozen=True)
class Check:
    """What came out of a predicate: whether it holds, and the words for it.

    `fills` go into the fields of the sentence, one after the other; `failure` shows both sides of
    the first comparison that failed. `each` says which numbers passed, and `rows` in how many rows
    they stand: one number, or several, for each element of what was given.
    """

    holds: bool
    fills: tuple[Fill, ...] = ()
    within: Real | None = None
    failure: str = ""
    each: tuple[bool, ...] = ()
    rows: int = 1

    def __bool__(self) -> bool:
        return self.holds


def near(value: Any, target: Any, *, within: float) -> Check:
    """Every number of `value` differs from the target by `within` at most; ∞ is near ∞ alone.

    Fills one field with the target, if that is a number, or a list or tuple of them; a tensor was
    computed and fills nothing. The field `{within}` is filled with the tolerance.
    """
    if not 0 <= _number("within", within) < math.inf:
        raise ValueError(f"within must be 0 or more, and finite, got {within}")
    fills = (target,) if isinstance(target, Real | list | tuple) else ()

    def passes(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        return (found == wanted) | (abs(found - wanted) <= within)

    return _compared(
        passes, f"within {within:g} of {{}}", value, target, fills=fills, within=within
    )


def below(value: Any, bound: Any) -> Check:
    """Every number of `value` is less than the bound. Fills one field if the bound is a number."""
    return _compared(np.less, "below {}", value, bound)


def above(value: Any, bound: Any) -> Check:
    """Every number of `value` is greater than the bound, which fills as that of `below`."""
    return _compared(np.greater, "above {}", value, bound)


def at_most(value: Any, bound: Any) -> Check:
    """Every number of `value` is the bound or less; the bound fills as that of `below`."""
    return _compared(np.less_equal, "{} or less", value, bound)


def at_least(value: Any, bound: Any) -> Check:
    """Every number of `value` is the bound or more; the bound fills as that of `below`."""
    return _compared(np.greater_equal, "{} or more", value, bound)


def between(value: Any, low: Any, high: Any) -> Check:
    """Every number of `value` lies between the two ends, which count. Fills two fields."""
    if not (np.asarray(_numbers("low", low)) <= _numbers("high", high)).all():
        raise ValueError(f"low must not exceed high, got {low} and {high}")
    return _compared(lambda v, a, b: (a <= v) & (v <= b), "from {} to {}", value, low, high)


def every(holds: Any) -> Check:
    """All that is given holds: another check, a boolean tensor, or truth values and checks.

    Fills what the check within fills, and then one field with the count, such as "12 of 12".
    """
    check = _gathered("holds", holds)
    return _counted(check, check.each, "", check.failure)


def seeds(
    which: Iterable[int], holds: Any, *, stored: bool = False, exactly: int | None = None
) -> Check:
    """It holds for each seed; with `exactly`, for that many of them and no more.

    `holds` is a function of the seed, or what `every` takes, with one row for each seed. Fills what
    the check within fills, and then one field: "5 of 5 seeds", or "5 of 5 stored runs" where the
    runs were not made in this notebook. A check for each seed fills what all of them agree on.
    """
    tried = list(which)
    check = _gathered("holds", map(holds, tried) if callable(holds) else holds)
    if check.rows != len(tried):
        raise ValueError(
            f"holds must say something of each of {len(tried)} seeds, got {check.rows}"
        )
    if exactly is not None and not 0 <= exactly <= len(tried):
        raise ValueError(f"exactly must be from 0 to {len(tried)}, got {exactly}")
    rows = np.reshape(check.each, (check.rows, -1)).all(axis=1).tolist()
    failing = ", ".join(str(seed) for seed, passed in zip(tried, rows, strict=True) if not passed)
    failure = f"it fails for the seeds {failing or 'none'}; {check.failure}"
    what = " stored runs" if stored else " seeds"
    return _counted(check, tuple(rows), what, failure, exactly)


def truth(name: str, value: Any) -> bool:
    """A truth value as a bool: a bool, or a boolean tensor or array with one element.

    Raises TypeError, by `name`, for all else: a float is none.
    """
    dtype = str(getattr(value, "dtype", ""))
    if isinstance(value, bool) or (dtype in {"bool", "torch.bool"} and math.prod(value.shape) == 1):
        return bool(value)
    got = type(value).__name__
    if dtype:
        got += f" of {dtype} with shape {tuple(value.shape)}"
    raise TypeError(
        f"{name} must be True or False, a boolean tensor with one element or a check, got {got}: "
        "write the comparison, as in `below(estimate, 0.3)` or `estimate < 0.3`"
    )


def _compared(
    passes: Callable[..., np.ndarray],
    allowed: str,
    value: Any,
    *bounds: Any,
    fills: tuple[Any, ...] | None = None,
    within: Real | None = None,
) -> Check:
    """Compare each number of `value`; `allowed` says what passes, with a field for each bound."""
    found = _numbers("value", value)
    limits = [_limits(bound, found.shape) for bound in bounds]
    with np.errstate(invalid="ignore"):  # ∞ − ∞ is nan, and that does not pass
        passed = np.atleast_1d(passes(found, *limits))
    failure = ""
    if not passed.all():
        at = tuple(np.argwhere(~passed)[0])
        sides = [f"{np.atleast_1d(each)[at]:.6g}" for each in (found, *limits)]
        place = f" at {', '.join(map(str, at))} ({(~passed).sum()} of {passed.size} fail)"
        failure = f"computed {sides[0]}{place * (passed.size > 1)}, allowed {allowed}".format(
            *sides[1:]
        )
    said = [each for each in bounds if isinstance(each, Real)] if fills is None else fills
    each = tuple(passed.ravel().tolist())
    return Check(not failure, tuple(map(Quantity, said)), within, failure, each, len(passed))


def _limits(bound: Any, shape: tuple[int, ...]) -> np.ndarray:
    limits = _numbers("a bound", bound)
    if limits.shape not in {(), shape}:
        raise ValueError(f"a bound must be one number, or of shape {shape}, got {limits.shape}")
    return np.broadcast_to(limits, shape)


def _number(name: str, value: Any) -> Real:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    return value


def _numbers(name: str, value: Any) -> np.ndarray:
    """A number, a tensor or a sequence of them as an array of float64."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    if isinstance(value, Iterable) and not isinstance(value, np.ndarray | Mapping | Set | str):
        value = [_numbers(name, each) for each in value]
    found = np.asarray(value)
    if found.dtype.kind == "b":
        raise TypeError(f"{name} must be numbers, got truth values: `every` takes those")
    if found.dtype.kind not in "iuf" and not isinstance(value, Real):
        raise TypeError(f"{name} must be numbers, got {type(value).__name__} ({found.dtype})")
    if not found.size:
        raise ValueError(f"{name} must not be empty: there is nothing to check")
    return found.astype(np.float64)


def _gathered(name: str, holds: Any) -> Check:
    """Many truth values or checks as one check; `each` has an entry for each of them."""
    if isinstance(holds, Check):
        return holds
    if str(getattr(holds, "dtype", "")) in {"bool", "torch.bool"}:
        return _gathered_tensor(name, holds)
    if not isinstance(holds, Iterable) or isinstance(holds, str | Mapping | Set):
        raise TypeError(
            f"{name} must be a check, a boolean tensor or a sequence of truth values, "
            f"got {type(holds).__name__}"
        )
    items = [each if isinstance(each, Check) else Check(truth(name, each)) for each in holds]
    if not items:
        raise ValueError(f"{name} must not be empty: there is nothing to check")
    failure = next((item.failure for item in items if not item.holds), "")
    fills, within = _agreed([(item.fills, item.within) for item in items])
    return Check(all(items), fills, within, failure, tuple(map(bool, items)), len(items))


def _gathered_tensor(name: str, holds: Any) -> Check:
    each = tuple(np.asarray(holds).ravel().tolist())
    if not each:
        raise ValueError(f"{name} must not be empty: there is nothing to check")
    return Check(all(each), each=each, rows=holds.shape[0] if holds.shape else 1)


def _agreed(said: Sequence[tuple[tuple[Fill, ...], Real | None]]) -> tuple:
    """The fills and the tolerance, if all checks have the same; else there are none."""
    return said[0] if all(each == said[0] for each in said) else ((), None)


def _counted(
    check: Check, each: tuple[bool, ...], what: str, failure: str, wanted: int | None = None
) -> Check:
    """`check` with a count: how many of `each` hold, and must hold (all, if nothing is wanted)."""
    wanted = len(each) if wanted is None else wanted
    count = f"{wanted:,} of {len(each):,}{what}"
    if holds := sum(each) == wanted:
        failure = ""
    else:
        failure = f"{sum(each):,} of {len(each):,} hold, allowed {count}; {failure}"
    rows = len(each) if what else check.rows
    fills = (*check.fills, count)
    return Check(holds, fills, check.within, failure.removesuffix("; "), each, rows)
