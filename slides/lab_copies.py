"""Copies of the lessons to be presented live in JupyterLab, where a kernel runs and widgets move.

JupyterLab's presenters go by the slide type of a cell. Here it is given by rule: text opens a
slide, and the cells below belong to it; a heading goes one to the right, other text one down.
"""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from slides.blocks import blocks


def lab_copy(notebook: NotebookNode) -> NotebookNode:
    """A copy of a lesson, outputs included, whose cells know which slide they belong to."""
    marked = copy.deepcopy(notebook)
    marked.metadata.pop("jupytext", None)  # a copy has no .md twin
    for cell in marked.cells:
        cell.metadata["slideshow"] = {"slide_type": slide_type(cell)}
    return marked


def slide_type(cell: NotebookNode) -> str:
    """What a cell is in a presentation: "slide", "subslide", "skip", or "-", part of the last."""
    if "slide-skip" in cell.metadata.get("tags", []):
        return "skip"
    if cell.cell_type != "markdown":
        return "-"
    shown = blocks(NotebookNode(cells=[cell]))
    if not shown:
        return "skip"  # a fold with hints, and nothing else
    headings = [block.level for block in shown if block.kind == "heading"]
    return "slide" if headings and min(headings) <= 2 else "subslide"
