"""The browser: one that the machine has, driven by Playwright, with no word to the outside."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator

from playwright.sync_api import Browser, Error, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
MISSING = """\
No browser was found. `make browser`, `make slides` and `make site` need Chromium or Chrome:
  Debian, Ubuntu:  sudo apt install chromium
  macOS:           brew install --cask chromium
  anywhere:        .venv/bin/python -m playwright install chromium
or name the program yourself, as in: make browser CHROMIUM=/path/to/chrome
"""


class NoBrowserError(RuntimeError):
    """The machine has no Chromium that could be started; the message says how to get one."""


def installed() -> str | None:
    """The program that $CHROMIUM names, else the first that is on the path, else None."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium; NoBrowserError where there is none, Playwright's own included."""
    # The sandbox refuses to start for root, and whoever is root here is so in a container.
    flags = [*QUIET, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=installed(), args=flags)
        except Error as error:
            raise NoBrowserError(f"{MISSING}\n{error.message}") from None
        with contextlib.closing(started):
            yield started
