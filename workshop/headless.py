"""The browser as a fixture, for the three places that look at pages: lessons, slides, the site."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workshop import chromium


def stop(missing: str) -> None:
    """End the whole run: nothing in it makes sense without a browser."""
    pytest.exit(missing, returncode=2)


def headless(without: Callable[[str], None] = stop):
    """A fixture for a whole session; `without` is told what is missing where nothing can start."""

    @pytest.fixture(scope="session")
    def browser():
        """A headless Chromium."""
        try:
            with chromium.browser() as started:
                yield started
        except chromium.NoBrowserError as error:
            without(str(error))

    return browser
