"""What a run shows on the terminal, and how Ctrl-C reaches it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import torch

from wgan_lib.ground.devices import average_over_processes, is_main_process, process_count
from wgan_lib.training.history import CLOCK
from wgan_lib.training.loop import StopTraining
from wgan_lib.training.run import Run

LONGEST = 1000  # characters of a message; some quote what was given
OUT_OF_MEMORY = "the device ran out of memory; try a smaller --set batch_size=…"
SECONDS_BETWEEN_LINES = 10.0
IN_THE_BAR = ("critic_estimate", "generator_loss")  # all of them would push the bar off the screen


def show(text: str) -> None:
    """Print at once, and in one process only where several share a run.

    Where nobody reads any more, as behind `| head`, the program goes on in silence.
    """
    if is_main_process():
        try:
            print(text, flush=True)
        except OSError:
            _fall_silent(sys.stdout)


def _fall_silent(stream) -> None:
    """What the stream still holds goes nowhere, and so does what is yet to come."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


@contextmanager
def spared(path: Path) -> Iterator[None]:
    """Inside, a file is written that a run can do without: what goes wrong becomes a warning."""
    try:
        yield
    except Exception as error:  # a picture can fail in as many ways as there are machines
        reason = in_words(error) if isinstance(error, OSError) else f"{path}: {error}"
        said = f"wgan_lib: {in_a_line(reason)}; the run goes on without this file"
        try:
            print(said, file=sys.stderr, flush=True)
        except OSError:
            _fall_silent(sys.stderr)


def torch_in_words(error: RuntimeError) -> str:
    """What torch gave up for; it says many things by one kind of error, and in many lines."""
    said = str(error)
    if "allocate memory" in said or "out of memory" in said:
        return OUT_OF_MEMORY
    if "CxxCompiler" in said:
        return "compile=True needs a C++ compiler such as g++ on the PATH; there is none"
    first = next(filter(None, map(str.strip, said.splitlines())), type(error).__name__)
    return f"torch could not compute this: {first}"


def in_a_line(message: str) -> str:
    """Without line breaks, and cut in its middle where it quotes too much."""
    line, half = " ".join(message.split()), LONGEST // 2
    return line if len(line) <= LONGEST else f"{line[:half]} […] {line[-half:]}"


def in_words(error: OSError) -> str:
    """The file and what is wrong with it, without the number of the error."""
    known = error.strerror and error.filename
    return f"{error.filename}: {error.strerror}" if known else str(error)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of words in aligned columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def duration(seconds: float) -> str:
    """3725 → "1:02:05", 65 → "1:05"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


# ---------------------------------------------------------------------- progress


@contextmanager
def progress() -> Iterator[ProgressBar | ProgressLines]:
    """A callback that shows how far a run is: a bar on a terminal, plain lines anywhere else."""
    shown = ProgressBar() if sys.stderr.isatty() else ProgressLines()
    try:
        yield shown
    finally:
        shown.close()


class ProgressBar:
    """Steps, rate and time left, through tqdm, with the newest numbers that the history has."""

    def __init__(self):
        self.bar, self.rows = None, 0

    def __call__(self, run: Run) -> None:
        if self.bar is None:
            from tqdm import tqdm

            self.bar = tqdm(total=run.steps, initial=run.step - 1, unit="step", dynamic_ncols=True)
        if run.history.rows > self.rows:
            self.rows = run.history.rows
            both = {k: v for k, v in newest(run).items() if k in IN_THE_BAR}
            self.bar.set_postfix(both, refresh=False)
        self.bar.update()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


class ProgressLines:
    """A line every few seconds, for a log file; rate and time left are those of this session."""

    def __init__(self, every: float = SECONDS_BETWEEN_LINES):
        self.every = every
        self.start = self.shown = time.perf_counter()
        self.first: int | None = None

    def __call__(self, run: Run) -> None:
        now = time.perf_counter()
        if self.first is None:
            self.first, self.start = run.step, now
        elif now - self.shown >= self.every or run.step == run.steps:
            self.shown = now
            show(self.line(run, (run.step - self.first) / (now - self.start)))

    def line(self, run: Run, rate: float) -> str:
        left = duration((run.steps - run.step) / rate)
        numbers = ", ".join(f"{name} {value}" for name, value in newest(run).items())
        return f"step {run.step} of {run.steps}, {rate:.3g} steps/s, {left} left: {numbers}"

    def close(self) -> None:
        """Every line is complete."""


def newest(run: Run) -> dict[str, str]:
    """The last recorded statistics, short enough to be read in passing."""
    return {name: f"{x:.3g}" for name, x in run.history.last().items() if name != CLOCK}


# ---------------------------------------------------------------------- Ctrl-C


class Interrupt:
    """A callback that lets Ctrl-C stop a run after its step; a second Ctrl-C stops it at once.

    To be used in a `with` statement, which puts Python's own answer to Ctrl-C back at the end.
    """

    def __init__(self):
        self.asked = False

    def __enter__(self) -> Interrupt:
        self.before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *error) -> None:
        signal.signal(signal.SIGINT, self.before)

    def _ask(self, number, frame) -> None:
        self.asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def __call__(self, run: Run) -> None:
        if self.asked_of_any(run):
            raise StopTraining

    def asked_of_any(self, run: Run) -> bool:
        """Several processes must stop at the same step, so they ask each other now and then."""
        if process_count() == 1:
            return self.asked
        if run.step % run.settings.log_every:
            return False
        return bool(average_over_processes(torch.tensor(float(self.asked), device=run.device)))
