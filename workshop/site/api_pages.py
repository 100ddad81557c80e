"""A page for each module of the library, from its docstrings.

The docstrings are plain text with a light hand: paragraphs, code indented by four blanks, lists
with a hyphen, tables with bars, and words beside their meaning in two columns. Sphinx wants
reStructuredText; `restructured` makes that of them, and leaves nothing that it could misread.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator

import wgan_lib

COLUMNS = re.compile(r"(?P<word>\S(?:\S| (?! ))*?)  +(?P<meaning>\S.*)")
AROUND_CODE = re.compile(r"`+([^`]+)`+")


def modules() -> list[str]:
    """The names of all modules of the library, packages included, private ones left out."""
    found = pkgutil.walk_packages(wgan_lib.__path__, f"{wgan_lib.__name__}.")
    public = [each.name for each in found if not re.search(r"\._(?!_)", each.name)]
    return [wgan_lib.__name__, *sorted(public)]


def summary(module: str) -> str:
    """The first sentence of a module's docstring."""
    text = inspect.getdoc(importlib.import_module(module)) or ""
    return " ".join(text.split("\n\n")[0].split())


def module_page(module: str) -> str:
    """The page of one module, in reStructuredText."""
    title = module.replace("_", r"\_")
    line = "=" * len(title)
    return f"{title}\n{line}\n\n.. automodule:: {module}\n   :members:\n   :show-inheritance:\n"


def contents_page() -> str:
    """All modules with what they say of themselves, by package, in reStructuredText."""
    parts = ["The library", "===========", "", _INTRODUCTION]
    for package in _packages():
        heading = package.replace("_", r"\_")
        parts += ["", heading, "-" * len(heading), "", ".. list-table::", "   :widths: 35 65", ""]
        for module in [each for each in modules() if _package(each) == package]:
            parts.append(f"   * - :doc:`{module} <{module}>`")
            parts.append(f"     - {_inline(summary(module))}")
    parts += ["", ".. toctree::", "   :hidden:", "", *(f"   {module}" for module in modules()), ""]
    return "\n".join(parts)


_INTRODUCTION = """\
These pages are made from the docstrings of ``wgan_lib``. Imports point down only: what stands in
``wgan_lib.classroom`` serves the notebooks, and nothing below knows of it.
:doc:`../docs/design` has the floors of the house."""


def _packages() -> list[str]:
    return sorted({_package(module) for module in modules()})


def _package(module: str) -> str:
    is_package = hasattr(importlib.import_module(module), "__path__")
    return module if is_package else module.rpartition(".")[0]


def restructured(lines: list[str]) -> list[str]:
    """The lines of a docstring as lines of reStructuredText."""
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    blocks = re.split(r"\n[ \t]*\n", text)
    found = list(_blocks([block for block in blocks if block.strip()]))
    return [line for block in found for line in (*block, "")]


def _blocks(blocks: list[str]) -> Iterator[list[str]]:
    code: list[str] = []
    for block in [*blocks, ""]:
        lines = block.splitlines()
        if lines and all(line.startswith("    ") for line in lines):
            code += [*lines, ""]
            continue
        if code:
            yield ["::", "", *code]
            code = []
        if lines:
            yield from _prose(lines)


def _prose(lines: list[str]) -> Iterator[list[str]]:
    if len(lines) > 2 and all(line.startswith("|") and line.endswith("|") for line in lines):
        yield _table(lines)
    elif lines[0].startswith("- "):
        yield [f"- {_inline(item)}" for item in _items(lines)]
    elif COLUMNS.fullmatch(lines[0]) and not lines[0].startswith(" "):
        yield _meanings(lines)
    else:
        yield [_inline(" ".join(line.strip() for line in lines))]


def _items(lines: list[str]) -> list[str]:
    return [" ".join(item.split()) for item in "\n".join(lines)[2:].split("\n- ")]


def _table(lines: list[str]) -> list[str]:
    rows = [line.strip().strip("|").split("|") for line in lines]
    rows = [row for row in rows if not all(set(cell.strip()) <= set("-:") for cell in row)]
    found = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        cells = [_inline(cell.strip()) for cell in row]
        found += [f"   {'* -' if not at else '  -'} {cell}" for at, cell in enumerate(cells)]
    return found


def _meanings(lines: list[str]) -> list[str]:
    """Two columns: a word, and what it means, which may go on in the lines below."""
    found: list[str] = []
    for line in lines:
        match = None if line.startswith(" ") else COLUMNS.fullmatch(line)
        if match:
            found += [_inline(match["word"]), f"   {_inline(match['meaning'])}"]
        else:
            found[-1] += f" {_inline(line.strip())}"
    return found


def _inline(text: str) -> str:
    """One run of text: what stands between backticks as code, and nothing else as markup."""
    parts = AROUND_CODE.split(text)
    for at in range(1, len(parts), 2):
        before = "\\ " if re.search(r"[\w’']$", parts[at - 1]) else ""
        after = "\\ " if re.match(r"\w", parts[at + 1]) else ""
        parts[at] = f"{before}``{parts[at].strip()}``{after}"
    parts[::2] = [re.sub(r"([\\*_|`<>\[\]])", r"\\\1", each) for each in parts[::2]]
    return "".join(parts)
