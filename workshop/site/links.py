"""Links of a lesson or a page of docs/: on the site they lead to pages, papers and lessons."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

FENCE = re.compile(r"^(```|~~~).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
BADGE = re.compile(r"\[!\[(?P<alt>[^\]]*)\]\(https?:[^)]*\)\]\((?P<target>[^)]+)\)")
HTML_BADGE = re.compile(r'<img\b[^>]*?src="https?:[^>]*>')
REMOTE = re.compile(r"!\[(?P<alt>[^\]]*)\]\(https?:[^)]*\)")
LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\[]*)\]\((?P<target>[^)\s]+)\)")
ARXIV = re.compile(r"(?<!\[)\barXiv[: ]\s*(?P<number>\d{4}\.\d{4,5})")
INNER = "\ue001"
LESSON = re.compile(r"\b(?P<text>[Ll]esson (?P<number>\d\d))\b")


def mend(text: str, link: Callable[[str], str | None]) -> str:
    """`text` (Markdown) with links that hold on the site.

    `link` takes a target, or "arXiv:…", or "lesson:NN", and says where it leads, or None. A link
    to nowhere keeps its text. Pictures of other hosts become words: the site fetches nothing.
    """
    return _outside([FENCE, CODE], text, lambda prose: _links(prose, link))


def _outside(
    parts: Sequence[re.Pattern[str]], text: str, change: Callable[[str], str], signs: str = "\ue000"
) -> str:
    """`change` of everything but what one of `parts` matches.

    What matches is replaced by a sign of its own, so that a link may have code in its text. One
    call inside another needs other signs.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"{signs}{len(kept) - 1}{signs}"

    for part in parts:
        text = part.sub(keep, text)
    text = change(text)
    while signs in text:  # a part may lie inside another
        text = re.sub(f"{signs}(\\d+){signs}", lambda match: kept[int(match[1])], text)
    return text


def _links(text: str, link: Callable[[str], str | None]) -> str:
    text = BADGE.sub(r"[\g<alt>](\g<target>)", text)
    text = REMOTE.sub(r"\g<alt>", text)
    text = HTML_BADGE.sub(_words_of, text)
    lines = [_mentions(line, link) for line in LINK.sub(_target(link), text).split("\n")]
    return "\n".join(lines)


def _words_of(badge: re.Match[str]) -> str:
    alt = re.search(r'alt="([^"]*)"', badge[0])
    return alt[1] if alt else ""


def _target(link: Callable[[str], str | None]) -> Callable[[re.Match[str]], str]:
    def mended(match: re.Match[str]) -> str:
        target = match["target"]
        if re.match(r"[a-z]+:|#", target):
            return match[0]
        there = link(target)
        if there and there.endswith(".html"):  # a page that Sphinx does not make
            return f'<a href="{there}">{match["text"]}</a>'
        return f"[{match['text']}]({there})" if there else match["text"]

    return mended


def _mentions(line: str, link: Callable[[str], str | None]) -> str:
    """Papers and lessons that a line speaks of, linked; headings and links stay as they are."""
    if line.lstrip().startswith(("#", "<", "|")):
        return line

    def paper(match: re.Match[str]) -> str:
        there = link(f"arXiv:{match['number']}")
        return f"[{match[0]}]({there})" if there else match[0]

    def lesson(match: re.Match[str]) -> str:
        there = link(f"lesson:{match['number']}")
        return f"[{match['text']}]({there})" if there else match["text"]

    return _outside([LINK], line, lambda text: LESSON.sub(lesson, ARXIV.sub(paper, text)), INNER)
