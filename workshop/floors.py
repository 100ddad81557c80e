"""The library as it is built: its modules, their imports, and the floors that follow from these.

`tests/test_library.py` holds the rules of the house, and `workshop.house` draws it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from workshop import COURSE

LIBRARY = COURSE / "wgan_lib"
WINGS = sorted(path.parent.name for path in LIBRARY.glob("*/__init__.py"))
HALL = ""  # the modules beside the wings
COMMAND_LINE = "__main__"  # it stands in the hall and opens every wing


def name_of(path: Path) -> str:
    """`training.loop` for wgan_lib/training/loop.py, and `training` for its __init__."""
    parts = path.relative_to(LIBRARY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(LIBRARY.rglob("*.py")) if name_of(path)}
# A wing's __init__ says what lives there and hands names on.
ROOMS = {name: path for name, path in MODULES.items() if path.stem != "__init__"}


@cache
def imports(path: Path) -> frozenset[str]:
    """Full names of all that a file imports, inside functions too.

    Raises ValueError for a relative import: in the library imports have full names.
    """
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path.name}, line {node.lineno}: imports have full names here")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def module_of(name: str) -> str | None:
    """The module of the library that a full name lies in; None for torch, numpy and the rest."""
    parts = name.split(".")
    if parts[0] != LIBRARY.name:
        return None
    there = [".".join(parts[1:end]) for end in range(len(parts), 1, -1)]
    return next((module for module in there if module in MODULES), None)


def neighbours(path: Path) -> set[str]:
    """The modules of the library that a file imports."""
    return {*filter(None, map(module_of, imports(path)))} - {name_of(path)}


def wing(module: str) -> str:
    """The folder that a module stands in; HALL where it stands beside the folders."""
    return module.split(".")[0] if module.split(".")[0] in WINGS else HALL


def wing_imports() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The imports from one wing into another, for each such pair; the command line left out."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, path in MODULES.items():
        for used in sorted(neighbours(path)):
            if name != COMMAND_LINE and wing(name) != wing(used):
                found.setdefault((wing(name), wing(used)), []).append((name, used))
    return found


def floors(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The floor of each wing, from pairs of a wing and one that it imports.

    A wing stands right above the highest one that it imports. Wings that lead to one another share
    a floor. What imports nothing is the ground, floor 0.
    """
    pairs = [*pairs]
    uses = {wing: {low for high, low in pairs if high == wing} for pair in pairs for wing in pair}
    reached = {wing: _reached(wing, uses) for wing in uses}

    def floor(wing: str) -> int:
        together = {wing} | {other for other in reached[wing] if wing in reached[other]}
        return max((1 + floor(low) for low in reached[wing] - together), default=0)

    return {wing: floor(wing) for wing in sorted(uses)}


def _reached(wing: str, uses: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [wing]
    while todo:
        new = uses[todo.pop()] - found
        found |= new
        todo += new
    return found
