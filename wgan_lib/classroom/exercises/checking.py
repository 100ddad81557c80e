"""Judging an answer: to do, right, or wrong with a hint that says what to think about.

    check("mean_length", mean_length)    # ○ to do, ✔ right, ✘ a hint
    progress("01")                       # how many of the lesson's exercises are done

Neither ever raises because of an answer, so that a notebook runs to its end whether its exercises
are solved, half solved or untouched. No message gives the answer away; the fold below does.
"""

from __future__ import annotations

import dis
import html
import importlib
import linecache
import pkgutil
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

import numpy as np

from wgan_lib.classroom import exercises
from wgan_lib.classroom.pictures import in_notebook
from wgan_lib.ground.arguments import one_of

DIFFICULTIES = ("easy", "medium", "hard")
_SIGNS = {"todo": "○", "right": "✔", "wrong": "✘"}
_COLOURS = {"todo": "#8A6D00", "right": "#116329", "wrong": "#A40E26"}
_RETURNING_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}
_states: dict[str, str] = {}  # what became of each exercise since this kernel was started


class Wrong(Exception):
    """An answer is not right; the message is the hint."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its name, lesson ("01"), minutes, difficulty, solution, and check.

    The name is that of the student's function (or value) in the lesson. `check` takes the answer
    and raises `Wrong`, by way of `expect` and `expect_close`, when it is not right.
    """

    name: str
    lesson: str
    minutes: int
    difficulty: str
    solution: Any
    check: Callable[[Any], None]

    def __post_init__(self) -> None:
        one_of("difficulty", self.difficulty, DIFFICULTIES)
        if not self.name.isidentifier():
            raise ValueError(f"name must be one that Python could give, got {self.name!r}")


class Verdict(NamedTuple):
    """What is to be said of an answer: `state` is "todo", "right" or "wrong"."""

    name: str
    state: str
    message: str

    def __repr__(self) -> str:
        return f"{_SIGNS[self.state]} {self.name}: {self.message}"

    def _repr_html_(self) -> str:
        colour = _COLOURS[self.state]
        message = re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        return (
            f'<div role="status" style="border-left: 4px solid {colour}; padding: 0.3em 0.8em">'
            f"<b>{_SIGNS[self.state]} {self.name}</b>: {message}</div>"
        )


def expect(condition: object, hint: str) -> None:
    """Raises `Wrong` with the hint unless the condition holds."""
    if not condition:
        raise Wrong(hint)


def expect_close(got: object, wanted: Any, hint: str, tolerance: float = 1e-6) -> None:
    """Raises `Wrong` with the hint unless `got` is the wanted number, or table of numbers.

    The tolerance is relative for large numbers and absolute for small ones. What is no number at
    all, or has another shape, gets a hint of its own. Infinities are equal to themselves.
    """
    numbers, wanted = _numbers(got), np.asarray(wanted, dtype=float)
    if numbers.shape != wanted.shape:
        shapes = " instead of ".join(map(_shape, (numbers, wanted)))
        raise Wrong(f"the answer is {shapes}")
    expect(not np.isnan(numbers).any(), f"the answer is nan, which is no number. {hint}")
    if not np.allclose(numbers, wanted, rtol=tolerance, atol=tolerance):
        shown = f" (your answer: {float(numbers):.6g})" if numbers.ndim == 0 else ""
        raise Wrong(hint + shown)


def verdict(name: str, answer: object) -> Verdict:
    """Judge an answer to the exercise of that name.

    Raises ValueError when there is no such exercise; whatever the answer does is its verdict.
    """
    exercise = find(name)
    if _untouched(answer):
        return Verdict(name, "todo", "replace the three dots, then run the cell again")
    if fault := _wrong_kind(exercise, answer):
        return Verdict(name, "wrong", fault)
    try:
        exercise.check(answer)
    except NotImplementedError:
        return Verdict(name, "todo", "it raises NotImplementedError: write the rest, run again")
    except Wrong as hint:
        return Verdict(name, "wrong", str(hint))
    except Exception as error:  # a slip in a student's code must not end the lesson
        return Verdict(name, "wrong", _stopped(error))
    return Verdict(name, "right", "right")


def check(name: str, answer: object) -> None:
    """Judge an answer and show the verdict. The lesson goes on, whatever it is."""
    judged = verdict(name, answer)
    _states[name] = judged.state
    if in_notebook():
        from IPython.display import display

        display(judged)
    else:
        print(judged)


def progress(lesson: str) -> None:
    """Print how many exercises of a lesson ("01") are done, and which are not."""
    names = [exercise.name for exercise in catalogue().values() if exercise.lesson == lesson]
    if not names:
        known = sorted({exercise.lesson for exercise in catalogue().values()})
        raise ValueError(f"lesson must be one of {', '.join(known)}, got {lesson!r}")
    states = {name: _states.get(name, "todo") for name in names}
    done = sum(state == "right" for state in states.values())
    print(f"{done} of {len(names)} exercises done")
    print("\n".join(f"{_SIGNS[state]} {name}" for name, state in states.items()))


@cache
def catalogue() -> dict[str, Exercise]:
    """All exercises of the course by name, in the order of the lessons."""
    modules = pkgutil.iter_modules(exercises.__path__, f"{exercises.__name__}.")
    loaded = [importlib.import_module(module.name) for module in modules]
    found = [each for module in loaded for each in getattr(module, "EXERCISES", ())]
    named = {each.name: each for each in sorted(found, key=lambda each: each.lesson)}
    if len(named) < len(found):
        raise ValueError(f"two exercises share a name: {sorted(each.name for each in found)}")
    return named


def find(name: str) -> Exercise:
    """The exercise of that name; ValueError, with the nearest name, when there is none."""
    return catalogue()[one_of("name", name, catalogue())]


def _untouched(answer: object) -> bool:
    if isinstance(answer, type):
        return not [name for name in vars(answer) if not name.startswith("__")]
    return answer is ... or (isinstance(answer, FunctionType) and _returns_nothing(answer))


def _returns_nothing(function: FunctionType) -> bool:
    """Whether the body is a docstring and three dots, or as good as that."""
    steps = list(dis.get_instructions(function))
    loads = [step for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")]
    constant = all(step.argval is None for step in loads)
    return constant and {step.opname for step in steps} <= _RETURNING_NOTHING


def _wrong_kind(exercise: Exercise, answer: object) -> str:
    if callable(exercise.solution) and not callable(answer):
        return f"a function is wanted here, not a value ({type(answer).__name__})"
    if callable(answer) and not callable(exercise.solution):
        return "a value is wanted here, not a function: call it"
    return ""


def _numbers(got: object) -> np.ndarray:
    if got is None:
        raise Wrong("the answer is None: is a `return` missing?")
    detached = got.detach().cpu().double() if hasattr(got, "detach") else got
    try:
        return np.asarray(detached, dtype=float)
    except (TypeError, ValueError):
        raise Wrong(f"a number is wanted here, not {type(got).__name__}") from None


def _shape(numbers: np.ndarray) -> str:
    if numbers.ndim == 0:
        return "one number"
    return f"a table of {' × '.join(map(str, numbers.shape))} numbers"


def _stopped(error: Exception) -> str:
    """The error in one line, with the student's own line where it came from."""
    frames = traceback.extract_tb(error.__traceback__)[2:]  # after `verdict` and the check itself
    line = linecache.getline(frames[0].filename, frames[0].lineno or 0).strip() if frames else ""
    where = f", in the line `{line}`" if line else ""
    return f"your code stopped with {type(error).__name__}: {error}{where}"
