"""Notebooks as files: build the .ipynb from its .md twin, or check that it needs no building.

    python -m workshop.notebooks build            # every lesson
    python -m workshop.notebooks build 05_weight_clipping
    python -m workshop.notebooks check
    python -m workshop.notebooks renew            # what is generated, and no cell is run

One writes and reviews notebooks/NN_stem.md. `build` runs its cells from top to bottom in a fresh
kernel and stores cells and outputs in notebooks/NN_stem.ipynb, in one normal form, so that the
same lesson always gives the same file. A cell that fails stops the build and leaves the .ipynb as
it was. `check` runs nothing: it reports what `build` would mend, one line for each fault.

`build` begins with `renew`: the openings of all lessons, and the map of the course in the README.
"""

import argparse
import difflib
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from wgan_lib.ground.files import write_whole
from workshop import COURSE, openings, thumbnails
from workshop.course_map import MEND, HeaderError
from workshop.normal_form import LESSON_KEYS, faults, normalise, serialise

SECONDS_PER_CELL = 900


class BuildError(Exception):
    """A lesson cannot be built: the message says which cell, and why."""


def read_source(path: Path) -> NotebookNode:
    """Takes a lesson's .md file (MyST), returns its cells as a notebook that was never run."""
    return jupytext.reads(path.read_text(encoding="utf-8"), fmt="md:myst")


def build(source: Path) -> bool:
    """Run the lesson `source` (an .md file) and store it beside it as .ipynb, in the normal form.

    Returns whether the .ipynb has changed. Raises BuildError, and leaves the .ipynb as it was, when
    a cell fails or when what it prints cannot be the same on the next machine.
    """
    notebook = read_source(source)
    run_cells(notebook, source)
    for number, cell in enumerate(notebook.cells, start=1):
        for fault in faults(cell):
            raise BuildError(f"{source.name}: cell {number} {fault}")
    text = serialise(normalise(notebook))
    return write_changed(source.with_suffix(".ipynb"), text)


def run_cells(notebook: NotebookNode, source: Path) -> None:
    """Run a notebook's cells from top to bottom in a fresh kernel, in the folder of `source`.

    Raises BuildError at the first cell that fails; the outputs up to there are in the notebook.
    """
    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # no warnings about the machine
        record_timing=False,
        store_widget_state=False,
        skip_cells_with_tag="",  # a cell that is skipped would be stored as if it said nothing
        resources={"metadata": {"path": str(source.parent)}},
    )
    client.reset_execution_trackers()
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except (CellControlSignal, DeadKernelError) as error:
                raise BuildError(_failure(source, index + 1, cell, error)) from error


def _failure(source: Path, number: int, cell: NotebookNode, error: Exception) -> str:
    if isinstance(error, CellTimeoutError):
        what = f"did not end within {SECONDS_PER_CELL} s"
    elif isinstance(error, DeadKernelError):
        what = "ended the kernel: was there enough memory?"
    else:
        what = f"stopped with {error.ename}: {error.evalue}"
    return f"{source.name}: cell {number} {what}\n\n{textwrap.indent(cell.source, '    ')}\n"


