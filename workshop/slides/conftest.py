"""One browser for all decks, and the decks that were built."""

from workshop import COURSE
from workshop.headless import headless
from workshop.slides.__main__ import OUT

browser = headless()


def pytest_generate_tests(metafunc):
    """A test that takes a `stem` runs for each lesson, one that takes a `deck` for each deck."""
    if "stem" in metafunc.fixturenames:
        stems = sorted(path.stem for path in (COURSE / "notebooks").glob("[0-9][0-9]_*.md"))
        metafunc.parametrize("stem", stems)
    if "deck" in metafunc.fixturenames:
        decks = sorted(OUT.glob("[0-9][0-9]_*.html"))
        metafunc.parametrize("deck", decks, ids=[deck.stem for deck in decks])
