"""Pieces that fit on a slide: code by its lines, claims and lists by their length."""

from __future__ import annotations

import re
from dataclasses import replace

from slides.blocks import Block
from slides.sentences import words
from wgan_lib.classroom.claims import Claim

LINES = 22  # of code, on a slide of its own
LINES_BELOW = 18  # below a sentence
LINES_OF_CLAIMS = 11
CHARACTERS = 74  # in a line of claims
ITEMS, WORDS_OF_ITEMS = 5, 75
_DOCSTRING = re.compile(r'(?P<indent>\n[ ]+)"""(?P<first>[^"\n]+)\n.*?"""', flags=re.DOTALL)


def code_pieces(block: Block, below: bool) -> list[Block]:
    """Code or printed text, cut where the indentation is least; docstrings keep one line."""
    text = block.text
    if block.kind == "library":
        text = _DOCSTRING.sub(r'\g<indent>"""\g<first> …"""', text)
    pieces, lines = [], text.strip("\n").splitlines()
    room = LINES_BELOW if below else LINES
    while len(lines) > room:
        cut = max(range(room // 2, room + 1), key=lambda at: _quality(lines, at))
        pieces.append("\n".join(lines[:cut]).rstrip())
        lines = "\n".join(lines[cut:]).strip("\n").splitlines()
        room = LINES
    return [replace(block, text=piece) for piece in [*pieces, "\n".join(lines)] if piece.strip()]


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


def _lines(claim: Claim) -> int:
    texts = (claim.text, claim.source)
    return sum(-(-len(text) // CHARACTERS) for text in texts)


def list_pieces(block: Block) -> list[Block]:
    """A list, so many items to a slide as have room."""
    items = [item.rstrip() for item in re.split(r"\n(?=(?:[-*+]|\d+\.) )", block.text)]
    pieces: list[list[str]] = [[]]
    for item in items:
        full = len(pieces[-1]) == ITEMS or words(" ".join([*pieces[-1], item])) > WORDS_OF_ITEMS
        if pieces[-1] and full:
            pieces.append([])
        pieces[-1].append(item)
    return [replace(block, text="\n".join(piece)) for piece in pieces]
