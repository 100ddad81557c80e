"""Cutting a lesson into slides, by rule: no lesson knows that it will be presented.

A heading opens a slide. Of a paragraph the first sentences are shown; all of it goes to the
speaker notes. What a cell shows is the evidence for the paragraph above it, and the two share a
slide: a sentence and a picture, a sentence and the claims that were checked, a sentence and code.
A question (*Predict …*) stands before the picture that answers it. docs/design.md has the whole
list, and the tags that override it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

from workshop.slides.blocks import Block
from workshop.slides.deck import Deck, Part, Section, Slide
from workshop.slides.fitting import claims_pieces, code_pieces, has_room, list_pieces, table_pieces
from workshop.slides.sentences import lead, tail, words

TEXT = {"prose", "formula", "list", "table"}
WORDS_OF_A_SLIDE = 75
WORDS_ALONE = 55  # of a paragraph that has a slide for itself
WORDS_BEFORE_A_FORMULA = 60
WORDS_AMONG_OTHERS = 30
WORDS_ABOVE = {"picture": 26, "claims": 34, "code": 30, "library": 30, "output": 34, "task": 999}
LINES_OF_CODE = 17  # and its output below it
_RUN_IN = re.compile(r"\*\*(?P<title>[^*]+?)[.:]?\*\*\s*(?P<rest>.*)", flags=re.DOTALL)
_PREDICT = re.compile(r"\*Predict\b")


def cut(stem: str, blocks: list[Block]) -> Deck:
    """Takes a lesson's name and its blocks, returns the deck."""
    title = next((b.text for b in blocks if b.kind == "heading" and b.level == 1), stem)
    cutter = _Cutter(title)
    for block in blocks:
        cutter.take(block)
    cutter.flush()
    spoken = 0.0
    for section in cutter.sections:
        section.start, spoken = spoken, spoken + section.talk
    return Deck(stem, title, cutter.sections, cutter.slides)


class _Cutter:
    def __init__(self, title: str) -> None:
        self.sections = [Section(title)]
        self.slides: list[Slide] = []
        self.pending: list[Block] = []  # text that waits for the evidence below it
        self.title, self.opening = "", False
        self.unspoken: list[str] = []  # notes that wait for a slide
        self.before = ""  # the kind of the block before this one

    def take(self, block: Block) -> None:
        if block.kind == "heading":
            self._head(block)
        elif "slide-notes" in block.tags:
            self.sections[-1].spend(block)
            self.unspoken.append(block.text)
        else:
            self.sections[-1].spend(block)
            self._collect(block) if block.kind in TEXT else self._show(block)
        self.before = block.kind

    def _head(self, block: Block) -> None:
        self.flush()
        if block.level == 2:
            self.sections.append(Section(block.text))
        if block.level > 1:
            self.title, self.opening = block.text, block.level == 2

    def _collect(self, block: Block) -> None:
        starts = block.kind == "prose" and _RUN_IN.fullmatch(block.text)
        if "slide-new" in block.tags or (starts and not all(map(_run_in, self.pending))):
            self.flush()
        self.pending.append(block)

    def _show(self, block: Block) -> None:
        if block.kind == "code" and not self._introduced(block):
            return
        if self.slides and not self.pending and not self.title and self._joins(block):
            self.slides[-1].parts.append(Part(block.kind, block))
            return
        text = self._above(block)
        self.flush()
        title, rest = self._titled(text) if text else (self.title, "")
        self.title = title
        above = []
        if text:
            self.unspoken.append(text.text)
            above = [Part("above", replace(text, text=lead(rest, WORDS_ABOVE[block.kind])))]
        for number, piece in enumerate(_pieces(block, bool(above))):
            self._add([*(above if number == 0 else []), Part(block.kind, piece)])

    def _introduced(self, block: Block) -> bool:
        """Whether code was announced by the text above it; what only follows on is plumbing."""
        return bool(self.pending or self.title or "slide-code" in block.tags)

    def _joins(self, block: Block) -> bool:
        """Whether a block belongs below what the same cell has shown just before."""
        slide = self.slides[-1]
        above = [part.block for part in slide.parts]
        if (self.before, block.kind) == ("code", "output"):
            lines = sum(each.text.count("\n") + 1 for each in above)
            return slide.last() == "code" and lines + block.text.count("\n") < LINES_OF_CODE
        evidence = (self.before, block.kind) in (("picture", "claims"), ("output", "claims"))
        return evidence and has_room(above, block, bool(slide.title))

    def _above(self, block: Block) -> Block | None:
        """The paragraph that the evidence is for, taken from the text that waits."""
        if not self.pending or not _speaks_to(self.pending[-1]):
            return None
        alone = len([each for each in self.pending if each.kind == "prose"]) == 1
        if alone and self.opening and block.kind != "task":
            return None  # the section's first slide has nothing else to say
        title = bool(self.title) or _run_in(self.pending[-1])
        if block.kind == "picture" and not has_room([self.pending[-1]], block, title):
            return None  # a high picture needs the whole slide
        return self.pending.pop()

    def _titled(self, text: Block) -> tuple[str, str]:
        """The title of the next slide, and what `text` says below it.

        A title that stands in bold at its beginning opens a slide, but not in place of the heading.
        """
        title, rest = _split(text)
        return (self.title, text.text) if self.opening or not title else (title, rest)

    def flush(self) -> None:
        """Make slides of the text that waits."""
        waiting, self.pending = self.pending, []
        if len(waiting) > 1 and all(map(_run_in, waiting)):
            self.unspoken += [block.text for block in waiting]
            self._add([Part("row", _shortened(block)) for block in waiting])
            return
        last: Block | None = None
        for group in _grouped(_parts(waiting)):
            self.unspoken += dict.fromkeys(source.text for source, _ in group)
            source, parts = group[0][0], [part for _, part in group]
            if source is not last and source.kind == "prose":  # else the paragraph goes on
                parts[0] = self._begun(source, parts[0])
            last = group[-1][0]
            self._add(parts)

    def _begun(self, source: Block, part: Part) -> Part:
        """The first part of a slide; a title in bold before it becomes the slide's, if it can."""
        title, rest = self._titled(replace(source, text=f"{_bold(source)}{part.block.text}"))
        self.title = title
        return replace(part, block=replace(part.block, text=rest))

    def _add(self, parts: list[Part]) -> None:
        said = set(self.slides[-1].notes) if self.slides else set()  # a list that goes on
        notes = [text for text in self.unspoken if text not in said]
        slide = Slide(self.sections[-1], self.title, self.opening, parts, notes)
        self.slides.append(slide)
        self.title, self.opening, self.unspoken = "", False, []


