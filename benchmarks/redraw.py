"""How long a widget takes from a changed control to a new picture, beside one plain line.

Milliseconds hang on the machine; the ratio to a line with axes, drawn in the same process, does so
far less.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

from benchmarks.timing import separately
from wgan_lib.classroom import figures
from wgan_lib.classroom.pictures import png
from wgan_lib.classroom.widgets.catalogue import catalogue
from wgan_lib.classroom.widgets.explorer import Explorer

REPEATS = 5


class Redraw(NamedTuple):
    """From the changed control to the picture, in milliseconds, and as multiples of one line."""

    widget: str
    redraws: int
    median_ms: float
    worst_ms: float
    plain_lines: float


def redraw(threads: Sequence[int] = (1,)) -> list[Redraw]:
    """A row for each widget of the course."""
    return [separately(count, measure, name, REPEATS) for name in catalogue() for count in threads]


def measure(name: str, repeats: int) -> Redraw:
    """One row, in this process."""
    plain = statistics.median(seconds(lambda: png(plain_line())) for _ in range(repeats + 1))
    taken = [1e3 * each for each in changes(catalogue()[name](), repeats)]
    median = statistics.median(taken)
    return Redraw(name, len(taken), median, max(taken), median / (1e3 * plain))


def changes(explorer: Explorer, repeats: int) -> list[float]:
    """Seconds that each change takes: every control to its ends, every button pressed."""
    taken = []
    for control in explorer.controls.values():
        ends = [control.min, control.max] if hasattr(control, "min") else list(control.options)
        for value in ends * repeats:
            if value != control.value:  # the same value again draws nothing
                taken.append(seconds(lambda to=value, of=control: setattr(of, "value", to)))
    for button in explorer.buttons.values():
        taken += [seconds(button.click) for _ in range(repeats)]
    return taken


def plain_line():
    """What a redraw costs at least: axes, labels, a line."""
    axes = figures.quick_axes()
    return figures.curves({"f": ([0, 1], [0, 1])}, xlabel="x", ylabel="y", axes=axes)


def seconds(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start
