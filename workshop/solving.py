"""A lesson with its exercises solved: the stubs replaced by the reference solutions.

A stub has the name of its exercise and stands in the cell that checks it, as a function, a class,
or a value; the rest of the cell stays.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from wgan_lib.classroom.exercises.checking import find

_CHECK = re.compile(r'^check\("(\w+)", \w+\)$', flags=re.MULTILINE)


def exercise_cells(notebook: NotebookNode) -> Iterator[tuple[str, NotebookNode]]:
    """The name of each exercise of a notebook, and the cell that it stands in."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and (found := _CHECK.search(cell.source)):
            yield found[1], cell


def solution_text(name: str) -> str:
    """The source of a reference solution: a definition, or `name = value`."""
    solution = find(name).solution
    if callable(solution):
        return inspect.getsource(solution).rstrip()
    return f"{name} = {solution!r}"


def solved(source: str, name: str) -> str:
    """The source of an exercise's cell, with the solution in the place of the stub.

    Raises ValueError when the cell does not hold exactly one stub of that name.
    """
    stubs = [node for node in ast.parse(source).body if _defines(node, name)]
    if len(stubs) != 1:
        raise ValueError(f"the cell must hold one stub {name!r}, it holds {len(stubs)}")
    lines = source.splitlines()
    lines[stubs[0].lineno - 1 : stubs[0].end_lineno] = solution_text(name).splitlines()
    return "\n".join(lines)


def _defines(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name == name
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