def _parts(waiting: list[Block]) -> list[tuple[Block, Part]]:
    """The text that waits, each block with what is shown of it."""
    shown: list[tuple[Block, Part]] = []
    limit = WORDS_ALONE if len(waiting) <= 2 else WORDS_AMONG_OTHERS
    for block, following in itertools.zip_longest(waiting, waiting[1:]):
        if block.kind in ("list", "table"):
            pieces = list_pieces(block) if block.kind == "list" else table_pieces(block)
            shown += [(block, Part(block.kind, piece)) for piece in pieces]
        elif block.kind != "prose":
            shown.append((block, Part(block.kind, block)))
        else:
            leads_up = following is not None and following.kind == "formula"
            shown += [(block, part) for part in _prose(block, limit, leads_up)]
    return shown


def _prose(block: Block, limit: int, leads_up: bool) -> list[Part]:
    """What is shown of a paragraph: a question whole, else its beginning in `limit` words.

    What leads up to a formula is shown to its end, on two slides if need be.
    """
    text = _split(block)[1]
    if _PREDICT.search(text):
        return [Part("predict", replace(block, text=text))]
    before, last = tail(text, WORDS_BEFORE_A_FORMULA) if leads_up else (text, "")
    pieces = [lead(before, limit), last]
    return [Part("prose", replace(block, text=piece)) for piece in pieces if piece]


def _grouped(shown: list[tuple[Block, Part]]) -> list[list[tuple[Block, Part]]]:
    """Neighbours on one slide, as long as there is room."""
    groups: list[list[tuple[Block, Part]]] = []
    for each in shown:
        part, group = each[1], groups[-1] if groups else []
        full = sum(other.weight for _, other in group) + part.weight > WORDS_OF_A_SLIDE
        # What leads up to a formula goes with it, and so does the end of its sentence.
        before = group[-1][1].kind if group else ""
        torn = (before, part.kind) == ("prose", "formula") or (
            before == "formula" and _goes_on(each[0])
        )
        begins = bool(_split(each[0])[0]) and not (group and group[-1][0] is each[0])
        if group and (not full or torn) and not begins:
            group.append(each)
        else:
            groups.append([each])
    return groups


def _pieces(block: Block, below: bool) -> list[Block]:
    """The block in pieces that fit on a slide, the first of them below a sentence or not."""
    if block.kind in ("code", "library", "task", "output"):
        return code_pieces(block, below)
    return claims_pieces(block, below) if block.kind == "claims" else [block]


def _run_in(block: Block) -> bool:
    return bool(_split(block)[0])


def _split(block: Block) -> tuple[str, str]:
    """The title that a paragraph begins with in bold ("" when with none), and the rest."""
    found = _RUN_IN.fullmatch(block.text) if block.kind == "prose" else None
    if not found or not found["rest"] or words(found["title"]) > 8:
        return "", block.text
    return found["title"], found["rest"]


def _bold(block: Block) -> str:
    """The title that a paragraph begins with, in bold as it stands there; "" when with none."""
    title, _ = _split(block)
    return f"**{title}.** " if title else ""


def _shortened(block: Block) -> Block:
    return replace(block, text=_bold(block) + lead(_split(block)[1], WORDS_AMONG_OTHERS))


def _speaks_to(block: Block) -> bool:
    """Whether a waiting block can be the sentence above the evidence."""
    return block.kind == "prose" and not _PREDICT.search(block.text) and not _goes_on(block)


def _goes_on(block: Block) -> bool:
    """Whether a paragraph ends a sentence that began before a formula."""
    return block.kind == "prose" and block.text[:1].islower()
