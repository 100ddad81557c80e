"""A page for each module of the library, from its docstrings.

The docstrings are Markdown, and MyST reads them: paragraphs, code indented by four blanks, lists
with a hyphen, tables with bars. One thing is added: words beside their meaning, in two columns.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import textwrap

from docutils import nodes
from docutils.utils import new_document
from myst_parser.parsers.sphinx_ import MystParser
from sphinx.util.docutils import SphinxDirective

import wgan_lib

COLUMNS = re.compile(r"(?P<word>\S(?:\S| (?! ))*?)  +(?P<meaning>\S.*)")


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
            parts += ["     - .. markdown::", "", f"          {summary(module)}"]
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


class Markdown(SphinxDirective):
    """Its content is Markdown, read by MyST, on a page of reStructuredText."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        part = new_document(self.state.document["source"], self.state.document.settings)
        MystParser().parse("\n".join(self.content), part)
        return part.children


def as_markdown(lines: list[str]) -> list[str]:
    """The lines of a docstring as a part of the page that `Markdown` reads."""
    text = textwrap.dedent("\n".join(lines)).strip("\n")
    blocks = [_meanings(block) for block in re.split(r"\n[ \t]*\n", text)]
    return [".. markdown::", "", *textwrap.indent("\n\n".join(blocks), "   ").splitlines(), ""]


def _meanings(block: str) -> str:
    """Two columns, a word and what it means, as a list of definitions; any other block as it is.

    A meaning may go on in the lines below.
    """
    lines = block.splitlines()
    if not lines or lines[0].startswith((" ", "|", "- ")) or not COLUMNS.fullmatch(lines[0]):
        return block
    found: list[str] = []
    for line in lines:
        match = None if line.startswith(" ") else COLUMNS.fullmatch(line)
        found.append(f"\n{match['word']}\n: {match['meaning']}" if match else f"  {line.strip()}")
    return "\n".join(found).strip("\n")
