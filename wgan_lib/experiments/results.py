"""Measurements on the disk: tables in CSV files, and in JSON files how they came about.

A study leaves `<study>.csv` and `<study>.json`. The table has one row per measurement of a run: the
recipe's name, the seed, the generator step, and the numbers. A stored run leaves such a table of
its own. All is written whole or not at all; what is read is checked, and cannot run code.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import math
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

import wgan_lib
from wgan_lib.ground.files import write_whole
from wgan_lib.ground.reading import read_json, read_text
from wgan_lib.ground.versions import commit

Key = tuple[str, int]  # a recipe's name and a seed
Columns = dict[str, Tensor]  # "step" in int64, all others in float64, an entry per measurement
Row = Mapping[str, float]

RUN = {"recipe": str, "seed": int}  # what tells the runs of a study apart
MOST = 2**25  # bytes in a file: two hundred times what the largest study takes
COUNT = "looks"  # in the JSON file of a study: how many rows of the table belong to a run


class ResultsError(ValueError):
    """Files that are not the results of a study, or not of this one."""


class Results(NamedTuple):
    """The runs of a study by recipe and seed, and what its JSON file says about them."""

    runs: dict[Key, Columns]
    about: dict[str, Any]


def columns(rows: Sequence[Row]) -> Columns:
    """One tensor per name, from rows that have the same names; no rows give no columns."""
    names = list(rows[0]) if rows else []
    table = {name: torch.tensor([row[name] for row in rows], dtype=torch.float64) for name in names}
    return {name: c.long() if name == "step" else c for name, c in table.items()}


def circumstances() -> dict[str, Any]:
    """When, by which versions and with how many threads a run is made."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": commit(),
        "wgan_lib": wgan_lib.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "threads": torch.get_num_threads(),
    }


# ------------------------------------------------------------------ writing


def write(folder: Path, name: str, found: Results) -> None:
    """Replace `<name>.csv` and `<name>.json` in the folder, the table first.

    What is said about the runs has an "identity", and a list "runs" with "recipe", "seed" and
    "looks" (how many rows there are) of each. A run whose rows were written just before the power
    failed is not in that list and does not count.
    """
    measured = next((list(run) for run in found.runs.values() if run), ["step"])
    rows = (
        [*key, *row]
        for key, run in found.runs.items()
        for row in zip(*(column.tolist() for column in run.values()), strict=True)
    )
    write_table(folder / f"{name}.csv", [*RUN, *measured], rows)
    write_json(folder / f"{name}.json", found.about)


def write_table(path: Path, header: Iterable[str], rows: Iterable[Iterable[str | float]]) -> None:
    """A CSV file; numbers that are not whole have six digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(map(_cell, row) for row in rows)
    write_whole(path, text.getvalue())


def _cell(value: str | float) -> str | int:
    return value if isinstance(value, (str, int)) else f"{value:.6g}"


def write_json(path: Path, contents: Mapping[str, Any]) -> None:
    """A JSON file for people to read as well."""
    write_whole(path, json.dumps(contents, indent=1, ensure_ascii=False) + "\n")


# ------------------------------------------------------------------ reading


def read(folder: Path, name: str) -> Results | None:
    """The results of that name, those runs that the JSON file lists; None where there are none.

    Raises ResultsError for what was not written by ``write``, with the file and the line.
    """
    table, about = folder / f"{name}.csv", folder / f"{name}.json"
    if not (table.exists() and about.exists()):
        return None
    known, rows = _read_about(about), _read_rows(table, RUN)
    runs = {}
    for run in known["runs"]:
        key = run["recipe"], run["seed"]
        runs[key] = columns(rows.get(key, []))
        if len(rows.get(key, [])) != run[COUNT]:
            raise ResultsError(
                f"{table} must have {run[COUNT]} rows of {key[0]} with seed {key[1]}, as "
                f"{about.name} says, got {len(rows.get(key, []))}"
            )
    return Results(runs, known)


def read_table(path: Path) -> Columns:
    """The table of a single run; ResultsError for what ``write_table`` did not write of one."""
    return columns(_read_rows(path, {}).get((), []))


def _read_about(path: Path) -> dict[str, Any]:
    """What is said about a study: an identity and a list of runs."""
    try:
        about = read_json(path, "what is said about a study", MOST)
        names, *numbers = ([run[key] for run in about["runs"]] for key in (*RUN, COUNT))
        said = about["identity"].values()
        sound = all(isinstance(word, str) for word in (*names, *said))
    except ValueError as error:
        raise ResultsError(f"{path} does not describe a study: {error}") from error
    except (KeyError, TypeError, AttributeError) as error:
        wanted = 'it must hold an "identity" in words and a list "runs"'
        raise ResultsError(f"{path} does not describe a study: {wanted}") from error
    if not sound or any(type(n) is not int for column in numbers for n in column):
        raise ResultsError(f'{path} must give each run a recipe, a seed and a number of "{COUNT}"')
    return about


def _read_rows(path: Path, keys: Mapping[str, type]) -> dict[tuple, list[dict[str, float]]]:
    """The rows of each run, in rising order of their steps; runs are told apart by the keys."""
    lines = _lines(path)
    header = next(lines, (0, []))[1]
    if header[: len(keys) + 1] != [*keys, "step"] or len(set(header)) < len(header):
        wanted = f"{', '.join([*keys, 'step'])} and names of what was measured"
        raise ResultsError(f"{path} must begin with {wanted}, got {', '.join(header)[:200]!r}")
    rows: dict[tuple, list[dict[str, float]]] = {}
    for number, line in lines:
        where = f"{path}, line {number}"
        key, row = _parsed(line, header, keys, where)
        before = rows.setdefault(key, [])
        if before and row["step"] <= before[-1]["step"]:
            raise ResultsError(f"{where}: the steps of a run must rise")
        before.append(row)
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line with its number; ResultsError for what is no table at all."""
    try:
        lines = csv.reader(io.StringIO(read_text(path, "a table", MOST), newline=""), strict=True)
        for line in lines:
            yield lines.line_num, line
    except (ValueError, csv.Error) as error:
        reason = error if isinstance(error, ValueError) else f"{path} is no table: {error}"
        raise ResultsError(str(reason)) from error


def _parsed(
    line: list[str], header: list[str], keys: Mapping[str, type], where: str
) -> tuple[tuple, dict[str, float]]:
    """Which run a row belongs to, and its numbers by name."""
    try:
        key = tuple(kind(cell) for kind, cell in zip(keys.values(), line, strict=False))
        step, *measured = line[len(keys) :]
        numbers = [int(step), *map(float, measured)]
        sound = len(line) == len(header) and all(map(math.isfinite, numbers))
    except (ValueError, OverflowError):
        sound = False
    if not sound:
        names = ", ".join(header[: len(keys) + 1])
        wanted = f"{names} and {len(header) - len(keys) - 1} finite numbers"
        raise ResultsError(f"{where}: must be {wanted}, got {','.join(line)[:200]!r}")
    return key, dict(zip(header[len(keys) :], numbers, strict=True))
