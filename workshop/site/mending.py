"""What the theme and Sphinx leave unsaid to those who do not see a page, put into the made pages.

axe-core finds each of these (`test_accessibility.py`). Where a thing scrolls depends on the screen;
`static/scrolling.js` lets the keyboard reach it.
"""

from __future__ import annotations

import re
from pathlib import Path

# The button says "Search Ctrl+K", and its label must begin with nothing else.
_SEARCH = re.compile(r'(<button class="[^"]*search-button-field[^>]*?) aria-label="Search"')
# An arrow that opens a part of the table of contents, after the link to that part.
_ARROW = re.compile(r'(<a class="[^"]*reference internal"[^>]*>([^<]*)</a><details[^>]*>)<summary>')
# A signature in several lines is a list of definitions without a word to define.
_LINES = re.compile(r'(<span class="sig-paren">[(\[]</span>\s*)<dl>(.*?)</dl>', re.DOTALL)


def mended(page: str) -> str:
    """The HTML of a page, with names for its buttons and lines in its signatures."""
    page = _SEARCH.sub(r"\1", page)
    page = _ARROW.sub(r'\1<summary aria-label="The pages of: \2">', page)
    return _LINES.sub(lambda match: match[1] + _as_lines(match[2]), page)


def _as_lines(items: str) -> str:
    return items.replace("<dd>", '<span class="sig-line">').replace("</dd>", "</span>")


def mend_all(html: Path) -> None:
    """Mend all pages of the folder in place."""
    for path in sorted(html.rglob("*.html")):
        path.write_text(mended(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
