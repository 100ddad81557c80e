"""The WGAN Lab in the browser: opened by double click, with an ear for what should not be heard."""

from __future__ import annotations

import contextlib
import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from workshop.lab.build import HERE, PAGE

PATIENCE = 120_000  # milliseconds: the machine may be busy
READY = "() => window.wganLab && wganLab.panes.every((pane) => pane.seen || pane.stopped)"
ROUNDS = """async ([ask, times, rounds]) => {
    const lab = window.wganLab, seen = lab.panes.map(() => []);
    for (let i = 0; i < times; i += 1) {
        await lab.player.step(ask, rounds);
        lab.panes.forEach((pane, j) => pane.seen && seen[j].push(pane.seen.numbers));
    }
    return seen;
}"""
# The engine as the modules that a student reads, driven without the page.
TRACE = """async ([changes, rounds, every]) => {
    const { Session } = await import('/engine/session.js');
    const { defaults } = await import('/engine/settings.js');
    const session = new Session(), seen = [];
    let answer = session.handle({ ask: 'start', settings: { ...defaults(), ...changes } });
    for (let i = 0; i < rounds && !answer.trouble; i += every) {
        answer = session.handle({ ask: 'rounds', rounds: every });
        if (!answer.trouble) seen.push(answer.seen.numbers);
    }
    return { seen, trouble: answer.trouble ?? null };
}"""


class Opened:
    """The page that the package carries; `complaints` collects what nobody should meet."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 900}, **options}
        self.page: Page = browser.new_page(**options)
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        self.page.on("request", self._watch)

    def open(self, address: str = "") -> None:
        """The page afresh, in the state of that link."""
        self.page.goto("about:blank")
        self.page.goto(f"{PAGE.as_uri()}#{address}")
        self.page.wait_for_function(READY)

    def steps(self, ask: str, times: int, rounds: int = 1) -> list[list[dict]]:
        """The numbers of each run after each of so many steps."""
        return self.page.evaluate(ROUNDS, [ask, times, rounds])

    def click(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def status(self) -> str:
        return self.page.get_by_role("status").inner_text()

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text}")

    def _watch(self, request) -> None:
        if not request.url.startswith(("file:", "blob:", "data:", "about:")):
            self.complaints.append(f"off the page: {request.url}")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *words: object) -> None:
        pass


@contextlib.contextmanager
def modules() -> Iterator[str]:
    """The address at which the lab's own modules are served."""
    handler = functools.partial(Quiet, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def mean(moments: list[dict], name: str) -> float:
    """The mean of one number over several moments."""
    return sum(moment[name] for moment in moments) / len(moments)


def screenshots() -> Path:
    """Where pictures of the page land, to be looked at."""
    folder = Path(__file__).parent / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
