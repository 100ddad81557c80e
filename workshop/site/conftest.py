"""The site as it was built, its pages parsed, and a browser that opens them."""

import functools
import http.server
import os
import threading
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from workshop.headless import headless
from workshop.site import stage

HTML = Path(__file__).parent / "_build" / "html"
LAB = "lab.html"  # no page of Sphinx's: it has tests of its own, in tests/browser
GENERATED = ("genindex.html", "py-modindex.html", "search.html")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words):
        pass


@pytest.fixture(scope="session")
def html():
    """The folder with the site."""
    if not (HTML / "index.html").exists():
        pytest.exit("The site is not built: run `make site`", returncode=2)
    return HTML


@pytest.fixture(scope="session")
def pages(html):
    """Every page of the site, parsed, by its path."""
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_text("utf-8"), "html.parser")
        for path in sorted(html.rglob("*.html"))
        if "_static" not in path.parts and path.name != LAB
    }


@pytest.fixture(scope="session")
def lessons():
    return stage.lessons()


@pytest.fixture(scope="session")
def server(html):
    """The address of the site on this machine."""
    handler = functools.partial(Quiet, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def left_out(missing: str) -> None:
    """Without a browser these tests are left out, but not where CI runs."""
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


browser = headless(left_out)
