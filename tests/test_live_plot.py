"""The live plot redraws by the clock, leaves the history alone in between, and never ends a run."""

import base64
import io
import warnings
from types import SimpleNamespace

import IPython.display
import pytest
import torch
from PIL import Image

from wgan_lib.classroom import live_plot
from wgan_lib.classroom.live_plot import LivePlot

STEPS = 100


class History(dict):
    """A history that counts how often a column is read."""

    reads = 0

    def __getitem__(self, name):
        self.reads += 1
        return super().__getitem__(name)


class Screen:
    """Stands in for the notebook: notes what is displayed, and which display it replaces."""

    def __init__(self):
        self.shown, self.displays = [], 0

    def display(self, data, **options):
        assert options["raw"] and options["display_id"]
        self.displays += 1
        self.shown.append(data)
        return SimpleNamespace(update=lambda data, **options: self.shown.append(data))


@pytest.fixture
def screen(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(IPython.display, "display", screen.display)
    monkeypatch.setattr(live_plot, "in_notebook", lambda: True)
    return screen


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until a test sets it forward."""
    clock = SimpleNamespace(now=50.0)
    monkeypatch.setattr(live_plot.time, "monotonic", lambda: clock.now)
    return clock


def run_of(at: int, **columns) -> SimpleNamespace:
    """What a callback sees of a run after generator step `at`."""
    columns = columns or {"critic_estimate": torch.linspace(1, 0, max(at // 10, 1))}
    return SimpleNamespace(step=at, steps=STEPS, history=History(columns))


def test_redraws_by_the_clock(screen, clock):
    plot = LivePlot("critic_estimate", every=1.0)
    for step in range(1, STEPS):
        clock.now += 0.1
        plot(run_of(step))
    assert 9 <= len(screen.shown) <= 11
    assert screen.displays == 1


def test_history_is_not_read_between_two_redraws(screen, clock):
    plot = LivePlot("critic_estimate", every=1.0)
    plot(run_of(1))
    later = run_of(2)
    plot(later)
    assert later.history.reads == 0


def test_last_step_is_always_drawn_and_its_picture_stays(screen, clock):
    plot = LivePlot("critic_estimate", every=1000, title="estimate")
    plot(run_of(1))
    plot(run_of(STEPS))
    first, last = screen.shown
    assert first["text/plain"] == last["text/plain"] == "<live plot: estimate>"
    assert first["image/png"] != last["image/png"]
    picture = Image.open(io.BytesIO(base64.b64decode(last["image/png"])))
    assert picture.format == "PNG" and picture.width > 400


def test_plot_serves_a_second_run(screen, clock):
    plot = LivePlot("critic_estimate")
    for _ in range(2):
        plot(run_of(1))
        plot(run_of(STEPS))
    assert screen.displays == 2


def test_each_value_stands_at_its_step(screen, clock, monkeypatch):
    drawn = {}
    monkeypatch.setattr(LivePlot, "_figure", lambda self, series, steps: drawn.update(series))
    monkeypatch.setattr(live_plot, "describe", lambda figure, values: "")
    monkeypatch.setattr(live_plot, "bundle", lambda figure, text, alt: ({}, {}))
    LivePlot("loss", labels={"loss": "the loss"})(run_of(3, loss=torch.ones(2)))
    assert list(drawn["the loss"][0]) == [1, 2]


def test_nothing_is_shown_before_something_is_logged(screen, clock):
    LivePlot("critic_estimate")(run_of(1, critic_estimate=torch.empty(0)))
    assert screen.shown == []


def test_misspelt_column_is_named_at_the_end(screen, clock):
    with pytest.warns(UserWarning, match="no column estimate in the history, which holds loss"):
        LivePlot("estimate")(run_of(STEPS, loss=torch.ones(3)))


def test_broken_display_does_not_end_the_run(clock, monkeypatch):
    def broken(*_, **__):
        raise OSError("the connection is gone")

    monkeypatch.setattr(IPython.display, "display", broken)
    monkeypatch.setattr(live_plot, "in_notebook", lambda: True)
    plot = LivePlot("critic_estimate", every=0)
    with pytest.warns(UserWarning, match="the run goes on: the connection is gone"):
        plot(run_of(1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot(run_of(2))


def test_outside_a_notebook_nothing_happens(capsys):
    plot = LivePlot("critic_estimate", every=0)
    for step in (1, 2, STEPS):
        run = run_of(step)
        plot(run)
        assert run.history.reads == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("columns", "options", "error", "message"),
    [
        ((), {}, TypeError, "columns must be names"),
        ((3,), {}, TypeError, "columns must be names"),
        (("loss",), {"every": -1}, ValueError, "every must be a number of seconds"),
        (("loss",), {"every": float("nan")}, ValueError, "every must be a number of seconds"),
        (("loss",), {"labels": {"lost": "x"}}, ValueError, "labels must be for columns"),
    ],
)
def test_wrong_arguments_are_refused(columns, options, error, message):
    with pytest.raises(error, match=message):
        LivePlot(*columns, **options)
