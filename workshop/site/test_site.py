"""The files of the site: nothing is missing, leads nowhere, or comes from another host."""

import json
import re
from urllib.parse import unquote, urlsplit

import pytest

from wgan_lib.classroom.widgets.catalogue import catalogue
from workshop.site import api_pages, bibliography, stage

FEWEST_TERMS = 45
BYTES = 40_000_000
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


def lesson_soup(pages, lesson):
    return pages[f"notebooks/{lesson.stem}.html"]


def resolved(page: str, address: str) -> tuple[str, str]:
    """The file that a link on a page means, relative to the site, and its anchor."""
    parts = urlsplit(address)
    if not parts.path:
        return page, unquote(parts.fragment)
    steps = [*page.split("/")[:-1], *unquote(parts.path).split("/")]
    path: list[str] = []
    for step in steps:
        if step == "..":
            path.pop()
        elif step != ".":
            path.append(step)
    return "/".join(path), unquote(parts.fragment)


def is_local(address: str) -> bool:
    return not re.match(r"[a-z][a-z0-9+.-]*:|//", address)


# --- nothing leads nowhere ----------------------------------------------------------------------


def test_no_link_is_broken(html, pages):
    ids = {
        page: {tag["id"] for tag in soup.find_all(id=True)}
        | {tag["name"] for tag in soup.find_all("a", attrs={"name": True})}
        for page, soup in pages.items()
    }
    broken = []
    for page, soup in pages.items():
        for tag in soup.find_all("a", href=True):
            if not is_local(tag["href"]):
                continue
            path, anchor = resolved(page, tag["href"])
            if not (html / path).exists():
                broken.append(f"{page}: {tag['href']}")
            elif anchor and path in ids and anchor not in ids[path]:
                broken.append(f"{page}: {tag['href']} (no such anchor)")
    assert broken == []


def test_each_bug_of_the_lab_leads_to_a_section_that_is_there(html, pages):
    catalogue = (stage.COURSE / "workshop" / "lab" / "catalogue.js").read_text("utf-8")
    cases = re.findall(r'lesson: "([^"]+)",\s+anchor: "([^"]+)"', catalogue)
    assert len(cases) >= 10 and (html / "lab.html").exists()
    for lesson, anchor in cases:
        assert pages[f"notebooks/{lesson}.html"].find(id=anchor), f"{lesson}#{anchor}"


def test_everything_a_page_fetches_is_on_the_site(html, pages):
    missing = []
    for page, soup in pages.items():
        for name, attribute in FETCHED.items():
            for tag in soup.find_all(name, attrs={attribute: True}):
                address = tag[attribute]
                if address.startswith("data:"):
                    continue
                if not is_local(address) or not (html / resolved(page, address)[0]).exists():
                    missing.append(f"{page}: {address}")
    assert missing == []


def test_no_style_sheet_fetches_from_elsewhere(html):
    found = []
    for path in html.rglob("*.css"):
        for address in re.findall(r"(?:url\(|@import\s+)['\"]?([^'\")]+)", path.read_text("utf-8")):
            if re.match(r"https?:|//", address):
                found.append(f"{path.name}: {address}")
    assert found == []


def test_every_picture_has_words(pages):
    """Only the picture on a card has none: the name of the lesson stands under it."""
    silent = [
        f"{page}: {tag.get('src')}"
        for page, soup in pages.items()
        for tag in soup.find_all("img")
        if not tag.get("alt") and tag.find_parent("a", class_="card-of-lesson") is None
    ]
    assert silent == []


def test_the_site_is_of_a_sensible_size(html):
    assert sum(path.stat().st_size for path in html.rglob("*") if path.is_file()) < BYTES


# --- nothing is missing -------------------------------------------------------------------------


def test_every_lesson_has_a_page_and_a_card(pages, lessons):
    assert lessons
    cards = [tag["href"] for tag in pages["index.html"].select("a.card-of-lesson")]
    assert cards == [f"notebooks/{lesson.stem}.html" for lesson in lessons]
    for lesson in lessons:
        heading = lesson_soup(pages, lesson).find("h1").get_text().removesuffix("#").strip()
        assert heading.split()[:2] == lesson.title.split()[:2]


