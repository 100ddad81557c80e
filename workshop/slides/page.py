"""A deck as one HTML page for reveal.js. All that it loads lies beside it."""

from __future__ import annotations

import base64
import html
import mimetypes

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from wgan_lib.classroom.claims import Claim
from workshop import COURSE
from workshop.slides.blocks import Block
from workshop.slides.deck import Deck, Part, Section, Slide
from workshop.slides.fitting import picture_height

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="lib/reveal/reset.css">
<link rel="stylesheet" href="lib/reveal/reveal.css">
<link rel="stylesheet" href="lib/fonts/fonts.css">
<link rel="stylesheet" href="lib/theme.css">
<script src="lib/mathjax-settings.js"></script>
<script src="lib/mathjax/tex-svg-full.js" defer></script>
<script src="lib/reveal/reveal.js" defer></script>
<script src="lib/reveal/notes.js" defer></script>
<script src="lib/start.js" defer></script>
</head>
<body>
<div class="reveal"><div class="slides">
{slides}
</div></div>
</body>
</html>
"""


def page(deck: Deck) -> str:
    """The HTML of a deck."""
    slides = [_title_slide(deck), *(_slide(slide) for slide in deck.slides)]
    return _PAGE.format(title=html.escape(deck.title), slides="\n".join(slides))


def _title_slide(deck: Deck) -> str:
    number, _, topic = deck.title.rpartition(" — ")
    lines = [
        f'<p class="kicker">{_inline(number)}</p>' if number else "",
        f"<h1>{_inline(topic)}</h1>",
        f'<p class="minutes">{_minutes(deck)}</p>',
        '<p class="course">Wasserstein GANs, a course that runs</p>',
    ]
    plan = "".join(f"<li>{_inline(s.title)}: {_spent(s)}</li>" for s in deck.sections[1:])
    notes = f"<p>{_minutes(deck)}</p><ol>{plan}</ol>"
    return _section("title-slide", "".join(lines), notes)


def _minutes(deck: Deck) -> str:
    said = f"About {deck.talk:.0f} minutes"
    return f"{said}, and {deck.exercises} of exercises" if deck.exercises else said


def _spent(section: Section) -> str:
    talk = f"{max(1, round(section.talk))} min"
    return f"{talk}, and {section.exercises} min of exercises" if section.exercises else talk


def _slide(slide: Slide) -> str:
    kicker = "" if slide.opening else f'<p class="kicker">{_inline(slide.section.title)}</p>'
    title = f"<h2>{_inline(slide.title)}</h2>" if slide.title else ""
    if not slide.title and slide.parts[0].kind == "claims":
        title = "<h2 class='quiet'>Checked when the cell runs</h2>"
    body = f'<div class="body">{"".join(map(_part, slide.parts))}</div>'
    opening = "opening" if slide.opening else ""
    return _section(opening, f"{kicker}{title}{body}", _notes(slide))


def _section(kind: str, inside: str, notes: str) -> str:
    return (
        f'<section><div class="page {kind}">{inside}</div>'
        f'<aside class="notes">{notes}</aside></section>'
    )


def _notes(slide: Slide) -> str:
    section = slide.section
    place = f"{_inline(section.title)} ({_spent(section)}, from minute {section.start:.0f})"
    said = "".join(_MARKDOWN.render(text) for text in slide.notes)
    return f'<p class="clock"><b>{place}</b></p>{said}'


def _part(part: Part) -> str:
    if part.kind in _RENDER:
        return _RENDER[part.kind](part.block)
    return f'<div class="text {part.kind}">{_MARKDOWN.render(part.block.text)}</div>'


def _picture(block: Block) -> str:
    alt = html.escape(block.text)
    live = "<figcaption>Moves in the notebook.</figcaption>" if block.live else ""
    source = f"data:image/png;base64,{block.data.strip()}"
    high = f' style="min-height: {picture_height(block):.0f}px"'
    return f'<figure{high}><img alt="{alt}" src="{source}">{live}</figure>'


def _claims(block: Block) -> str:
    items = "".join(f"<li>{_claim(claim)}</li>" for claim in block.claims)
    return f'<ul class="checked">{items}</ul>'


def _claim(claim: Claim) -> str:
    source = f' <span class="source">{html.escape(claim.source)}</span>' if claim.source else ""
    return f"{claim.html()}{source}".replace(" %", "&nbsp;%")


def _code(block: Block) -> str:
    return f'<pre class="code"><code>{highlight(block.text, _LEXER, _FORMATTER)}</code></pre>'


def _output(block: Block) -> str:
    return f'<pre class="output">{html.escape(block.text)}</pre>'


def _inline(text: str) -> str:
    return _MARKDOWN.renderInline(text)


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, renderer=_formula, double_inline=True)
    # A slide leads nowhere: what is linked lies in the course, not beside the deck.
    parser.add_render_rule("link_open", lambda *_: "<span>")
    parser.add_render_rule("link_close", lambda *_: "</span>")
    parser.add_render_rule("image", _image)
    return parser


def _formula(content: str, options: dict) -> str:
    tex = html.escape(content.strip())
    left, right = ("\\[", "\\]") if options["display_mode"] else ("\\(", "\\)")
    return f'<span class="math">{left}{tex}{right}</span>'


def _image(self, tokens, index, options, env) -> str:
    """A picture of the course, inside the page; one from elsewhere is left out."""
    token = tokens[index]
    path = (COURSE / "notebooks" / str(token.attrs["src"])).resolve()
    if not path.is_relative_to(COURSE) or not path.is_file():
        return ""
    kind = mimetypes.guess_type(path.name)[0]
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    alt = html.escape(token.content)
    return f'<img alt="{alt}" src="data:{kind};base64,{data}">'


_MARKDOWN = _markdown()
_LEXER = PythonLexer(stripnl=False)
_FORMATTER = HtmlFormatter(nowrap=True)
_RENDER = {
    "picture": _picture,
    "claims": _claims,
    "code": _code,
    "library": _code,
    "task": _code,
    "output": _output,
}
