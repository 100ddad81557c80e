"""The browser: one that the machine has, driven by Playwright, with no word to the outside.

python -m workshop.chromium   # says which one it is; fetches Playwright's own if there is none
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
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
No browser could be started. `make browser`, `make slides` and `make site` need Chromium or Chrome:
  Debian, Ubuntu:  sudo apt install chromium
  macOS:           brew install --cask chromium
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
            raise NoBrowserError(f"{error.message.splitlines()[0]}\n{MISSING}") from None
        with contextlib.closing(started):
            yield started


def provide() -> str:
    """The version of the browser that is there, or else of Playwright's own, fetched now.

    Raises NoBrowserError where neither can be started. A program that $CHROMIUM names is not
    replaced by another.
    """
    try:
        with browser() as started:
            return started.version
    except NoBrowserError:
        if installed():
            raise
    print("There is no Chromium or Chrome on the path: fetching the one of Playwright.", flush=True)
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])
    with browser() as started:
        return started.version


def main() -> int:
    """What `make browser`, `make slides` and `make site` begin with. Returns the exit code."""
    try:
        print(f"The browser: {installed() or 'that of Playwright'}, version {provide()}")
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
