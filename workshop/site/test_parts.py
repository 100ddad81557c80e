"""The parts of the build: links, docstrings, the places of a slider."""

import pytest

from workshop.site import api_pages, bibliography, frames, mending
from workshop.site.links import mend


def lead(target: str) -> str | None:
    known = {"03_x.ipynb": "03_x.ipynb", "arXiv:1701.07875": "bib.md#wgan", "lesson:03": "03_x.md"}
    known["../lab.html"] = "../lab.html"
    return known.get(target)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("see [there](03_x.ipynb)", "see [there](03_x.ipynb)"),
        ("see [`nothing`](gone.py)", "see `nothing`"),
        ("the [lab](../lab.html)", 'the <a href="../lab.html">lab</a>'),
        ("see [out](https://example.org)", "see [out](https://example.org)"),
        ("arXiv 1701.07875, section 2", "[arXiv 1701.07875](bib.md#wgan), section 2"),
        ("arXiv 1234.56789", "arXiv 1234.56789"),
        ("Lesson 03 does", "[Lesson 03](03_x.md) does"),
        ("lesson 09 will", "lesson 09 will"),
        ("[lesson 03](03_x.ipynb)", "[lesson 03](03_x.ipynb)"),
        ("# Lesson 03", "# Lesson 03"),
        ("`lesson 03` and $lesson 03$", "`lesson 03` and $lesson 03$"),
        ("```\nlesson 03\n```\nlesson 03", "```\nlesson 03\n```\n[lesson 03](03_x.md)"),
        ("![a badge](https://example.org/b.svg)", "a badge"),
        ("[![run](https://example.org/b.svg)](https://e.org)", "[run](https://e.org)"),
        ('<img src="https://example.org/b.svg" alt="run">', "run"),
        ("![a picture](pictures/a.png)", "![a picture](pictures/a.png)"),
    ],
)
def test_links_are_mended(text, mended):
    assert mend(text, lead) == mended


@pytest.mark.parametrize(
    ("docstring", "lines"),
    [
        ("Takes `x`, an N×d tensor.", ["Takes `x`, an N×d tensor."]),
        ("Run:\n\n    make site", ["Run:", "", "    make site"]),
        ("- one\n  and more\n- two", ["- one", "  and more", "- two"]),
        ("| a   | b |\n|---|---|", ["| a   | b |", "|---|---|"]),
        ("kind   what it is\n       and more", ["kind", ": what it is", "  and more"]),
        ("kind   this\nname   that", ["kind", ": this", "", "name", ": that"]),
    ],
)
def test_docstrings_are_markdown_and_two_columns_become_definitions(docstring, lines):
    head, empty, *made = api_pages.as_markdown(docstring.splitlines())
    assert (head, empty) == (".. markdown::", "")
    assert made == [*(f"   {line}" if line else "" for line in lines), ""]


@pytest.mark.parametrize(
    ("low", "high", "step", "value"),
    [(0, 1, 0.01, 0.9), (1, 3, 1, 3), (-1, 1, 1 / 32, 0.5), (0, 4, 0.1, 2), (0, 100, 1, 0)],
)
def test_a_slider_stops_at_both_ends_and_at_its_start(low, high, step, value):
    places, start = frames.stops(low, high, step, value)
    assert (places[0], places[-1]) == (low, high)
    assert places[start] == pytest.approx(value)
    assert places == sorted(set(places)) and 2 <= len(places) <= frames.STOPS


def test_a_number_is_not_taken_for_another():
    found = {paper.key: paper for paper in bibliography.papers()}
    assert found["arjovsky2017wasserstein"].cited_in("arXiv 1701.07875")
    assert not found["arjovsky2017wasserstein"].cited_in("Wasserstein GANs Work Because They Fail")
    assert found["shannon1948"].cited_in("as in Shannon 1948, section 9")
    assert not found["shannon1948"].cited_in("Shannon showed")


@pytest.mark.parametrize(
    ("made", "mended"),
    [
        (
            '<button class="btn search-button-field x" title="Search" aria-label="Search">',
            '<button class="btn search-button-field x" title="Search">',
        ),
        (
            '<a class="reference internal" href="a.html">The library</a><details><summary><i></i>',
            '<a class="reference internal" href="a.html">The library</a><details>'
            '<summary aria-label="The pages of: The library"><i></i>',
        ),
        (
            '<span class="sig-paren">(</span><dl>\n<dd><em>x</em></dd>\n</dl>\n)',
            '<span class="sig-paren">(</span>\n<span class="sig-line"><em>x</em></span>\n\n)',
        ),
        ("<dl><dt>x</dt><dd>y</dd></dl>", "<dl><dt>x</dt><dd>y</dd></dl>"),
    ],
)
def test_a_page_says_what_the_theme_left_unsaid(made, mended):
    assert mending.mended(made) == mended
