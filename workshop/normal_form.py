"""The one form in which a notebook is stored, so that two builds of a lesson give the same file.

Ids come from the contents of the cells and counts from their order; what depends on the machine
or the moment (versions, timings, widget state, tracebacks) is left out. What would differ between
two runs and cannot be left out, such as a memory address, is a fault of the cell.
"""

import copy
import hashlib
import re
from collections import Counter
from collections.abc import Iterator

import nbformat
from nbformat import NotebookNode

LESSON_KEYS = ("about", "minutes", "thumbnail")  # what the header says for the map of the course
_METADATA = {
    # The filter keeps these keys where jupytext itself writes the .md from the .ipynb. That the two
    # are a pair stands in the .md alone. Said here too, JupyterLab would refuse to open a lesson
    # that is newer than its .md, as each is that somebody has run, and would change both in saving.
    "jupytext": {"notebook_metadata_filter": ",".join(LESSON_KEYS)},
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {"name": "python"},  # no version: it differs from machine to machine
}
_KEPT_OF_A_CELL = {"editable", "jupyter", "mystnb", "slideshow", "tags"}
_OF_THE_MACHINE = "machine-output"  # tags a cell whose output no two machines share: none is kept
_KEPT_OF_AN_OUTPUT = {"image/png"}  # the alt text and the size of a picture
_WIDGET = "application/vnd.jupyter.widget-view+json"  # dead without a kernel; the picture stays
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


def normalise(notebook: NotebookNode) -> NotebookNode:
    """Takes an executed notebook, returns a copy in the normal form."""
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    said = {key: notebook.metadata[key] for key in LESSON_KEYS if key in notebook.metadata}
    notebook.metadata = nbformat.from_dict(_METADATA | said)
    count = 0
    for cell, name in zip(notebook.cells, _ids(notebook.cells), strict=True):
        cell.id = name
        cell.metadata = _only(cell.metadata, _KEPT_OF_A_CELL)
        cell.pop("attachments", None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            kept = [] if _OF_THE_MACHINE in cell.metadata.get("tags", []) else _merged(cell.outputs)
            cell.outputs = [_output(each, count) for each in kept]
    return notebook


def serialise(notebook: NotebookNode) -> str:
    """The text of the .ipynb file."""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def faults(cell: NotebookNode) -> Iterator[str]:
    """What the author of a cell must mend, as ends of a sentence that begins with "cell 7 …"."""
    if cell.cell_type != "code":
        return
    if not cell.source.strip():
        yield "is empty"
    if cell.source.rstrip().endswith(";"):
        yield "ends with ';', which does not silence it in the tests: end with show(figure)"
    for output in cell.outputs:
        yield from _output_faults(output, cell.metadata.get("tags", []))


def _output_faults(output: NotebookNode, tags: list[str]) -> Iterator[str]:
    text = output.get("text", "") + output.get("data", {}).get("text/plain", "")
    if output.output_type == "stream" and output.name == "stderr":
        yield f"writes to stderr, mend or catch the warning: {text.strip().splitlines()[-1]}"
    if output.output_type == "error" and "raises-exception" not in tags:
        yield f"stopped with {output.ename}: {output.evalue}"
    if address := _ADDRESS.search(text):
        yield f"prints a memory address ({address[0]}), another one in each run"


def _ids(cells: list[NotebookNode]) -> Iterator[str]:
    """An id for each cell, from what is in it: a new cell does not rename those that follow."""
    seen: Counter[str] = Counter()
    for cell in cells:
        name = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:12]
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}-{seen[name]}"


def _merged(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs, with what a cell prints in one go in one piece, however it was sent."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if last and output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            merged.append(output)
    return merged


def _output(output: NotebookNode, count: int) -> NotebookNode:
    if output.output_type == "execute_result":
        output.execution_count = count
    if output.output_type == "error":  # the traceback holds paths, addresses and colours
        output.traceback = [f"{output.ename}: {output.evalue}"]
    if "data" in output:
        output.data.pop(_WIDGET, None)
        output.metadata = _only(output.metadata, _KEPT_OF_AN_OUTPUT)
    return output


def _only(metadata: NotebookNode, kept: set[str]) -> NotebookNode:
    return NotebookNode({key: metadata[key] for key in sorted(kept & set(metadata))})
