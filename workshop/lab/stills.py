"""The still pictures of the lab's experiments, for where no kernel runs.

    python -m workshop.lab.stills    # renews wgan_lib/classroom/stills/

A browser opens the page that the package carries, sets each experiment up and trains it. Into each
picture's file goes what the page says of it, and the address of the state that it shows.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from workshop.lab.build import COURSE, HERE, PAGE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

STILLS = COURSE / "wgan_lib" / "classroom" / "stills"
WIDTH = 400  # of each run's map
COLOURS = 256
ROUNDS = 300
PAUSED = {"by-hand": ("critic", 60)}  # what is asked instead of rounds, and how often
READY = "() => window.wganLab && wganLab.panes.every((pane) => pane.seen)"
STEPS = """async ([ask, times]) => {
    for (let i = 0; i < times; i += 1) await wganLab.player.step(ask, 10);
}"""
TAKEN = """() => {
    for (const pane of wganLab.panes) pane.report();
    const made = wganLab.picture();
    return {
        png: made.toDataURL("image/png").split(",")[1],
        said: wganLab.panes.map((pane) => pane.map.getAttribute("aria-label")).join("\\n"),
        address: wganLab.address,
    };
}"""


def tasks() -> list[str]:
    """The names of the experiments, from the catalogue."""
    text = (HERE / "catalogue.js").read_text("utf-8").partition("export const TASKS")[2]
    return re.findall(r'^  "([a-z-]+)": \{', text, re.MULTILINE)


def still(page: Page, task: str) -> bytes:
    """The picture of an experiment after its rounds, as a PNG with few colours."""
    page.goto(f"{PAGE.as_uri()}#task={task}")
    page.reload()  # another fragment alone would be the same page
    page.wait_for_function(READY)
    page.evaluate(STEPS, list(PAUSED.get(task, ("rounds", ROUNDS // 10))))
    return packed(**page.evaluate(TAKEN))


def packed(png: str, said: str, address: str) -> bytes:
    """A picture in the size and the colours of a notebook's, with its words inside."""
    whole = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    runs = said.count("\n") + 1
    size = (WIDTH * runs, round(WIDTH * runs * whole.height / whole.width))
    small = whole.resize(size, Image.Resampling.LANCZOS)
    # Colours that are far apart, not those of the largest areas: points must keep theirs.
    few = small.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    words = PngInfo()
    words.add_itxt("Description", said)
    words.add_itxt("Address", address)
    buffer = io.BytesIO()
    few.save(buffer, "png", optimize=True, pnginfo=words)
    return buffer.getvalue()


def renew(browser: Browser, folder: Path) -> None:
    """A picture of each experiment in `folder`, and no other."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    page = browser.new_page(color_scheme="light")
    for task in tasks():
        path = folder / f"{task}.png"
        path.write_bytes(still(page, task))
        print(f"{path.relative_to(COURSE)}: {path.stat().st_size:,} bytes")


def main() -> int:
    """Renew the pictures; returns the exit code."""
    from workshop import chromium  # it needs playwright, which only this command does

    with chromium.browser() as browser:
        renew(browser, STILLS)
    return 0


if __name__ == "__main__":
    sys.exit(main())
