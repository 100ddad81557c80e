"""A deck: the slides of a lesson, each with its parts and what the speaker says to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from workshop.slides.blocks import Block
from workshop.slides.sentences import minutes, words

MINUTES = {"picture": 1.0, "code": 0.5, "library": 0.5, "claims": 0.5}


@dataclass
class Section:
    """A part of the lesson under one heading, and how long it takes."""

    title: str
    talk: float = 0.0  # minutes
    exercises: int = 0  # minutes
    start: float = 0.0  # minutes of talk before it

    def spend(self, block: Block) -> None:
        """Add what a block takes: words are read aloud, pictures and code are looked at."""
        spoken = block.kind in ("prose", "list", "table")
        self.talk += minutes(block.text) if spoken else MINUTES.get(block.kind, 0.0)
        self.exercises += block.minutes


@dataclass
class Part:
    """One thing on a slide. `kind` names how it looks; the block says what it is."""

    kind: str
    block: Block

    @property
    def weight(self) -> int:
        """How much room it takes, in words."""
        return 16 if self.kind == "formula" else words(self.block.text)


@dataclass
class Slide:
    """One slide. `title` is set where something new begins."""

    section: Section
    title: str = ""
    opening: bool = False  # the first slide of its section
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def last(self) -> str:
        """The kind of its last part, or an empty text."""
        return self.parts[-1].kind if self.parts else ""


@dataclass
class Deck:
    """All slides of a lesson; the first is made of `title` and of the minutes."""

    stem: str
    title: str
    sections: list[Section]
    slides: list[Slide]

    @property
    def talk(self) -> float:
        """Minutes that presenting it takes."""
        return sum(section.talk for section in self.sections)

    @property
    def exercises(self) -> int:
        """Minutes that its exercises take."""
        return sum(section.exercises for section in self.sections)
