"""One lesson, open in JupyterLab: its cells are run, its widgets touched, its complaints heard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from lab import address
from playwright.sync_api import Browser, Locator, Page

LONGEST = 600_000  # milliseconds for all cells of a lesson
# The indicator says "idle" before there is a kernel, and cells that are run then ask for one. So
# wait for the session itself.
READY = """async () => {
    const notebook = window.jupyterapp.shell.currentWidget;
    const opened = async () => {
        await notebook.context.ready;
        await notebook.sessionContext.ready;
        await notebook.sessionContext.session.kernel.info;
    };
    const said = () => document.querySelector('.jp-Dialog')?.innerText || 'no word';
    await Promise.race([opened(), new Promise((_, reject) => setTimeout(
        () => reject(new Error(`the lesson does not open: ${said()}`)), 60_000))]);
}"""
# Not awaited: the promise ends with the last cell, which may be minutes away.
RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }"
# The promise ends when the cell has run. Code that is set is what a student would have typed.
RUN_CELL = """async ([words, source]) => {
    const app = window.jupyterapp, panel = app.shell.currentWidget.content;
    const index = panel.widgets.findIndex(cell => cell.model.type === 'code' &&
        cell.model.sharedModel.getSource().includes(words));
    if (index < 0) throw new Error(`no cell has the words ${words}`);
    const cell = panel.widgets[index];
    if (source !== null) cell.model.sharedModel.setSource(source);
    panel.activeCellIndex = index;
    await app.commands.execute('notebook:run-cell');
    const shown = [...cell.node.querySelectorAll('.jp-OutputArea-output')];
    return shown.map(output => output.innerText).join('\\n');
}"""
# A cell whose source is folded away, as the set-up is, shows no prompt. It is the first, so it has
# run when any other has.
DONE = r"""() => [...document.querySelectorAll('.jp-CodeCell')].every(
    cell => cell.querySelector('.jp-InputPlaceholder') ||
        /\d/.test(cell.querySelector('.jp-InputPrompt')?.textContent || ''))"""
# A picture counts as new when the browser has decoded it, not when its address has changed.
REDRAWN = """([widget, before]) => {
    const picture = widget.querySelector('img.widget-image');
    return picture.src !== before && picture.complete;
}"""


class LessonPage:
    """A lesson in the browser. `complaints` collects what a reader should never see."""

    def __init__(self, browser: Browser, server: str, lesson: str) -> None:
        self.complaints: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 1000})
        self._listen(urlsplit(server).netloc)
        self.page.goto(address(server, lesson))
        self.page.wait_for_selector(".jp-Notebook", timeout=60_000)
        self.page.wait_for_function("() => window.jupyterapp")
        self.page.evaluate(READY)

    def run_all(self) -> None:
        """Run > Run All Cells, and wait for the last."""
        self.page.evaluate(RUN)
        self.page.wait_for_function(DONE, timeout=LONGEST)

    def run_cell(self, words: str, source: str | None = None) -> str:
        """Run the first code cell with these words, with other source if given; what it shows."""
        return self.page.evaluate(RUN_CELL, [words, source])

    def errors(self) -> list[str]:
        """The tracebacks on the page."""
        failed = self.page.locator("[data-mime-type='application/vnd.jupyter.error']")
        return failed.all_inner_texts()

    def widgets(self) -> Iterator[Locator]:
        """Each widget of the lesson: a box with controls and a picture."""
        boxes = self.page.locator(".widget-vbox", has=self.page.locator("img.widget-image"))
        yield from (boxes.nth(index) for index in range(boxes.count()))

    def seconds_to_redraw(self, widget: Locator, act) -> float | None:
        """From an action to the new picture on the screen; None if the picture stays."""
        picture = widget.locator("img.widget-image")
        before, start = picture.get_attribute("src"), time.perf_counter()
        act()
        given = [widget.element_handle(), before]
        try:
            self.page.wait_for_function(REDRAWN, arg=given, timeout=3000, polling=5)
        except Exception:
            return None
        return time.perf_counter() - start

    def settle(self) -> None:
        """Until the kernel has answered all that was asked of it."""
        self.page.wait_for_function(
            "() => window.jupyterapp.shell.currentWidget.sessionContext"
            ".session.kernel.status === 'idle'"
        )
        self.page.wait_for_timeout(150)

    def photograph(self, path: Path, what: Locator | None = None) -> None:
        """A screenshot of the page, or of one thing on it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        (what or self.page).screenshot(path=path)

    def _listen(self, own: str) -> None:
        def hear(message) -> None:
            if message.type == "error":
                self.complaints.append(f"console: {message.text}")

        def watch(request) -> None:
            where = urlsplit(request.url)
            if where.scheme in ("http", "https", "ws", "wss") and where.netloc != own:
                self.complaints.append(f"off the machine: {request.url}")

        self.page.on("console", hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        self.page.on("request", watch)
        self.page.on("requestfailed", lambda r: self.complaints.append(f"failed: {r.url}"))
