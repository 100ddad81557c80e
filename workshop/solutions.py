"""Solved copies of the lessons: made, run, and every verdict read.

    python -m workshop.solutions            # every lesson, into solutions/
    python -m workshop.solutions 04         # one of them
    python -m workshop.solutions --no-run   # only written

In a solved copy each exercise's stub is replaced by the reference solution. A lesson passes when
its copy runs to the end, every check says "right", and the last line counts all of them as done.
"""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbformat import NotebookNode

from wgan_lib.classroom.exercises.checking import Verdict
from wgan_lib.ground.files import write_whole
from workshop import COURSE
from workshop.normal_form import normalise, serialise
from workshop.notebooks import BuildError, lessons, read_source, run_cells
from workshop.solving import exercise_cells, solved


def solved_copy(source: Path) -> NotebookNode:
    """Takes a lesson's .md file, returns its cells with every stub replaced, never run.

    Raises ValueError when a cell does not hold the stub that it checks.
    """
    notebook = read_source(source)
    for name, cell in exercise_cells(notebook):
        cell.source = solved(cell.source, name)
    # A copy has no .md twin. JupyterLab would make one as soon as somebody saved it.
    notebook.metadata.pop("jupytext", None)
    return notebook


def shortcomings(notebook: NotebookNode) -> list[str]:
    """What a solved copy that has run lacks to be all right, a line for each; [] when nothing."""
    names = [name for name, _ in exercise_cells(notebook)]
    if not names:
        return ["there is no exercise in it"]
    return [*_verdicts(notebook), *_progress(notebook, len(names))]


def _verdicts(notebook: NotebookNode) -> Iterator[str]:
    for name, cell in exercise_cells(notebook):
        said = _said(cell)
        if repr(Verdict(name, "right", "right")) not in said.splitlines():
            yield f"the solution of {name} does not pass: {said or 'there is no verdict'}"


def _progress(notebook: NotebookNode, count: int) -> Iterator[str]:
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    counted = (_said(last).splitlines() or ["nothing"])[0]
    if counted != f"{count} of {count} exercises done":
        yield f"the last cell must say '{count} of {count} exercises done', it says {counted!r}"


def _said(cell: NotebookNode) -> str:
    """What a cell printed or displayed, as plain text."""
    texts = (out.get("text") or out.get("data", {}).get("text/plain", "") for out in cell.outputs)
    return "\n".join(text.strip() for text in texts if text)


def solve(source: Path, folder: Path) -> list[str]:
    """Write the solved copy of the lesson `source` (an .md file) into `folder`, and run it there.

    Returns the shortcomings of the run; a cell that stops is one. The copy is written in any case,
    with the outputs as far as they go.
    """
    notebook = solved_copy(source)
    path = folder / f"{source.stem}.ipynb"
    _store(path, notebook)
    try:
        run_cells(notebook, path)
    except BuildError as error:
        return [str(error)]
    finally:
        _store(path, notebook)
    return shortcomings(notebook)


def _store(path: Path, notebook: NotebookNode) -> None:
    normal = normalise(notebook)
    normal.metadata.pop("jupytext")
    write_whole(path, serialise(normal))


def _solve_all(sources: Sequence[Path], folder: Path) -> int:
    failed = 0
    for source in sources:
        start = time.monotonic()
        found = solve(source, folder)
        outcome = "all exercises right" if not found else "NOT all right"
        print(f"{source.stem}: {outcome} ({time.monotonic() - start:.0f} s)", flush=True)
        for line in found:
            print(f"{source.stem}: {line}", file=sys.stderr)
        failed += bool(found)
    if failed:
        print(f"{failed} of {len(sources)} solved lessons failed", file=sys.stderr)
    return 1 if failed else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m workshop.solutions`. Returns the exit code: 0, 1 (failed), 2 (usage)."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.solutions",
        description="Write solved copies of the lessons, and run them.",
    )
    parser.add_argument("lessons", nargs="*", help="such as 04 or 04_lipschitz; default: all")
    parser.add_argument("--no-run", action="store_true", help="write the copies and stop there")
    parser.add_argument("--notebooks", type=Path, default=COURSE / "notebooks", metavar="DIR")
    parser.add_argument("--out", type=Path, default=COURSE / "solutions", metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        sources = lessons(options.notebooks, options.lessons)
    except ValueError as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.no_run:
        return _solve_all(sources, options.out)
    for source in sources:
        _store(options.out / f"{source.stem}.ipynb", solved_copy(source))
    print(f"wrote {len(sources)} solved lessons into {options.out}, none of them run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
