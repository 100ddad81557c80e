"""The site in a real browser: wide and light, narrow and dark, by keyboard, and searched.

Screenshots land in workshop/site/_build/screenshots, to be looked at.
"""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

PICTURES = Path(__file__).parent / "_build" / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 1000}, {"width": 390, "height": 844}
TYPESET = "() => !window.MathJax || MathJax.startup.promise.then(() => true)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
COLOUR = "() => getComputedStyle(document.body).color"
DARK = "() => document.documentElement.dataset.theme === 'dark'"
CUT_OFF = """() => [...document.querySelectorAll(".cell_input pre")]
    .filter(code => code.scrollWidth > code.clientWidth).map(code => code.textContent)"""
UNTYPESET = "() => document.querySelectorAll('.math:not(:has(mjx-container))').length"


class Opened:
    """A page of the site. `complaints` collects what a reader should never meet."""

    def __init__(self, browser, server: str) -> None:
        self.server, self.complaints = server, []
        self.page = browser.new_page(viewport=WIDE, color_scheme="light")
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page: {error}"))
        self.page.on("request", self._watch)
        self.page.on("requestfailed", lambda r: self.complaints.append(f"failed: {r.url}"))

    def open(self, path: str) -> None:
        """As somebody does who comes for the first time, wide and light."""
        self.page.set_viewport_size(WIDE)
        self.page.emulate_media(color_scheme="light", media="screen")
        self.page.goto(f"{self.server}/{path}")
        self.page.evaluate(TYPESET)

    def darken(self) -> None:
        """On a phone in the dark."""
        self.page.set_viewport_size(NARROW)
        self.page.emulate_media(color_scheme="dark")
        self.page.wait_for_function(DARK)

    def print(self) -> None:
        """As on a sheet of A4 with margins, at 96 pixels an inch."""
        self.page.set_viewport_size({"width": 700, "height": 1000})
        self.page.emulate_media(media="print")

    def photograph(self, name: str) -> None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")

    def _hear(self, message) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _watch(self, request) -> None:
        where = urlsplit(request.url)
        if where.scheme != "data" and where.netloc != urlsplit(self.server).netloc:
            self.complaints.append(f"off the machine: {request.url}")


@pytest.fixture(scope="module")
def opened(browser, server):
    page = Opened(browser, server)
    yield page
    page.page.close()


@pytest.fixture(autouse=True)
def heard(request):
    """No test of this module ends with a complaint of the browser."""
    if "opened" in request.fixturenames:
        page = request.getfixturevalue("opened")
        page.complaints.clear()
        yield
        assert page.complaints == []
    else:
        yield


def test_every_page_fits_wide_and_light_narrow_and_dark(opened, pages):
    wrong = []
    for path in pages:
        opened.open(path)
        light, wide = opened.page.evaluate(COLOUR), opened.page.evaluate(OVERFLOW)
        opened.darken()
        dark, narrow = opened.page.evaluate(COLOUR), opened.page.evaluate(OVERFLOW)
        if wide > 0 or narrow > 0:
            wrong.append(f"{path}: too wide by {wide} and {narrow} pixels")
        if light == dark:
            wrong.append(f"{path}: as light in the dark")
        if opened.page.evaluate(UNTYPESET):
            wrong.append(f"{path}: formulas that are not set")
    assert wrong == []


def test_a_laptop_shows_whole_lines_of_code(opened, lessons):
    for lesson in lessons:
        opened.open(f"notebooks/{lesson.stem}.html")
        assert opened.page.evaluate(CUT_OFF) == [], lesson.stem


def test_on_paper_nothing_is_cut_off_and_nothing_asks_to_be_moved(opened, lessons):
    for lesson in lessons:
        opened.open(f"notebooks/{lesson.stem}.html")
        opened.print()
        assert opened.page.evaluate(CUT_OFF.replace(".cell_input ", "")) == [], lesson.stem
        for controls in opened.page.locator(".frames-controls").all():
            assert not controls.is_visible()


def test_pictures_stay_on_white_in_the_dark(opened, pages):
    style = "image => [getComputedStyle(image).backgroundColor, getComputedStyle(image).filter]"
    for selector in ("img.picture", "figure.frames img"):
        opened.open(next(path for path, soup in pages.items() if soup.select(selector)))
        opened.darken()
        picture = opened.page.locator(selector).first
        assert picture.evaluate(style) == ["rgb(255, 255, 255)", "none"]


def test_every_widget_moves_by_keyboard(opened, lessons):
    for lesson in lessons:
        opened.open(f"notebooks/{lesson.stem}.html")
        widgets = opened.page.locator("figure.frames").all()
        for number, widget in enumerate(widgets, start=1):
            for slider in widget.locator("input[type=range]").all():
                moved(opened, widget, slider)
            for chosen in widget.locator("select").all():
                offered(opened, widget, chosen)
            opened.photograph(f"{lesson.stem}-{number}")


def moved(opened, widget, slider) -> None:
    """To both ends by keyboard: other pictures, other words, the reading beside it follows."""
    slider.focus()
    seen = []
    for key in ("Home", "End"):
        opened.page.keyboard.press(key)
        seen.append(shown(opened, widget))
        assert slider.get_attribute("aria-valuetext") == reading(slider)
    assert seen[0] != seen[1]
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("ArrowRight")
    assert shown(opened, widget)[1]


def offered(opened, widget, chosen) -> None:
    """Another entry of a list is another picture."""
    before = shown(opened, widget)
    chosen.select_option(index=chosen.locator("option").count() - 1)
    assert shown(opened, widget) != before


def reading(slider) -> str:
    return slider.evaluate("slider => slider.nextElementSibling.value")


def shown(opened, widget) -> tuple[str, str]:
    """Name and words of the picture, once the browser has decoded it."""
    picture = widget.locator("img")
    picture.evaluate("picture => picture.decode()")
    assert picture.evaluate("picture => picture.naturalWidth") > 0
    return picture.get_attribute("src"), picture.get_attribute("alt")


def test_without_scripts_a_widget_stands_still(browser, server, lessons):
    page = browser.new_page(java_script_enabled=False)
    for lesson in lessons:
        page.goto(f"{server}/notebooks/{lesson.stem}.html")
        for widget in page.locator("figure.frames").all():
            assert widget.locator("img").is_visible()
            assert not widget.locator(".frames-controls").is_visible()
    page.close()


def test_a_solution_opens_by_keyboard(opened, lessons):
    opened.open(f"notebooks/{lessons[0].stem}.html")
    fold = opened.page.locator("details:has(> summary:text-is('Solution'))").first
    assert not fold.locator(".highlight").first.is_visible()
    fold.locator("summary").focus()
    opened.page.keyboard.press("Enter")
    assert fold.locator(".highlight").first.is_visible()


def test_the_search_finds(opened, lessons):
    opened.open("search.html?q=Lipschitz")
    opened.page.wait_for_selector("#search-results li a")
    opened.page.wait_for_function("() => !document.querySelector('#search-progress')?.textContent")
    found = [link.get_attribute("href") for link in opened.page.locator("#search-results a").all()]
    assert any("notebooks/" in address for address in found)
    assert any("wgan_lib.lipschitz" in address for address in found)
