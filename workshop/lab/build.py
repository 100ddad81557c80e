"""Joins the lab into one page that needs nothing else: no server, no network, no installation.

    python -m workshop.lab.build    # renews wgan_lib/classroom/lab.html

Modules and module workers do not load from a file that was opened by double click. So the modules
are joined in the order of their imports, in one scope; the engine a second time as the text that
its worker is made of. The modules keep to what this joining understands, and the build stops
where one does not: plain imports of names, each name at the top of one module only.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
COURSE = HERE.parents[1]
PAGE = COURSE / "wgan_lib" / "classroom" / "lab.html"
IMPORT = re.compile(r'^import \{[^}]*\} from "(?P<path>\.[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(const|let|function|async function|class) )", re.MULTILINE)
TOP = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
TOPS = re.compile(r"^(?:export )?(?:const|let) [\[{](.+?)[\]}] =", re.MULTILINE)
LEFT_OVER = re.compile(r"^(import|export)\b.*$|\bimport\.meta\b|\bimport\(", re.MULTILINE)


def build(lessons: str = "", language: str = "en") -> str:
    """The page. `lessons` is where the lessons lie beside it, ending in /; "" where they do not."""
    engine = json.dumps(joined(HERE / "worker.js", {}))
    made = {
        HERE / "page" / "engine_source.js": f"export const ENGINE_SOURCE = {engine};\n",
        HERE / "words" / "words.js": (HERE / "words" / f"{language}.js").read_text("utf-8"),
    }
    words = made[HERE / "words" / "words.js"]
    script = joined(HERE / "page" / "main.js", made).replace("</", r"<\/")
    filled = {
        "LANGUAGE": language,
        "LESSONS": lessons,
        "TITLE": word("title", words),
        "NOSCRIPT": word("noScript", words),
        "STYLES": (HERE / "lab.css").read_text("utf-8").rstrip(),
        "SCRIPT": f'"use strict";\n{{\n{script}}}',
    }
    page = (HERE / "index.html").read_text("utf-8")
    return re.sub(r"@([A-Z]+)@", lambda match: filled[match[1]], page)


def word(name: str, words: str) -> str:
    """One entry of the table of words."""
    found = re.search(rf'^  {name}: "(.*)",$', words, re.MULTILINE)
    if found is None:
        raise ValueError(f"the table of words must have a line with {name}")
    return found[1]


def joined(start: Path, made: dict[Path, str]) -> str:
    """A module and all that it imports as one script; `made` are modules that are in no file."""
    parts: dict[Path, str] = dict(modules(start, made, ()))
    seen: dict[str, Path] = {}
    for path, text in parts.items():
        for name in top_names(text):
            if seen.setdefault(name, path) != path:
                raise ValueError(f"{name} stands at the top of {seen[name].name} and {path.name}")
    return "\n".join(map(plain, parts.values()))


def modules(
    path: Path, made: dict[Path, str], above: tuple[Path, ...]
) -> Iterator[tuple[Path, str]]:
    """Path and text of what a module imports, deepest first, then its own; some more than once."""
    if path in above:
        raise ValueError(f"modules import each other in a circle: {path.name}")
    text = made.get(path) or path.read_text("utf-8")
    for match in IMPORT.finditer(text):
        yield from modules((path.parent / match["path"]).resolve(), made, (*above, path))
    yield path, text


def top_names(text: str) -> list[str]:
    """All names that a module declares at its top."""
    several = (name for group in TOPS.findall(text) for name in re.findall(r"\w+", group))
    return [*TOP.findall(text), *several]


def plain(text: str) -> str:
    """A module's text without imports and exports."""
    text = EXPORT.sub("", IMPORT.sub("", text))
    if left := LEFT_OVER.search(text):
        raise ValueError(f"this cannot be joined: {left[0]}")
    return text


def main() -> int:
    """Write the page that the package carries; returns the exit code."""
    PAGE.write_text(build(), encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(COURSE)}: {PAGE.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