def restore(source: Path) -> bool:
    """Store a lesson again with the outputs that it has, where only text around its cells is new.

    Returns whether the .ipynb has changed. One whose code is not that of the .md stays as it is,
    and has to be built.
    """
    stored = source.with_suffix(".ipynb")
    try:
        notebook, old = read_source(source), nbformat.read(stored, as_version=4)
    except (FileNotFoundError, ValueError):  # there is none, or it is no notebook: for `build`
        return False
    ours, theirs = _run_cells(notebook), _run_cells(old)
    if [cell.source for cell in ours] != [cell.source for cell in theirs]:
        return False
    for cell, run in zip(ours, theirs, strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    return write_changed(stored, serialise(normalise(notebook)))


def _run_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """The code cells that are worth their outputs: all but the set-up, which prints nothing."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [cell for cell in code if openings.SET_UP not in cell.metadata.get("tags", [])]


def renew(folder: Path) -> list[Path]:
    """Write again what is generated in the lessons and the README; returns what has changed."""
    changed = [path for path, text in openings.renewed(folder).items() if write_changed(path, text)]
    sources = lessons(folder)
    return changed + [path.with_suffix(".ipynb") for path in sources if restore(path)]


def write_changed(path: Path, text: str) -> bool:
    """Write `text` whole, unless the file holds it already; returns whether that changed it."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    write_whole(path, text)
    return True


def violations(lesson: Path) -> list[str]:
    """Takes a lesson (its .md or its .ipynb), returns a line for each fault of the pair."""
    source, stored = lesson.with_suffix(".md"), lesson.with_suffix(".ipynb")
    for path, twin in ((source, stored), (stored, source)):
        if not path.exists():
            return [f"{twin.name} has no twin {path.name}"]
    text = stored.read_text(encoding="utf-8")
    try:
        notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        nbformat.validate(notebook)
    except (ValueError, nbformat.ValidationError) as error:
        return [f"{stored.name} is not a notebook: {str(error).splitlines()[0]}"]
    pair = _pair_violations(read_source(source), notebook)
    return [f"{stored.stem}: {each}" for each in [*pair, *_form_violations(notebook, text)]]


def _pair_violations(source: NotebookNode, notebook: NotebookNode) -> Iterator[str]:
    formats = source.metadata.get("jupytext", {}).get("formats")
    if formats != "ipynb,md:myst":
        yield f"the .md must have `formats: ipynb,md:myst` in its header, got {formats!r}"
    for key in LESSON_KEYS:
        if source.metadata.get(key) != notebook.metadata.get(key):
            yield f"the header has another `{key}` in the .md than in the .ipynb: build it"
    if len(source.cells) != len(notebook.cells):
        yield f"the .md has {len(source.cells)} cells, the .ipynb {len(notebook.cells)}: build it"
    for number, (ours, theirs) in enumerate(zip(source.cells, notebook.cells, strict=False), 1):
        for part in ("cell_type", "source", "metadata"):
            if ours[part] != theirs[part]:
                yield f"cell {number} has another {part} in the .md than in the .ipynb: build it"


def _form_violations(notebook: NotebookNode, text: str) -> Iterator[str]:
    normal = normalise(notebook)
    for number, (cell, wanted) in enumerate(zip(notebook.cells, normal.cells, strict=True), 1):
        yield from (f"cell {number} {fault}" for fault in faults(cell))
        if cell.cell_type == "code" and cell.execution_count is None:
            yield f"cell {number} was never run: build it"
        elif cell != wanted:
            parts = ", ".join(part for part in wanted if cell.get(part) != wanted[part])
            yield f"cell {number} is not in the normal form ({parts}): build it"
    if notebook.metadata != normal.metadata:
        yield f"the notebook's metadata must be {dict(normal.metadata)}: build it"
    if notebook == normal and text != serialise(normal):
        yield "the file is not laid out as the build lays it out: build it"


def lessons(folder: Path, stems: Sequence[str] = ()) -> list[Path]:
    """The .md files of the lessons in `folder`, or of those named by their stem or number ("04").

    Raises ValueError for other names.
    """
    known = {path.stem: path for path in sorted(folder.glob("[0-9][0-9]_*.md"))}
    numbers = {stem[:2]: stem for stem in known}
    wanted = [numbers.get(stem, Path(stem).stem) for stem in stems] or list(known)
    for stem in wanted:
        if stem not in known:
            near = ", ".join(difflib.get_close_matches(stem, known, n=2, cutoff=0.3) or known)
            raise ValueError(f"there is no lesson {stem!r} in {folder}; there is {near or 'none'}")
    return [known[stem] for stem in wanted]


def _build_all(sources: Sequence[Path]) -> int:
    for source in sources:
        start = time.monotonic()
        try:
            outcome = "written" if build(source) else "unchanged"
        except BuildError as error:
            print(error, file=sys.stderr)
            return 1
        print(f"{source.stem}: {outcome} ({time.monotonic() - start:.0f} s)", flush=True)
    return 0


def _generate(write: Callable[[Path], list[Path]], folder: Path) -> int:
    try:
        changed = write(folder)
    except HeaderError as error:
        print(error, file=sys.stderr)
        return 1
    print("".join(f"{path.name}: renewed\n" for path in changed), end="", flush=True)
    return 0


def _check_all(sources: Sequence[Path], folder: Path) -> int:
    found = [line for source in sources for line in violations(source)]
    try:
        old = [*openings.stale(folder), *thumbnails.outdated(folder)]
        found += [f"{path.name} is not current: {MEND}" for path in old]
    except HeaderError as error:
        found.append(str(error))
    print("\n".join(found) or f"{len(sources)} lessons, all in order")
    return 1 if found else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m workshop.notebooks`. Returns the exit code: 0, 1 (faults), 2 (usage)."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.notebooks", description="Build or check the lessons."
    )
    parser.add_argument("task", choices=["build", "check", "renew"])
    parser.add_argument("stems", nargs="*", help="such as 05_weight_clipping; default: all")
    parser.add_argument("--notebooks", type=Path, default=COURSE / "notebooks", metavar="DIR")
    options = parser.parse_args(arguments)
    folder = options.notebooks
    try:
        sources = lessons(folder, options.stems)
    except ValueError as error:
        parser.error(str(error))
    if options.task != "check":
        built = [] if options.task == "renew" else sources
        return _generate(renew, folder) or _build_all(built) or _generate(thumbnails.draw, folder)
    orphans = [] if options.stems else sorted(folder.glob("*.ipynb"))
    return _check_all(sorted({*sources, *(path.with_suffix(".md") for path in orphans)}), folder)


if __name__ == "__main__":
    sys.exit(main())
