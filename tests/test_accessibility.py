"""Figures and pages for people who see fewer colours, see less, or listen."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from colour_vision import DEFICIENCIES, ciede2000, contrast, distance, linear

from wgan_lib.classroom import style
from wgan_lib.classroom.exercises import checking
from wgan_lib.classroom.figures import (
    codes,
    entropy,
    game,
    images,
    parallel_lines,
    steps,
    transport,
)
from wgan_lib.classroom.style import CRITIC, FAKE, GENERATOR, REAL, TRUTH

COURSE = Path(__file__).resolve().parents[1]
CLASSROOM = COURSE / "wgan_lib" / "classroom"
# A CIEDE2000 of 1 is about the least that anybody notices, side by side; a legend is not that near.
APART = 12
LINE_ON_PAPER, TEXT_ON_PAPER = 3, 4.5  # WCAG 2.2, 1.4.11 and 1.4.3

# What is drawn in one picture, and is told apart by colour without the help of dash or marker.
BY_COLOUR_ALONE = {
    "palette": style._PALETTE,
    "ridges": (REAL, FAKE, entropy._SHARED),
    "earth that moves": (REAL, FAKE, transport._MOVED),
    "earth that stays": (transport._MOVED, transport._RESTING),
    "four distances": tuple(look.colour for look in parallel_lines._DISTANCES.values()),
    "best and worst": (images._BEST, images._WORST),
}
# Lines and markers on white.
LINES = {*style._PALETTE, *(look.colour for look in parallel_lines._DISTANCES.values())}
LINES |= {entropy._SHARED, transport._MOVED, images._WORST, game._GREY["color"], "#777777"}
# Nothing is read off these: a grid, a shade behind a region that is named, earth that rests, cards
# whose letters are written on them.
FAINT = {"#DDDDDD", "#BBBBBB", "#56B4E9", entropy._SHADE, codes._ASKED, *codes._TINTS}
TEXTS = {*checking._COLOURS.values(), steps._DARK, steps._BACKWARD}


def test_every_colour_of_the_classroom_has_its_rule():
    """Who adds a colour says here what it is for, and with that what is asked of it."""
    sources = [path.read_text(encoding="utf-8") for path in CLASSROOM.rglob("*.py")]
    used = {colour for text in sources for colour in re.findall(r"\"(#[0-9A-F]{6})\"", text)}
    assert used == LINES | FAINT | TEXTS


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", BY_COLOUR_ALONE)
def test_colours_of_one_picture_can_be_told_apart(name, deficiency):
    pairs = itertools.combinations(BY_COLOUR_ALONE[name], 2)
    near = {(a, b): round(distance(a, b, deficiency), 1) for a, b in pairs}
    assert {pair: far for pair, far in near.items() if far < APART} == {}


@pytest.mark.parametrize("count", range(2, len(style._PALETTE) + 1))
def test_no_two_series_look_the_same(count):
    looks = [look for *_, look in style.looks("data", {f"s{i}": 0 for i in range(count)})]
    assert len({look.colour for look in looks}) == count
    for one, other in itertools.combinations(looks[:4], 2):
        assert one.dash != other.dash and one.marker != other.marker


@pytest.mark.parametrize("colour", sorted(LINES))
def test_a_line_stands_out_from_paper(colour):
    assert contrast(colour) >= LINE_ON_PAPER


def test_text_can_be_read():
    for colour in TEXTS:
        assert contrast(colour) >= TEXT_ON_PAPER
    for card in (codes._ASKED, *codes._TINTS, entropy._SHADE):
        assert contrast("#000000", card) >= TEXT_ON_PAPER


def test_the_roles_are_colours_of_the_palette():
    assert {REAL, FAKE, CRITIC, GENERATOR, TRUTH} <= set(style._PALETTE)


# The pages.


def markdown_of(path):
    """The text of an .ipynb's Markdown cells, or of a page; without fenced blocks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings_in_order(text):
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    deeper = [after - before for before, after in itertools.pairwise(levels)]
    return levels[:1] == [1] and levels.count(1) == 1 and max(deeper, default=0) <= 1


def images_without_words(text):
    tags = re.findall(r"<img [^>]*>", text)
    return re.findall(r"!\[\s*\]\([^)]*\)", text) + [
        t for t in tags if not re.search('alt="[^"]+"', t)
    ]


def test_headings_of_a_lesson_skip_no_level(lesson):
    assert headings_in_order(markdown_of(lesson))


def test_every_picture_of_a_lesson_has_words(lesson):
    """Those that cells draw have them too: test_notebooks.py asks for their alt texts."""
    assert images_without_words(markdown_of(lesson)) == []


PAGES = [COURSE / "README.md", *sorted((COURSE / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_in_order(page):
    assert headings_in_order(markdown_of(page)) and images_without_words(markdown_of(page)) == []


def test_disorder_is_found():
    assert not headings_in_order("# One\n\n### Three")
    assert not headings_in_order("# One\n\n# Another")
    assert not headings_in_order("## Two")
    assert headings_in_order("# One\n\n## Two\n\n### Three\n\n## Two")
    assert len(images_without_words('![](a.png) <img src="b.png"> ![a](c.png)')) == 2


# The measure itself, against what its authors publish.

SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "published"), SHARMA)
def test_the_colour_difference_is_the_published_one(one, other, published):
    assert abs(ciede2000(np.array(one), np.array(other)) - published) < 1e-4


@pytest.mark.parametrize("matrix", DEFICIENCIES.values(), ids=DEFICIENCIES)
def test_whoever_sees_fewer_colours_sees_grey_as_grey(matrix):
    assert np.allclose(matrix.sum(axis=1), 1, atol=2e-6)


def test_red_and_green_come_close_for_whom_they_should():
    far = {name: distance("#C04000", "#707000", name) for name in DEFICIENCIES}
    assert far["deuteranopia"] < far["none"] / 2 and far["tritanopia"] > far["deuteranopia"]


def test_contrast_is_that_of_the_guidelines():
    assert abs(contrast("#000000") - 21) < 1e-3 and abs(contrast("#FFFFFF") - 1) < 1e-9
    assert abs(contrast("#777777") - 4.478) < 0.001
    assert np.allclose(linear("#FFFFFF"), 1)
