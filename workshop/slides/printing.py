"""Decks in a browser: opened, waited for, and printed as PDF, one page a slide."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

SIZE = {"width": 1280, "height": 720}
PATIENCE = 240_000  # milliseconds: a deck has a hundred formulas, and a machine may be busy
_READY = "() => window.deckIsReady === true"
_A_PAGE = re.compile(rb"/Type\s*/Page\b")


def opened(browser: Browser | BrowserContext, deck: Path, query: str = "") -> Page:
    """The deck in a new page of the size of a slide, its formulas drawn."""
    page = browser.new_page(viewport=SIZE) if isinstance(browser, Browser) else browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(deck.resolve().as_uri() + query, wait_until="commit")
    page.wait_for_function(_READY)
    return page


def print_pdf(browser: Browser, deck: Path) -> Path:
    """Print the deck beside itself, returns the path of the PDF."""
    page = opened(browser, deck, "?print-pdf")
    page.wait_for_selector(".pdf-page")
    target = deck.with_suffix(".pdf")
    size = {name: f"{pixels}px" for name, pixels in SIZE.items()}
    page.pdf(path=target, print_background=True, **size)
    page.close()
    return target


def pages(pdf: Path) -> int:
    """How many pages a PDF has that Chromium has printed."""
    return len(_A_PAGE.findall(pdf.read_bytes()))
