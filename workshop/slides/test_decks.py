"""Every slide of every deck that was built, in a real browser."""

import base64
import io

import pytest
from PIL import Image

from workshop import COURSE
from workshop.slides.__main__ import OUT, deck_of
from workshop.slides.blocks import Block
from workshop.slides.deck import Deck, Part, Section, Slide
from workshop.slides.inspection import faults
from workshop.slides.page import page as page_of
from workshop.slides.printing import opened, pages


@pytest.fixture
def complaints(browser):
    """A function that opens a deck, and the list of what a reader should never see."""
    heard = []

    def listen(deck):
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.on("console", lambda m: heard.append(m.text) if m.type == "error" else None)
        context.on("weberror", lambda error: heard.append(str(error.error)))
        context.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
        context.on("request", lambda request: heard.extend(_elsewhere(request.url)))
        return opened(context, deck)

    yield listen, heard


def _elsewhere(url):
    """The address in a list, when it is not on this machine."""
    own = url.startswith(("data:", "blob:", "about:", (OUT / "").resolve().as_uri()))
    return [] if own else [f"off the deck's folder: {url[:100]}"]


def position(page):
    return page.evaluate("() => Reveal.getIndices().h + 1")


def test_every_slide_is_in_order_and_the_arrow_key_leads_to_it(deck, complaints):
    listen, heard = complaints
    page, found = listen(deck), []
    total = page.evaluate("() => Reveal.getTotalSlides()")
    for number in range(1, total + 1):
        assert position(page) == number
        found += [f"slide {number}: {fault}" for fault in faults(page)]
        page.keyboard.press("ArrowRight")
    assert found == []
    page.keyboard.press("Home")
    assert position(page) == 1
    assert heard == []
    page.context.close()


def test_the_handout_has_a_page_for_each_slide(deck):
    if not deck.with_suffix(".pdf").exists():
        pytest.skip("built with --no-pdf")
    slides = deck.read_text(encoding="utf-8").count("<section>")
    assert pages(deck.with_suffix(".pdf")) == slides


def test_the_first_page_leads_to_the_deck_and_to_its_handout(deck):
    page = (OUT / "index.html").read_text(encoding="utf-8")
    assert f'href="{deck.name}"' in page
    assert (f'href="{deck.stem}.pdf"' in page) == deck.with_suffix(".pdf").exists()


def test_the_deck_is_of_the_lesson_as_it_is_now(deck):
    current = page_of(deck_of(COURSE / "notebooks" / f"{deck.stem}.md"))
    assert deck.read_text(encoding="utf-8") == current, "run make slides"


def test_the_speaker_sees_the_notes_in_a_window_of_their_own(complaints):
    listen, heard = complaints
    page = listen(sorted(OUT.glob("[0-9][0-9]_*.html"))[0])
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes .value")
    notes.locator(".clock").wait_for()
    assert "min" in notes.inner_text() and "$" not in notes.inner_text()
    assert heard == []
    page.context.close()


# The inspection itself, on slides with one fault each.


def picture(width=600):
    buffer = io.BytesIO()
    Image.new("RGB", (width, 300), "navy").save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


FAULTY = {
    "leaves the slide": Block("prose", "word " * 900),
    "cut off at the right": Block("code", "x = " + "1 + " * 60 + "1"),
    "raw TeX": Block("prose", r"half of it, \frac12, is $5 and not a formula"),
    "no alt text": Block("picture", "", data=picture()),
    "type in a picture is small": Block("picture", "a wide one", data=picture(width=1040)),
    "is not drawn": Block("prose", r"$\left( x$"),
}


@pytest.mark.parametrize("fault", FAULTY)
def test_the_inspection_sees(browser, fault, tmp_path):
    (tmp_path / "lib").symlink_to(OUT / "lib", target_is_directory=True)
    section = Section("1. Faults")
    slides = [Slide(section, parts=[Part(FAULTY[fault].kind, FAULTY[fault])])]
    deck = tmp_path / "faulty.html"
    deck.write_text(page_of(Deck("faulty", "Faults", [section], slides)), encoding="utf-8")
    page = opened(browser, deck)
    assert faults(page) == []
    page.keyboard.press("ArrowRight")
    assert any(fault in each for each in faults(page)), faults(page)
    page.close()


def test_the_inspection_sees_small_print(browser, deck):
    page = opened(browser, deck)
    page.add_style_tag(content=".kicker, .minutes { font-size: 20px !important }")
    assert any("has 20 px" in each for each in faults(page))
    page.close()
