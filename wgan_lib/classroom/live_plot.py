"""A live plot of a training run, for notebooks: one picture that is redrawn as the run goes on.

    plot = LivePlot("critic_estimate", every=1.0, title="the critic's estimate of W₁")
    run = train(…, callbacks=[plot])

The picture goes by the clock, not by the step: a redraw takes some 40 ms, so that once a second
costs the run 4 % of its time, however short its steps are. Between two redraws a step costs
one look at the clock, and the history, which may live on the device, is not touched.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from typing import Any, Protocol

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.pictures import bundle, in_notebook
from wgan_lib.ground.imports import import_whole


class RunSoFar(Protocol):
    """What a callback may know of a run.

    That is the generator step, the number of steps, and the columns logged so far, whose row i
    belongs to step i + 1.
    """

    step: int
    steps: int
    history: Mapping[str, Any]


class LivePlot:
    """Draws columns of a run's history while the run goes on; the last picture stays.

    Takes the names of the columns, the seconds between two redraws, and, if wanted, a title, the
    name of the vertical axis, and labels that stand in the legend for the names of the columns.
    Where no notebook listens (a script, a terminal) it does nothing. A picture that cannot be
    drawn or shown never ends a run: the plot says so in a warning and gives up.
    """

    def __init__(
        self,
        *columns: str,
        every: float = 1.0,
        title: str = "",
        ylabel: str = "value",
        labels: Mapping[str, str] | None = None,
    ) -> None:
        _check(columns, every, labels or {})
        self.columns, self.every, self.title, self.ylabel = columns, float(every), title, ylabel
        self.labels = {name: name.replace("_", " ") for name in columns} | dict(labels or {})
        self._start_afresh()

    def __call__(self, run: RunSoFar) -> None:
        """Redraw if it is time to, and always after the last step."""
        last = run.step >= run.steps
        if not self._alive or (not last and time.monotonic() < self._next):
            return
        try:
            self._show(run, last)
        except Exception as error:  # the run is worth more than its picture
            self._alive = False
            warnings.warn(f"the live plot stops, the run goes on: {error}", stacklevel=2)
        self._next = time.monotonic() + self.every
        if last:
            self._start_afresh()  # the same plot may serve the next run

    def _start_afresh(self) -> None:
        self._handle, self._next, self._alive = None, 0.0, True

    def _show(self, run: RunSoFar, last: bool) -> None:
        if not in_notebook():
            self._alive = False
            return
        series = self._series(run, last)
        if series:
            # The text must not change while the picture does: the tests compare it.
            name = self.title or ", ".join(self.labels[each] for each in self.columns)
            figure = self._figure(series, run.steps)
            alt = describe(figure, values=False)
            self._display(*bundle(figure, f"<live plot: {name}>", alt))

    def _series(self, run: RunSoFar, last: bool) -> dict[str, tuple[Any, Any]]:
        """The points logged so far; a column that is missing at the end was misspelt."""
        found = {name: run.history[name] for name in self.columns if name in run.history}
        if last and len(found) < len(self.columns):
            missing = ", ".join(name for name in self.columns if name not in found)
            logged = ", ".join(run.history)
            warnings.warn(f"no column {missing} in the history, which holds {logged}", stacklevel=4)
        return {
            self.labels[name]: (range(1, len(column) + 1), column)
            for name, column in found.items()
            if len(column)
        }

    def _figure(self, series: dict[str, tuple[Any, Any]], steps: int) -> Any:
        # matplotlib takes a second to import: a script that never draws need not wait for it.
        import_whole("wgan_lib.classroom.figures")
        from wgan_lib.classroom.figures import curves, quick_axes

        axes = quick_axes()
        axes.set_xlim(0, steps)  # the whole run: one sees how much is still to come
        names = {"xlabel": "generator step", "ylabel": self.ylabel, "title": self.title}
        return curves(series, **names, axes=axes)

    def _display(self, data: dict, metadata: dict) -> None:
        from IPython.display import display

        if self._handle is None:
            self._handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self._handle.update(data, metadata=metadata, raw=True)


def _check(columns: tuple[str, ...], every: float, labels: Mapping[str, str]) -> None:
    if not columns or not all(isinstance(name, str) and name for name in columns):
        raise TypeError(f"columns must be names of the history, such as 'loss', got {columns!r}")
    if isinstance(every, bool) or not isinstance(every, int | float) or not every >= 0:
        raise ValueError(f"every must be a number of seconds, 0 or more, got {every!r}")
    unknown = [name for name in labels if name not in columns]
    if unknown:
        raise ValueError(f"labels must be for columns of the plot {columns}, got {unknown}")
