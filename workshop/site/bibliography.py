"""The bibliography: the papers of bibliography.bib that a lesson cites, and where it does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from pybtex.database import Entry, parse_file

BIB = Path(__file__).with_name("bibliography.bib")
NUMBER = re.compile(r"\barXiv[: ]\s*(\d{4}\.\d{4,5})")


class Paper(NamedTuple):
    """One entry: its key, who, when, what, where it appeared, and its number on arXiv, or ""."""

    key: str
    authors: str
    year: str
    title: str
    venue: str
    arxiv: str

    def cited_in(self, text: str) -> bool:
        """Whether a lesson names this paper: by its number, or else by its title or its year."""
        if self.arxiv:
            return self.arxiv in NUMBER.findall(text)
        names = [f"{author} {self.year}" for author in self.authors.split(", ")]
        return any(_plain(each) in _plain(text) for each in [self.title, *names])


def papers() -> list[Paper]:
    """All entries of bibliography.bib, by author and year."""
    found = [_paper(key, entry) for key, entry in parse_file(str(BIB)).entries.items()]
    return sorted(found, key=lambda paper: (paper.authors.casefold(), paper.year))


def _paper(key: str, entry: Entry) -> Paper:
    fields = entry.fields
    venue = fields.get("journal") or fields.get("booktitle") or fields.get("publisher") or ""
    names = [" ".join([*each.prelast_names, *each.last_names]) for each in entry.persons["author"]]
    title = fields["title"].translate({ord("{"): None, ord("}"): None})
    return Paper(key, ", ".join(names), fields["year"], title, venue, fields.get("eprint", ""))


def _plain(text: str) -> str:
    """Letters only, so that a line break, a dash or a capital makes no difference."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))


def unknown_numbers(text: str) -> set[str]:
    """The numbers on arXiv that `text` names and bibliography.bib does not have."""
    return set(NUMBER.findall(text)) - {paper.arxiv for paper in papers()}


def page(lessons: Mapping[str, tuple[str, str]]) -> str:
    """The bibliography as Markdown, for lessons by their page's name: title and text of each."""
    return "\n".join([_HEAD, *_entries(lessons)])


_HEAD = """# Bibliography

What the lessons cite, and where. The numbers lead to the papers on arXiv, which is on another host
than these pages. {download}`bibliography.bib` has the entries for BibTeX.
"""


def _entries(lessons: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for paper in papers():
        places = [page for page, (_, text) in lessons.items() if paper.cited_in(text)]
        if places:
            yield _entry(paper, places)


def _entry(paper: Paper, places: list[str]) -> str:
    where = f", {paper.venue}" if paper.venue else ""
    number = f" [arXiv {paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})." if paper.arxiv else ""
    cited = ", ".join(f"[{place[:2]}](notebooks/{place}.ipynb)" for place in places)
    lesson = "lesson" if len(places) == 1 else "lessons"
    text = f"{paper.authors} ({paper.year}). *{paper.title}*{where}.{number}"
    return f"({paper.key})=\n\n- {text} Cited in {lesson} {cited}.\n"
