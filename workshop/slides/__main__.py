"""Build the decks.

python -m workshop.slides           # every lesson, into build/slides: NN_stem.html, NN_stem.pdf
python -m workshop.slides 04        # one of them
python -m workshop.slides --no-pdf
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import nbformat

from wgan_lib.ground.files import write_whole
from workshop import COURSE
from workshop.notebooks import lessons
from workshop.npm import NoPackagesError
from workshop.slides.blocks import blocks
from workshop.slides.cutting import cut
from workshop.slides.deck import Deck
from workshop.slides.libraries import provide
from workshop.slides.page import page

OUT = COURSE / "build" / "slides"
_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Slides: Wasserstein GANs, a course that runs</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="lib/fonts/fonts.css">
<style>
body {{ font: 20px/1.6 "Source Sans 3", sans-serif; margin: 2em auto; max-width: 40em; }}
a {{ color: #00619a; }}
</style>
</head>
<body>
<h1>Slides</h1>
<ul>
{items}
</ul>
</body>
</html>
"""
_TITLE = re.compile(r"<title>(.*?)</title>")


def deck_of(lesson: Path) -> Deck:
    """Takes a lesson (its .md or .ipynb), returns its deck, cut from the stored outputs."""
    notebook = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4)
    return cut(lesson.stem, blocks(notebook))


def build(lesson: Path, folder: Path) -> Deck:
    """Write the deck of a lesson into `folder`."""
    deck = deck_of(lesson)
    write_whole(folder / f"{lesson.stem}.html", page(deck))
    return deck


def _index(folder: Path) -> None:
    """A page that leads to all decks of the folder, and to those handouts that there are."""
    items = "\n".join(map(_entry, sorted(folder.glob("[0-9][0-9]_*.html"))))
    write_whole(folder / "index.html", _INDEX.format(items=items))


def _entry(deck: Path) -> str:
    title = _TITLE.search(deck.read_text(encoding="utf-8"))[1]
    handout = deck.with_suffix(".pdf")
    also = f' (<a href="{handout.name}">handout</a>)' if handout.exists() else ""
    return f'<li><a href="{deck.name}">{title}</a>{also}</li>'


def _print_all(decks: list[Path]) -> None:
    from workshop import chromium
    from workshop.slides.printing import pages, print_pdf

    with chromium.browser() as browser:
        for deck in decks:
            pdf = print_pdf(browser, deck)
            print(f"{pdf.name}: {pages(pdf)} pages", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m workshop.slides`. Returns the exit code: 0, 1 (something missing), 2 (usage)."""
    parser = argparse.ArgumentParser(
        prog="python -m workshop.slides", description="Build the decks."
    )
    parser.add_argument("lessons", nargs="*", help="such as 04 or 04_lipschitz; default: all")
    parser.add_argument("--no-pdf", action="store_true", help="leave out the handouts")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        sources = lessons(COURSE / "notebooks", options.lessons)
    except ValueError as error:
        parser.error(str(error))
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        provide(options.out / "lib")
    except NoPackagesError as error:
        print(error, file=sys.stderr)
        return 1
    for source in sources:
        deck = build(source, options.out)
        print(f"{source.stem}: {len(deck.slides) + 1} slides, {deck.talk:.0f} min", flush=True)
    if not options.no_pdf:
        _print_all([options.out / f"{source.stem}.html" for source in sources])
    _index(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
