"""What the library holds on to, what its import costs, and how long a checkpoint takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks.systems import LibraryLoop, named
from benchmarks.timing import WARM_UP, separately
from wgan_lib.experiments.recipes import find
from wgan_lib.ground import checkpoints

EARLY, LATE = 200, 2000
IMPORTS = 5
SAVES = 5
IMPORT_AIM = 0.2  # seconds
STATUS = Path("/proc/self/status")
IMPORT = """
import time
start = time.perf_counter()
import torch
between = time.perf_counter()
import wgan_lib
print(between - start, time.perf_counter() - between)
"""


class Measurement(NamedTuple):
    """One number with its unit, and what it is meant to be where something is."""

    what: str
    value: float
    unit: str
    aim: str = ""


def memory(late: int = LATE) -> list[Measurement]:
    """All measurements of this module; late is the step of the second look at the memory."""
    return [
        *separately(1, growth, min(EARLY, late // 2), late),
        *import_cost(),
        *separately(1, checkpoint_time),
    ]


def growth(early: int = EARLY, late: int = LATE) -> list[Measurement]:
    """Resident memory of this process after ``early`` and after ``late`` steps of a tiny run."""
    loop = LibraryLoop(find("ring-wgan-gp").changed(width=16, batch_size=32))
    loop.advance(early)
    before = resident_megabytes()
    loop.advance(late - early)
    after = resident_megabytes()
    recorded = sum(c.numel() * c.element_size() for c in loop.run.history.values())
    return [
        Measurement(f"memory after {early} steps", before, "MB"),
        Measurement(f"memory after {late} steps", after, "MB", "the same"),
        Measurement("  of which the history's numbers", recorded / 1e6, "MB"),
    ]


def resident_megabytes() -> float:
    """Memory that this process holds; not a number where the system does not tell."""
    if not STATUS.exists():
        return float("nan")
    line = next(row for row in STATUS.read_text().splitlines() if row.startswith("VmRSS"))
    return int(line.split()[1]) * 1024 / 1e6


def import_cost(repeats: int = IMPORTS) -> list[Measurement]:
    """Seconds of ``import torch``, and of ``import wgan_lib`` after it: the least of several."""
    command = [sys.executable, "-c", IMPORT]
    # Python writes bytecode at the first import of all: that one is not counted.
    found = [_numbers(command) for _ in range(repeats + 1)][1:]
    torch_alone, on_top = (min(column) for column in zip(*found, strict=True))
    return [
        Measurement("import torch", torch_alone, "s"),
        Measurement("import wgan_lib, after torch", on_top, "s", f"at most {IMPORT_AIM}"),
    ]


def _numbers(command: list[str]) -> list[float]:
    course = Path(__file__).resolve().parents[1]
    run = subprocess.run(command, cwd=course, capture_output=True, text=True, check=True)
    return [float(number) for number in run.stdout.split()]


def checkpoint_time(repeats: int = SAVES) -> list[Measurement]:
    """Seconds to save and to take up the dense networks for digits: the least of several times."""
    loop = LibraryLoop(named("digits, dense").recipe)
    loop.advance(WARM_UP)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "checkpoint.pt"
        saving = min(seconds(checkpoints.save, file, loop.run.contents()) for _ in range(repeats))
        loading = min(seconds(take_up, loop, file) for _ in range(repeats))
        size = file.stat().st_size / 1e6
    return [
        Measurement("checkpoint of the dense networks", size, "MB"),
        Measurement("  saved and brought to the disk", saving, "s"),
        Measurement("  loaded and taken up", loading, "s"),
    ]


def take_up(loop: LibraryLoop, file: Path) -> None:
    loop.run.restore(file, checkpoints.load(file))


def seconds(call: Callable[..., object], *arguments) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start
