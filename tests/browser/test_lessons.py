"""Every lesson as a student meets it: Run All in JupyterLab, each widget by mouse and keyboard.

Screenshots land in tests/browser/screenshots, to be looked at.
"""

import statistics
from pathlib import Path

from lesson_page import LessonPage

PICTURES = Path(__file__).parent / "screenshots"


def test_lesson_runs_and_every_widget_answers(server, browser, stem, record_property):
    page = LessonPage(browser, server, stem)
    page.run_all()
    assert page.errors() == []
    taken = []
    for number, widget in enumerate(page.widgets(), start=1):
        widget.scroll_into_view_if_needed()
        page.settle()
        taken += touched(page, widget)
        page.settle()
        assert widget.locator("[role=alert]").count() == 0, widget.inner_text()
        page.photograph(PICTURES / f"{stem}-{number}.png", widget)
    assert page.complaints == []
    if taken:
        median, worst = 1e3 * statistics.median(taken), 1e3 * max(taken)
        counted = f"{len(taken)} redraws, median {median:.0f} ms, worst {worst:.0f} ms"
        record_property(f"{stem}, from control to picture", counted)
    page.page.close()


def touched(page, widget) -> list[float]:
    """Seconds of each redraw, after every slider, list and button of the widget was used."""
    taken = []
    for slider in widget.locator(".noUi-handle").all():
        taken += dragged(page, widget, slider) + stepped(page, widget, slider)
    for chosen in widget.locator("select").all():
        taken += offered(page, widget, chosen)
    for button in widget.locator("button").all():
        taken.append(page.seconds_to_redraw(widget, button.click))
    return [seconds for seconds in taken if seconds is not None]


def dragged(page, widget, slider) -> list[float | None]:
    """The slider is dragged to both ends by the mouse, and must arrive there."""
    for end in (0.999, 0.001):
        handle, track = slider.bounding_box(), slider.locator("xpath=../..").bounding_box()
        y = handle["y"] + handle["height"] / 2
        page.page.mouse.move(handle["x"] + handle["width"] / 2, y)
        page.page.mouse.down()
        page.page.mouse.move(track["x"] + end * track["width"], y, steps=6)
        page.page.mouse.up()
        page.settle()
        wanted = slider.get_attribute("aria-valuemax" if end > 0.5 else "aria-valuemin")
        assert float(slider.get_attribute("aria-valuenow")) == float(wanted)
    return []


def stepped(page, widget, slider) -> list[float | None]:
    """By keyboard: from the left end some steps to the right, and to both ends."""
    slider.focus()
    taken = [page.seconds_to_redraw(widget, lambda: page.page.keyboard.press("ArrowRight"))]
    assert taken[0] is not None, "a step to the right draws nothing new"
    for key in ("ArrowRight", "ArrowRight", "End", "Home"):
        taken.append(page.seconds_to_redraw(widget, lambda key=key: page.page.keyboard.press(key)))
        page.settle()
    return taken


def offered(page, widget, chosen) -> list[float | None]:
    """Every entry of a list."""
    names = chosen.locator("option").all_inner_texts()
    return [
        page.seconds_to_redraw(widget, lambda name=name: chosen.select_option(label=name))
        for name in [*names[1:], names[0]]
    ]
