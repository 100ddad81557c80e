"""Gathers the pages of the site in one folder, from which Sphinx then makes HTML.

The folders are those of the repository, so that a link between two pages is the same in both. No
lesson, module or page of docs/ is listed anywhere: what is there joins.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workshop import COURSE, course_map
from workshop.claims_page import printed_claims
from workshop.site import api_pages, bibliography
from workshop.site.frames import Frames
from workshop.site.lesson_pages import lesson_page
from workshop.site.links import mend

HERE = Path(__file__).resolve().parent
OWN_PAGES = ("glossary.md", "bibliography.bib")


class Lesson:
    """One lesson: its notebook, what its header says, and what it holds."""

    def __init__(self, path: Path) -> None:
        self.path, self.stem = path, path.stem
        self.header = course_map.lesson(path.with_suffix(".md"))
        self.title = self.header.title
        self.notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        cells = self.notebook["cells"]
        self.prose = "\n\n".join(
            "".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"
        )
        self.text = "\n\n".join("".join(cell["source"]) for cell in cells)
        self.claims = printed_claims(path)
        self.exercises = len(re.findall(r"^check\(", self.text, flags=re.MULTILINE))

    def thumbnail(self, static: Path) -> str:
        """The path of its picture on the map of the course, copied to `static`; "" without one."""
        source = COURSE / self.header.picture
        copied = static / "pictures" / "lessons" / source.name
        if not source.exists():
            return ""
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copied)
        return f"pictures/lessons/{source.name}"


def lessons() -> list[Lesson]:
    """The lessons, in their order."""
    return [Lesson(path) for path in sorted((COURSE / "notebooks").glob("[0-9][0-9]_*.ipynb"))]


def maintainers() -> list[Path]:
    """The pages of docs/ but the claims, which stand with what one looks up."""
    return sorted(path for path in (COURSE / "docs").glob("*.md") if path.stem != "claims")


def stage(pages: Path, static: Path, widgets: Mapping[str, Frames]) -> None:
    """Write all pages afresh into `pages`, and their pictures into `static`."""
    for old in (pages, static / "pictures"):
        shutil.rmtree(old, ignore_errors=True)
    found = lessons()
    for lesson in found:
        link = _Links(f"notebooks/{lesson.stem}", found)
        lesson.notebook = lesson_page(lesson.path, lesson.notebook, widgets, static, link)
        text = json.dumps(lesson.notebook, ensure_ascii=False)
        _write(pages / "notebooks" / f"{lesson.stem}.ipynb", text)
    for path in maintainers():
        link = _Links(f"docs/{path.stem}", found)
        _write(pages / "docs" / path.name, mend(path.read_text(encoding="utf-8"), link))
    shutil.copytree(COURSE / "docs" / "pictures", pages / "docs" / "pictures")
    _write(pages / "docs" / "claims.md", _claims_page(found))
    for name in OWN_PAGES:
        shutil.copy(HERE / name, pages / name)
    texts = {lesson.stem: (lesson.title, lesson.text) for lesson in found}
    _write(pages / "bibliography.md", bibliography.page(texts))
    _write(pages / "index.md", _index_page(found, static))
    _write(pages / "api" / "index.rst", api_pages.contents_page())
    for module in api_pages.modules():
        _write(pages / "api" / f"{module}.rst", api_pages.module_page(module))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


class _Links:
    """Where a link leads on the site, seen from one page; None where it leads to no page."""

    def __init__(self, page: str, lessons: list[Lesson]) -> None:
        self.page = page
        self.lessons = {lesson.stem[:2]: lesson.stem for lesson in lessons}
        self.papers = {paper.arxiv: paper.key for paper in bibliography.papers()}

    def __call__(self, target: str) -> str | None:
        kind, _, name = target.partition(":")
        if kind == "arXiv":
            return (
                f"{self._up()}bibliography.md#{self.papers[name]}" if name in self.papers else None
            )
        if kind == "lesson":
            stem = self.lessons.get(name)
            own = self.page == f"notebooks/{stem}"
            return None if stem is None or own else f"{self._up()}notebooks/{stem}.ipynb"
        return self._file(target)

    def _file(self, target: str) -> str | None:
        path, _, anchor = target.partition("#")
        there = os.path.normpath(os.path.join(os.path.dirname(self.page), path))
        page = self._page_of(there)
        return None if page is None else self._up() + page + (f"#{anchor}" if anchor else "")

    def _page_of(self, there: str) -> str | None:
        """The page that shows a file of the repository."""
        name = Path(there)
        if there == "README.md":
            return "index.md"
        if there == "wgan_lib/classroom/lab.html":
            return "lab.html"
        if there in ("docs", "docs/claims.md") or (there.startswith("docs/") and name.suffix):
            return there if (COURSE / there).is_file() else None
        if name.parent == Path("notebooks") and name.stem in self.lessons.values():
            return f"notebooks/{name.stem}.ipynb"
        if there.startswith("wgan_lib") and (COURSE / there).exists():
            module = there.removesuffix("/").removesuffix(".py").removesuffix("/__init__")
            return f"api/{module.replace('/', '.')}.rst"
        return None

    def _up(self) -> str:
        return "../" * self.page.count("/")


def _claims_page(lessons: list[Lesson]) -> str:
    """docs/claims.md, each claim with a link to the cell that printed it."""
    text = (COURSE / "docs" / "claims.md").read_text(encoding="utf-8")
    for lesson in lessons:
        at = text.index(f"## {lesson.title}\n")
        end = text.find("\n## ", at)
        end = len(text) if end < 0 else end
        text = text[:at] + _linked(text[at:end], lesson) + text[end:]
    return text


def _linked(section: str, lesson: Lesson) -> str:
    page = f"../notebooks/{lesson.stem}"
    section = section.replace(f"## {lesson.title}", f"## [{lesson.title}]({page}.ipynb)", 1)
    return re.sub(
        r"^\| (\d+) \|", rf'| <a href="{page}.html#claim-\1">\1</a> |', section, flags=re.MULTILINE
    )


def _index_page(lessons: list[Lesson], static: Path) -> str:
    cards = "\n".join(_card(lesson, lesson.thumbnail(static)) for lesson in lessons)
    text = (HERE / "index.md").read_text(encoding="utf-8")
    names = {
        "LESSONS": "\n".join(f"notebooks/{lesson.stem}" for lesson in lessons),
        "MAINTAINERS": "\n".join(f"docs/{path.stem}" for path in maintainers()),
        "CARDS": f'<div class="cards">\n{cards}\n</div>',
    }
    for name, value in names.items():
        text = text.replace(f"@{name}@", value)
    return text


def _card(lesson: Lesson, picture: str) -> str:
    image = f'<img src="_static/{picture}" alt="" loading="lazy">' if picture else ""
    about = html.escape(lesson.header.about)
    exercises = f"{lesson.exercises} exercise{'' if lesson.exercises == 1 else 's'}"
    holds = f"{len(lesson.claims)} claims, {exercises}"
    return (
        f'<a class="card-of-lesson" href="notebooks/{lesson.stem}.html">{image}'
        f"<strong>{html.escape(lesson.title)}</strong><em>{about}</em><span>{holds}</span></a>"
    )
