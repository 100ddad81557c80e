"""What a study left behind, as two small files: `<study>.csv` and `<study>.json`.

The table has one row for each look at a run: the recipe's name, the seed, the generator step, and
what was measured there. The record beside it says how the numbers came about. Both are written
whole or not at all; what is read is checked, and nothing in the files can run code.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

Key = tuple[str, int]  # a recipe's name and a seed
Columns = dict[str, Tensor]  # "step" in int64, and each measured number in float64, one a look

KEYS = ("recipe", "seed", "step")  # of a row
RUN_KEYS = ("recipe", "seed", "looks")  # of a run in the record


class ResultsError(ValueError):
    """Files that are not the results of a study, or not of this one."""


class Results(NamedTuple):
    """The runs of a study by recipe and seed, and the record of how they came about."""

    runs: dict[Key, Columns]
    record: dict[str, Any]


def columns(rows: Sequence[Mapping[str, float]]) -> Columns:
    """One tensor a name, from rows that have the same names; no rows give no columns."""
    names = list(rows[0]) if rows else []
    table = {name: torch.tensor([row[name] for row in rows], dtype=torch.float64) for name in names}
    return {name: c.long() if name == "step" else c for name, c in table.items()}


def write(folder: Path, name: str, found: Results) -> None:
    """Replace `<name>.csv` and `<name>.json` in the folder, the table first.

    The record has an "identity", and a list "runs" with "recipe", "seed" and "looks" (how many rows
    there are) of each run. A run whose rows were written just before the power failed is not in it
    and does not count.
    """
    header = next((list(run) for run in found.runs.values() if run), ["step"])
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*KEYS, *header[1:]])
    for key, run in found.runs.items():
        for step, *measured in zip(*(c.tolist() for c in run.values()), strict=True):
            writer.writerow([*key, step, *(f"{number:.6g}" for number in measured)])
    _replace(folder / f"{name}.csv", table.getvalue())
    _replace(folder / f"{name}.json", json.dumps(found.record, indent=1, ensure_ascii=False) + "\n")


def _replace(path: Path, text: str) -> None:
    aside = path.with_name(path.name + ".part")
    aside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(aside, path)


def read(folder: Path, name: str) -> Results | None:
    """The results of that name, those runs that the record lists; None where there are none.

    Raises ResultsError for what was not written by ``write``, with the file and the line.
    """
    table, record = folder / f"{name}.csv", folder / f"{name}.json"
    if not (table.exists() and record.exists()):
        return None
    known, rows = _read_record(record), _read_table(table)
    runs = {}
    for run in known["runs"]:
        key = run["recipe"], run["seed"]
        runs[key] = columns(rows.get(key, []))
        if len(rows.get(key, [])) != run["looks"]:
            raise ResultsError(
                f"{table} must have {run['looks']} rows of {key[0]} with seed {key[1]}, as "
                f"{record.name} says, got {len(rows.get(key, []))}"
            )
    return Results(runs, known)


def _read_record(path: Path) -> dict[str, Any]:
    """A record with an identity and a list of runs."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        names, *numbers = ([run[key] for run in record["runs"]] for key in RUN_KEYS)
        sound = isinstance(record["identity"], dict) and all(isinstance(n, str) for n in names)
    except (ValueError, KeyError, TypeError) as error:
        raise ResultsError(f"{path} is not the record of a study") from error
    if not sound or any(type(n) is not int for column in numbers for n in column):
        raise ResultsError(f"{path} must give each run a recipe, a seed and a number of looks")
    return record


def _read_table(path: Path) -> dict[Key, list[dict[str, float]]]:
    """The rows of each run, in rising order of their steps."""
    with open(path, encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        header = next(lines, [])
        if tuple(header[:3]) != KEYS or len(set(header)) < len(header):
            wanted = f"{', '.join(KEYS)} and names of what was measured"
            raise ResultsError(f"{path} must begin with {wanted}, got {', '.join(header)!r}")
        rows: dict[Key, list[dict[str, float]]] = {}
        for line in lines:
            key, numbers = _parsed(line, len(header), f"{path}, line {lines.line_num}")
            row, before = dict(zip(header[2:], numbers, strict=True)), rows.setdefault(key, [])
            if before and row["step"] <= before[-1]["step"]:
                raise ResultsError(f"{path}, line {lines.line_num}: the steps of a run must rise")
            before.append(row)
    return rows


def _parsed(line: list[str], width: int, where: str) -> tuple[Key, list[float]]:
    try:
        recipe, seed, step, *measured = line
        key, numbers = (recipe, int(seed)), [int(step), *map(float, measured)]
        sound = len(line) == width and all(map(math.isfinite, numbers))
    except ValueError:
        sound = False
    if not sound:
        wanted = f"a recipe, two whole numbers and {width - 3} finite ones"
        raise ResultsError(f"{where}: must be {wanted}, got {','.join(line)!r}")
    return key, numbers
