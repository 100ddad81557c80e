"""The command line: `python -m benchmarks`, or with the name of one benchmark."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.breakdown import breakdown
from benchmarks.ceiling import ceiling
from benchmarks.contestants import STEPS as CRITIC_STEPS
from benchmarks.contestants import contestants
from benchmarks.lab import lab
from benchmarks.machine import machine, machine_line
from benchmarks.memory import LATE, memory
from benchmarks.quality import RECIPE, SEEDS, quality
from benchmarks.redraw import redraw
from benchmarks.speed import PAIRS, STEPS, speed
from benchmarks.tables import table
from benchmarks.transport import transport
from wgan_lib.ground.files import write_whole

Tables = dict[str, list[tuple]]  # caption → rows


def run_speed(given: argparse.Namespace) -> Tables:
    caption = "generator steps a second, library ÷ textbook loop, median over pairs"
    return {caption: speed(given.steps or STEPS, given.pairs, given.threads)}


def run_ceiling(given: argparse.Namespace) -> Tables:
    steps = given.steps or STEPS
    caption = "generator steps a second, library ÷ its matrix products alone, median over pairs"
    rows = ceiling(steps, given.pairs, given.threads)
    return {caption: rows, "where a round goes, under the profiler": breakdown(given.threads)}


def run_memory(given: argparse.Namespace) -> Tables:
    return {"memory, import, checkpoint": memory(given.steps or LATE)}


def run_transport(given: argparse.Namespace) -> Tables:
    caption = "W₁ of 1,000 pairs of 1,000 points: distances a second, one call ÷ a loop over SciPy"
    return {caption: transport(given.pairs, given.threads)}


def run_contestants(given: argparse.Namespace) -> Tables:
    caption = "a critic's step on 512 points in 16 dimensions, ÷ one with the penalty"
    return {caption: contestants(given.steps or CRITIC_STEPS, given.pairs, given.threads)}


def run_redraw(given: argparse.Namespace) -> Tables:
    return {"widgets: from a changed control to the new picture": redraw(given.threads[:1])}


def run_lab(given: argparse.Namespace) -> Tables:
    return {"the WGAN Lab, H 32 and batch 64: rounds of 5 critic steps, delays in ms": list(lab())}


def run_quality(given: argparse.Namespace) -> Tables:
    caption = "time to quality, modes on 2,500 samples, W₁ on 5,000"
    return {caption: list(quality(given.recipe, given.seeds, given.steps))}


BENCHMARKS = {
    "speed": run_speed,
    "ceiling": run_ceiling,
    "memory": run_memory,
    "transport": run_transport,
    "contestants": run_contestants,
    "redraw": run_redraw,
    "lab": run_lab,
    "quality": run_quality,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for, print each table when it is there, and keep all in a JSON file."""
    given = parser().parse_args(arguments)
    found = {"machine": machine()}
    print(machine_line(found["machine"]), flush=True)
    for name in BENCHMARKS if given.benchmark == "all" else [given.benchmark]:
        for caption, rows in BENCHMARKS[name](given).items():
            print(f"\n{name}: {caption}\n\n{table(rows)}", flush=True)
            found.setdefault(name, {})[caption] = [row._asdict() for row in rows]
    if given.json is not None:
        write_whole(given.json, json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("benchmark", nargs="?", default="all", choices=[*BENCHMARKS, "all"])
    parser.add_argument(
        "--steps", type=count, help=f"generator steps a turn ({STEPS}); in memory and quality, all"
    )
    parser.add_argument("--pairs", type=count, default=PAIRS, help="turns of both (%(default)s)")
    parser.add_argument(
        "--threads", type=count, nargs="+", default=[1, 2], help="numbers of threads (1 2)"
    )
    parser.add_argument("--recipe", default=RECIPE, help="for quality (%(default)s)")
    parser.add_argument("--seeds", type=count, default=SEEDS, help="for quality (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all rows there too")
    return parser


def count(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
