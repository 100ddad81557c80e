"""The WGAN Lab in a browser: rounds a second while it plays, and how soon the page answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

SECONDS = 8
STATES = {
    "one run": "",
    "two runs": "compare=yes&objective=gan&right-objective=wgan-gp",
    "width 64, batch 256": "width=64&batch=256",
}
READY = "() => window.wganLab && wganLab.panes.every((pane) => pane.seen)"
# A timer that was set for 20 ms comes late by as long as the page was busy with something else.
PLAYED = """async (seconds) => {
    const lab = window.wganLab, late = [];
    lab.player.play();
    while (lab.panes[0].seen.round < 20) await new Promise((resolve) => setTimeout(resolve, 20));
    const [round, started] = [lab.panes[0].seen.round, performance.now()];
    while (performance.now() < started + 1000 * seconds) {
        const asked = performance.now();
        await new Promise((resolve) => setTimeout(resolve, 20));
        late.push(performance.now() - asked - 20);
    }
    const rate = 1000 * (lab.panes[0].seen.round - round) / (performance.now() - started);
    lab.player.pause();
    return [rate, late.sort((a, b) => a - b)[Math.floor(0.99 * late.length)], late.at(-1)];
}"""


class Played(NamedTuple):
    """One state of the page: rounds a second; how late its timers came, in milliseconds."""

    state: str
    rounds_per_second: float
    late_99_percent: float
    late_at_most: float


def lab(seconds: float = SECONDS) -> Iterator[Played]:
    """Plays each state at full speed in headless Chromium, which `make browser` asks for too."""
    from workshop import chromium  # playwright is there only where somebody asked for a browser
    from workshop.lab.build import PAGE

    with chromium.browser() as browser:
        for name, address in STATES.items():
            page = browser.new_page(viewport={"width": 1366, "height": 800})
            page.goto(f"{PAGE.as_uri()}#{address}")
            page.wait_for_function(READY)
            yield Played(name, *page.evaluate(PLAYED, seconds))
            page.close()