def test_every_picture_of_a_lesson_is_shown(pages, lessons):
    for lesson in lessons:
        stored = [
            output
            for cell in json.loads(lesson.path.read_text(encoding="utf-8"))["cells"]
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        shown = lesson_soup(pages, lesson).select("img.picture, figure.frames > img")
        assert len(shown) == len(stored)


def test_every_claim_has_an_anchor_and_a_link(pages, lessons):
    links = {tag["href"] for tag in pages["docs/claims.html"].find_all("a", href=True)}
    for lesson in lessons:
        soup = lesson_soup(pages, lesson)
        for number, claim in enumerate(lesson.claims, start=1):
            said = claim.text.replace("`", "")  # code is code on the page
            assert said in soup.find(id=f"claim-{number}").get_text()
            assert f"../notebooks/{lesson.stem}.html#claim-{number}" in links
        assert len(soup.select("ul.claims > li")) == len(lesson.claims)


def test_every_module_has_a_page(pages):
    linked = {tag["href"] for tag in pages["api/index.html"].find_all("a", href=True)}
    for module in api_pages.modules():
        said = " ".join(pages[f"api/{module}.html"].find("article").get_text().split())
        first = re.findall(r"\w+", api_pages.summary(module))
        assert first[0] in said, module
        assert f"{module}.html" in linked


@pytest.mark.parametrize(
    ("page", "part"),
    [
        ("images.metrics", "table"),
        ("classroom.claims", "div.highlight pre"),
        ("experiments.recipes", "dl.simple > dt"),
        ("transport", "p code"),
    ],
)
def test_a_docstring_keeps_its_shape(pages, page, part):
    """Tables, code, words beside their meaning, code in a sentence."""
    assert pages[f"api/wgan_lib.{page}.html"].select(f"article {part}")


def test_no_page_shows_markup_that_was_not_read(pages):
    """A role or a directive in the text is one that Sphinx has not understood."""
    shown = [
        f"{page}: {match[0]}"
        for page, soup in pages.items()
        if soup.find("article")
        for match in re.finditer(r"\{\w+\}`|:\w+:`|^\.\. \w+::", _prose(soup), re.MULTILINE)
    ]
    assert shown == []


def _prose(soup) -> str:
    """The text of a page, without its code."""
    code = {id(text) for tag in soup.select("pre, code") for text in tag.strings}
    return "".join(text for text in soup.find("article").strings if id(text) not in code)


# --- what is folded, moved and looked up --------------------------------------------------------


def test_solutions_are_folded_and_their_code_is_coloured(pages, lessons):
    for lesson in lessons:
        folds = [
            fold
            for fold in lesson_soup(pages, lesson).find_all("details")
            if fold.find("summary").get_text() == "Solution"
        ]
        assert len(folds) == lesson.prose.count("<summary>Solution</summary>")
        assert not any(fold.has_attr("open") for fold in folds)
        assert all(fold.select(".highlight span") for fold in folds)


def test_every_widget_of_a_lesson_has_its_frames(pages, lessons):
    for lesson in lessons:
        makers = re.findall(r"^(?:\w+\.)*(\w+)\(\)$", lesson.text, flags=re.MULTILINE)
        figures = lesson_soup(pages, lesson).select("figure.frames")
        wanted = [maker for maker in makers if maker in catalogue()]
        assert [figure["data-widget"] for figure in figures] == wanted


def test_the_picture_that_stands_still_shows_what_the_lesson_shows(pages, lessons):
    makers = {make().name for make in catalogue().values()}
    for lesson in lessons:
        stored = [
            output["metadata"]["image/png"]["alt"]
            for cell in json.loads(lesson.path.read_text(encoding="utf-8"))["cells"]
            for output in cell.get("outputs", [])
            if "".join(output.get("data", {}).get("text/plain", "")).split(" (")[0] in makers
        ]
        still = [image["alt"] for image in lesson_soup(pages, lesson).select("figure.frames > img")]
        assert [re.sub(r" \(.*?\): ", ": ", alt, count=1) for alt in stored] == still


def test_every_frame_is_there_and_has_words(html, pages):
    for page, soup in pages.items():
        for figure in soup.select("figure.frames"):
            data = json.loads(figure.find("script").string)
            folder = html / resolved(page, data["folder"])[0]
            stops = [len(track["readings"]) for track in data["tracks"]]
            assert all(stop > 1 for stop in stops)
            for tracks in data["pictures"].values():
                assert [len(track) for track in tracks] == stops
                for file, alt in [frame for track in tracks for frame in track]:
                    assert (folder / file).is_file() and alt


def test_every_control_has_a_label(pages):
    for soup in pages.values():
        for control in soup.select("figure.frames input, figure.frames select"):
            assert soup.find("label", attrs={"for": control["id"]}).get_text()


def test_terms_stand_in_order_each_with_its_korean(pages):
    entries = [dt for dt in pages["glossary.html"].select("dl.glossary > dt")]
    english, korean = entries[::2], entries[1::2]
    names = [dt.get_text().removesuffix("#").strip() for dt in english]
    assert len(names) >= FEWEST_TERMS
    assert names == sorted(names, key=str.casefold)
    assert not any(dt.get("lang") for dt in english)
    assert all(dt["lang"] == "ko" and re.search("[가-힣]", dt.get_text()) for dt in korean)
    said = [dd.get_text().strip() for dd in pages["glossary.html"].select("dl.glossary > dd")]
    assert len(said) == len(names) and all(text.endswith(".") for text in said)


def test_the_bibliography_has_what_the_lessons_cite_and_nothing_else(pages, lessons):
    cited = {number for lesson in lessons for number in bibliography.NUMBER.findall(lesson.text)}
    listed = bibliography.NUMBER.findall(pages["bibliography.html"].find("article").get_text())
    assert sorted(listed) == sorted(cited), "mend workshop/site/bibliography.bib"


def test_papers_are_linked_where_a_lesson_names_them(pages, lessons):
    for lesson in lessons:
        numbers = set(bibliography.NUMBER.findall(lesson.prose))
        links = lesson_soup(pages, lesson).select('a[href^="../bibliography.html#"]')
        assert {bibliography.NUMBER.search(link.get_text())[1] for link in links} == numbers


# --- the parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["docs/design.html", "docs/benchmarks.html", "api/index.html"])
def test_a_page_is_there(pages, page):
    assert page in pages
