"""The parts of the build: links, docstrings, the places of a slider."""

import api_pages
import bibliography
import frames
import pytest
from links import mend


def lead(target: str) -> str | None:
    known = {"03_x.ipynb": "03_x.ipynb", "arXiv:1701.07875": "bib.md#wgan", "lesson:03": "03_x.md"}
    return known.get(target)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("see [there](03_x.ipynb)", "see [there](03_x.ipynb)"),
        ("see [`nothing`](gone.py)", "see `nothing`"),
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
        ("Takes `x`, an N×d tensor.", ["Takes ``x``, an N×d tensor."]),
        ("A `Wrong`s list", ["A ``Wrong``\\ s list"]),
        ("|x| * y_ and <z>", [r"\|x\| \* y\_ and \<z\>"]),
        (
            "Run:\n\n    make site\n    make lab",
            ["Run:", "", "::", "", "    make site", "    make lab"],
        ),
        ("- one\n  and more\n- two", ["- one and more", "- two"]),
        ("kind   what it is\n       and more", ["kind", "   what it is and more"]),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            [
                *(".. list-table::", "   :header-rows: 1", ""),
                *("   * - a", "     - b", "   * - 1", "     - 2"),
            ],
        ),
    ],
)
def test_docstrings_become_restructured_text(docstring, lines):
    made = api_pages.restructured(docstring.splitlines())
    assert made[: len(lines)] == lines and not any(made[len(lines) :])


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
