"""axe-core reads every kind of page, by day on a wide screen and by night on a phone.

A violation that it calls serious or critical fails. Folds are opened first, and widgets are alive.
"""

import os
from pathlib import Path

import pytest

from workshop.npm import NoPackagesError, packages
from workshop.site.test_in_browser import Opened

HERE = Path(__file__).parent
FAILS = ("serious", "critical")
OF_MODULES = 4  # pages of modules that are read: they differ in nothing but their words
LOOK = """async () => {
    document.querySelectorAll("details").forEach(fold => { fold.open = true; });
    const found = await axe.run(document, {resultTypes: ["violations"]});
    return found.violations.map(each => [each.impact, each.id, each.help,
        each.nodes.map(node => node.target.join(" "))]);
}"""


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core as one script; without npm these tests are left out, but not where CI runs."""
    try:
        return packages(HERE / "package.json", HERE / "_build" / "npm") / "axe-core" / "axe.min.js"
    except NoPackagesError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


@pytest.fixture(scope="module")
def opened(browser, server):
    page = Opened(browser, server)
    yield page
    page.page.close()


def violations(page, axe: Path) -> list[str]:
    """What is wrong with the page as it is shown now, each with the places where it is."""
    page.add_script_tag(path=axe)
    return [
        f"{impact}: {rule} ({said}): {', '.join(places[:4])}, {len(places)} in all"
        for impact, rule, said, places in page.evaluate(LOOK)
        if impact in FAILS
    ]


def of_each_kind(pages) -> list[str]:
    """All pages but those of most modules; of these the longest."""
    modules = [path for path in pages if path.startswith("api/wgan_lib")]
    longest = sorted(modules, key=lambda path: len(str(pages[path])))[-OF_MODULES:]
    return [path for path in pages if path not in modules or path in longest]


def test_nobody_is_shut_out(opened, pages, axe):
    wrong = []
    for path in of_each_kind(pages):
        opened.open(path)
        wrong += [f"{path}, light: {each}" for each in violations(opened.page, axe)]
        opened.darken()
        wrong += [f"{path}, dark: {each}" for each in violations(opened.page, axe)]
    assert wrong == [], "\n".join(wrong)


def test_a_fault_is_seen(opened, axe):
    opened.open("index.html")
    opened.page.locator("article h1").evaluate("each => { each.style.color = '#ddd' }")
    opened.page.locator("article").evaluate("each => { each.append(new Image()) }")
    found = " ".join(violations(opened.page, axe))
    assert "color-contrast" in found and "image-alt" in found
