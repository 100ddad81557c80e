"""A notebook as a row of blocks: headings, paragraphs, formulas, pictures, claims, code.

A slide is made of such blocks. What never comes onto a slide has no block: folds with hints and
solutions, badges and other HTML, cells that only import or prepare, the count of solved exercises.
"""

from __future__ import annotations

import ast
import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from nbformat import NotebookNode

from wgan_lib.classroom.claims import Claim, shown_claim
from wgan_lib.classroom.exercises.checking import catalogue
from workshop.solving import exercise_cells

FIGURE = "<figure>"  # how `show` stores a figure; a widget stores its own words
PARSER = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
_NAMES = {
    "paragraph_open": "prose",
    "math_block": "formula",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "blockquote_open": "prose",
    "table_open": "table",
    "fence": "code",
}
_ONLY_LINKS = re.compile(r"(\s|[|·←→]|!?\[(!\[[^\]]*\]\([^)]*\)|[^\]])*\]\([^)]*\))+")


@dataclass(frozen=True)
class Block:
    """One piece of a lesson.

    `kind` is heading, prose, formula, list, table, task, code, library, output, picture or claims;
    `text` is Markdown, code or the alt text of a picture; `data` is the picture in base64.
    """

    kind: str
    text: str = ""
    level: int = 0  # of a heading
    data: str = ""
    live: bool = False  # a picture that moves in the notebook
    claims: tuple[Claim, ...] = ()
    minutes: int = 0  # of an exercise
    tags: frozenset[str] = field(default=frozenset())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a picture in pixels, from the head of its PNG."""
        head = base64.b64decode(self.data[:32])
        return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def blocks(notebook: NotebookNode) -> list[Block]:
    """All blocks of a notebook with stored outputs."""
    tasks = {id(cell): name for name, cell in exercise_cells(notebook)}
    found: list[Block] = []
    for cell in notebook.cells:
        tags = _tags(cell)
        if "slide-skip" in tags:
            continue
        if cell.cell_type == "markdown":
            found += _of_markdown(cell.source, tags)
        elif cell.cell_type == "code" and id(cell) in tasks:
            found.append(_task(tasks[id(cell)], cell.source, tags))
        elif cell.cell_type == "code":
            found += _of_code(cell, tags)
    return found


def _tags(cell: NotebookNode) -> frozenset[str]:
    """A cell's tags; the slide type "skip" that Jupyter knows counts as `slide-skip`."""
    skipped = cell.metadata.get("slideshow", {}).get("slide_type") == "skip"
    return frozenset([*cell.metadata.get("tags", []), *(["slide-skip"] if skipped else [])])


def _of_markdown(source: str, tags: frozenset[str]) -> Iterator[Block]:
    lines, folded = source.splitlines(), 0
    for token in PARSER.parse(source):
        if token.level > 0 or token.map is None:
            continue
        shown = (
            slice(token.map[0] + 1, token.map[1] - 1)
            if token.type == "fence"
            else slice(*token.map)
        )
        text = "\n".join(lines[shown]).strip()
        if token.type == "html_block":
            folded += text.count("<details") - text.count("</details>")
        elif not folded and (block := _block(token, text, tags)):
            yield block


def _block(token: Token, text: str, tags: frozenset[str]) -> Block | None:
    if token.type == "heading_open":
        return Block("heading", text.lstrip("# ").strip(), level=int(token.tag[1]), tags=tags)
    if token.type not in _NAMES or _ONLY_LINKS.fullmatch(text) or text.startswith("<"):
        return None
    return Block(_NAMES[token.type], text, tags=tags)


def _task(name: str, source: str, tags: frozenset[str]) -> Block:
    """An exercise's stub, without the line that checks it."""
    stub = re.sub(r"^check\(.*\)$", "", source, flags=re.MULTILINE).strip()
    return Block("task", stub, minutes=catalogue()[name].minutes, tags=tags)


def _of_code(cell: NotebookNode, tags: frozenset[str]) -> Iterator[Block]:
    if cell.source.startswith("progress("):
        return
    shown = list(_outputs(cell))
    kinds = {block.kind for block in shown}
    teaches = not kinds & {"picture", "claims", "library"} and (kinds or _defines(cell.source))
    if "slide-code" in tags or (teaches and not _prepares(cell.source)):
        yield Block("code", cell.source, tags=tags)
    yield from shown


def _outputs(cell: NotebookNode) -> Iterator[Block]:
    """What a cell shows: sources, pictures, printed lines and claims, each kind as one block."""
    described: set[str] = set()
    printed: list[str] = []
    claims: list[Claim] = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" in data:
            alt = output.metadata.get("image/png", {}).get("alt", "")
            described |= set(alt.splitlines())
            live = data.get("text/plain", FIGURE) != FIGURE and output.output_type != "display_data"
            yield Block("picture", alt, data=data["image/png"], live=live)
        elif said := shown_claim(output):
            claims.append(said)
        elif "text/markdown" in data:
            yield Block("library", data["text/plain"])
        elif "text/plain" in data:
            printed += data["text/plain"].splitlines()
        elif output.output_type == "stream":
            printed += output.text.splitlines()
    rest = [line for line in printed if line not in described]
    if any(rest):
        yield Block("output", "\n".join(rest))
    if claims:
        yield Block("claims", claims=tuple(claims))


def _defines(source: str) -> bool:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in ast.parse(source).body)


def _prepares(source: str) -> bool:
    """Whether a cell only imports and gives names to constants: a lesson's first cell."""
    nodes = ast.parse(source).body
    return all(
        isinstance(node, ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
        for node in nodes
    )
