"""What fits on a slide: code by its lines, claims and lists by their length, pictures by height.

Heights are in pixels, on a slide of 720, for text of the smallest size.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace

from wgan_lib.classroom.claims import Claim
from workshop.slides.blocks import Block
from workshop.slides.sentences import words

LINES = 22  # of code, on a slide of its own
LINES_BELOW = 18  # below a sentence
LINES_OF_CLAIMS = 10
CHARACTERS, SMALL = 72, 90  # in a line of claims, and of those below a picture
# A picture is shown so many times as large as it was drawn, at least: the type of the course's
# figures, 14.4 px, then has the size of the smallest code, 18 px.
ENLARGED = 1.25
ROOM, TITLE, SENTENCES = 560, 62, 90  # below the kicker; what a title takes, and text above
CAPTION = 34  # below a picture that moves in the notebook
CLAIM, LINE_OF_CLAIM, LINE_OF_OUTPUT = 48, 32, 34  # a claim; a further line of it; of output
ITEMS, ROWS, WORDS_OF_ITEMS = 5, 7, 90
COLUMNS = 78  # of a docstring
_DOCSTRING = re.compile(
    r'\n(?P<indent>[ ]+)"""(?P<first>[^\n]+?)(?P<rest>\n.*?)?"""', flags=re.DOTALL
)


def code_pieces(block: Block, below: bool) -> list[Block]:
    """Code or printed text, cut where the indentation is least; docstrings keep one line."""
    text = block.text if block.kind == "output" else _DOCSTRING.sub(_short_docstring, block.text)
    pieces, lines = [], text.strip("\n").splitlines()
    room = LINES_BELOW if below else LINES
    while len(lines) > room:
        cut = max(range(room // 2, room + 1), key=lambda at: _quality(lines, at))
        pieces.append("\n".join(lines[:cut]).rstrip())
        lines = "\n".join(lines[cut:]).strip("\n").splitlines()
        room = LINES
    return [replace(block, text=piece) for piece in [*pieces, "\n".join(lines)] if piece.strip()]


def _short_docstring(found: re.Match[str]) -> str:
    """The first line of a docstring, folded where it would make the code small."""
    indent, more = found["indent"], " …" if (found["rest"] or "").strip() else ""
    lines = textwrap.wrap(f'"""{found["first"]}{more}"""', COLUMNS - len(indent))
    return "\n" + textwrap.indent("\n".join(lines), indent)


def _quality(lines: list[str], at: int) -> tuple[bool, int, int]:
    """How good a place `at` is to cut: between definitions, else where little is indented."""
    after = next((line for line in lines[at:] if line.strip()), "")
    indent = len(after) - len(after.lstrip())
    return not lines[at - 1].strip(), -indent, at


def claims_pieces(block: Block, below: bool) -> list[Block]:
    """Claims, so many to a slide as have room."""
    room = LINES_OF_CLAIMS - 2 * below
    pieces: list[list[Claim]] = [[]]
    for claim in block.claims:
        taken = sum(map(_lines, pieces[-1]))
        if pieces[-1] and taken + _lines(claim) > room:
            pieces.append([])
        pieces[-1].append(claim)
    return [replace(block, claims=tuple(piece)) for piece in pieces]


def picture_height(picture: Block) -> float:
    """How high a picture must be on a slide for its type to be read, with what is said below it."""
    return ENLARGED * picture.size[1] + CAPTION * picture.live


def has_room(parts: list[Block], more: Block, title: bool) -> bool:
    """Whether a slide with these parts has room for one more below them."""
    taken = sum(map(_height, [*parts, more])) + TITLE * title
    return taken <= ROOM


def _height(block: Block) -> float:
    if block.kind == "picture":
        return picture_height(block)
    if block.kind == "claims":
        further = sum(_lines(claim, SMALL) - 1 for claim in block.claims)
        return CLAIM * len(block.claims) + LINE_OF_CLAIM * further
    if block.kind in ("output", "code"):
        return LINE_OF_OUTPUT * (block.text.count("\n") + 2)
    return SENTENCES


def _lines(claim: Claim, characters: int = CHARACTERS) -> int:
    together = len(claim.text) + (len(claim.source) + 3 if claim.source else 0)
    return -(-together // characters)


def list_pieces(block: Block) -> list[Block]:
    """A list, so many items to a slide as have room."""
    items = [item.rstrip() for item in re.split(r"\n(?=(?:[-*+]|\d+\.) )", block.text)]
    return [replace(block, text="\n".join(piece)) for piece in _evenly(items, ITEMS)]


def table_pieces(block: Block) -> list[Block]:
    """A table, so many rows to a slide as have room, each time below its head."""
    head, rule, *rows = block.text.splitlines()
    pieces = _evenly(rows, ROWS)
    return [replace(block, text="\n".join([head, rule, *piece])) for piece in pieces]


def _evenly(items: list[str], most: int) -> list[list[str]]:
    """The items on as few slides as have room for them, about equally many on each."""
    slides = max(-(-len(items) // most), -(-words(" ".join(items)) // WORDS_OF_ITEMS), 1)
    size = max(1, -(-len(items) // slides))
    return [items[at : at + size] for at in range(0, len(items), size)]
