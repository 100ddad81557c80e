"""Prose on a slide: the first sentences of a paragraph, with formulas and emphasis left whole."""

from __future__ import annotations

import re

WORDS_A_MINUTE = 130  # spoken, with room for a breath and a question
# Formulas, code and links are words of their own, whatever stops and blanks stand inside.
_WHOLE = re.compile(r"\$\$.+?\$\$|\$[^$]+\$|`[^`]+`|\[[^\]]*\]\([^)]*\)", flags=re.DOTALL)
_END = re.compile(r"(?<=[.!?])[*_\"”)]*\s+(?=[*_\"“(\[]*[A-Z0-9\x00])")
_ABBREVIATED = re.compile(r"\b(e\.g|i\.e|cf|vs|no|al|Fig|Eq)\.$")


def words(text: str) -> int:
    """How many words one speaks to read `text` aloud; a formula is one."""
    return len(_WHOLE.sub("formula", text).split())


def minutes(text: str) -> float:
    """How long it takes to say `text` in front of a class."""
    return words(text) / WORDS_A_MINUTE


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph of Markdown, in order; none is cut inside a formula."""
    kept = _WHOLE.findall(paragraph)
    plain = " ".join(_WHOLE.sub("\x00", paragraph).split())
    pieces, start = [], 0
    for end in _END.finditer(plain):
        piece = plain[start : end.end()].strip()
        if _balanced(piece) and not _ABBREVIATED.search(piece):
            pieces.append(piece)
            start = end.end()
    pieces.append(plain[start:].strip())
    whole = iter(kept)
    return [re.sub("\x00", lambda _: next(whole), piece) for piece in pieces if piece]


def lead(paragraph: str, limit: int) -> str:
    """As many first sentences as fit into `limit` words, and at least one."""
    taken: list[str] = []
    for sentence in sentences(paragraph):
        if taken and words(" ".join([*taken, sentence])) > limit:
            break
        taken.append(sentence)
    return " ".join(taken)


def tail(paragraph: str, limit: int) -> tuple[str, str]:
    """What comes before, and as many last sentences as fit into `limit` words (at least one)."""
    said = sentences(paragraph)
    start = len(said) - 1
    while start > 0 and words(" ".join(said[start - 1 :])) <= limit:
        start -= 1
    return " ".join(said[:start]), " ".join(said[start:])


def _balanced(piece: str) -> bool:
    """Whether no emphasis is left open at the end of the piece."""
    bold = piece.count("**")
    return bold % 2 == 0 and (piece.count("*") - 2 * bold) % 2 == 0
