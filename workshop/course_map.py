"""The map of the course, from the lessons themselves: no lesson is listed by hand anywhere.

A lesson says about itself, in the header of its .md file:

    minutes: 1 to 2          # on two CPU cores
    about: couplings, the cheapest plan, why W₁ has a slope where the others have none
    thumbnail: 3             # which of its stored pictures stands for it; without this, the first

`make notebooks` writes the map from these lines, between two markers, into README.md and into the
page that the course starts with. Below it stands what is still to come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

# Lessons that other pages may speak of before they are there, with the words ", to come".
TO_COME = {
    "09": "Robustness",
    "10": "Letters",
    "13": "Where it went",
}

BEGINS, ENDS = "<!-- the map begins: written by make notebooks -->", "<!-- the map ends -->"
MEND = "make notebooks (or, without running a cell, python -m workshop.notebooks renew)"
_BETWEEN = re.compile(f"(?<={re.escape(BEGINS)}\n).*?(?={re.escape(ENDS)})", flags=re.DOTALL)
_HEADER = re.compile(r"\A---\n(.*?)^---\n", flags=re.DOTALL | re.MULTILINE)


class HeaderError(ValueError):
    """The header of a lesson does not say what the map needs; the message says what to add."""


@dataclass(frozen=True)
class Lesson:
    """What the map says of a lesson. `stem` is the name of its files, `title` its heading."""

    stem: str
    title: str
    minutes: str
    about: str
    thumbnail: int = 1

    @property
    def name(self) -> str:
        """The title in short, after its number: "03 The earth mover"; "Start here" has none."""
        named = re.fullmatch(r"Lesson (\d\d) — ([^:]+)(?::.*)?", self.title)
        return f"{named[1]} {named[2]}" if named else self.title.split(":")[0]

    @property
    def picture(self) -> str:
        """Where its thumbnail is, from the folder of the course."""
        return f"docs/pictures/lessons/{self.stem}.png"


def lesson(source: Path) -> Lesson:
    """What the .md file of a lesson says about itself. Raises HeaderError if it does not."""
    text = source.read_text(encoding="utf-8")
    header = _HEADER.match(text)
    said = (yaml.safe_load(header[1]) if header else None) or {}
    for key, example in (("minutes", "minutes: 1 to 2"), ("about", "about: what it is about")):
        if not str(said.get(key) or "").strip():
            raise HeaderError(f"{source.name} has no `{key}` in its header: add `{example}`")
    number = said.get("thumbnail", 1)
    if not isinstance(number, int) or number < 1:
        raise HeaderError(f"{source.name}: `thumbnail` must be 1, 2, 3 …, got {number!r}")
    title = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    if title is None:
        raise HeaderError(f"{source.name} has no title: add a line `# Lesson NN — Its title`")
    return Lesson(source.stem, title[1].strip(), str(said["minutes"]), str(said["about"]), number)


def course(folder: Path) -> list[Lesson]:
    """All lessons of a folder, in their order."""
    return [lesson(path) for path in sorted(folder.glob("[0-9][0-9]_*.md"))]


def table(lessons: Sequence[Lesson], folder: str = "", pictures: bool = False) -> str:
    """The map as a Markdown table. `folder` leads from the page that shows it to the lessons.

    With pictures it is a table for the page in the folder of the course, where the thumbnails are.
    """
    first = ["", "lesson"] if pictures else ["lesson"]
    lines = [f"| {' | '.join([*first, 'about', 'minutes on two cores'])} |".replace("|  |", "| |")]
    lines.append("|" + "---|" * (len(first) + 2))
    for each in lessons:
        image = f'<img src="{each.picture}" width="200" alt="a picture from {each.name}">'
        link = f"[{each.name}]({folder}{each.stem}.ipynb)"
        row = [image] * pictures + [link, each.about, each.minutes]
        lines.append(f"| {' | '.join(row)} |")
    return "\n".join(lines) + "\n"


def promised(to_come: Mapping[str, str] = TO_COME) -> str:
    """The line below the map: what is to come. Empty where nothing is."""
    names = ", ".join(f"{number} {name}" for number, name in to_come.items())
    return f"\nTo come: {names}.\n" if names else ""


def with_map(text: str, written: str) -> str:
    """`text` with the map between its markers; unchanged where it has no markers."""
    return _BETWEEN.sub(lambda _: f"\n{written}\n", text)
