"""The rules by which a lesson is cut, on small notebooks written here, and what holds for all."""

import base64
import struct

import nbformat
import pytest

from wgan_lib.classroom.claims import Claim
from workshop import COURSE
from workshop.slides.__main__ import deck_of
from workshop.slides.blocks import blocks
from workshop.slides.cutting import cut
from workshop.slides.sentences import lead, sentences, tail, words

code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def printed(line):
    return nbformat.v4.new_output("stream", name="stdout", text=line)


def claimed(sentence):
    return nbformat.v4.new_output("display_data", Claim(sentence).bundle())


def shown(alt, height=280):
    head = b"\x89PNG\r\n\x1a\n" + bytes([0, 0, 0, 13]) + b"IHDR" + struct.pack(">II", 600, height)
    return nbformat.v4.new_output(
        "display_data",
        {"image/png": base64.b64encode(head).decode("ascii"), "text/plain": "<figure>"},
        metadata={"image/png": {"alt": alt}},
    )


def deck(*cells):
    heading = text("# Lesson 99 — A small one")
    return cut("99", blocks(nbformat.v4.new_notebook(cells=[heading, *cells])))


def kinds(*cells):
    return [[part.kind for part in slide.parts] for slide in deck(*cells).slides]


def test_sentences_end_outside_formulas_and_emphasis():
    paragraph = "Let $f(x. Y)$ be **one. Two** things. Is it? *Yes. It* is, as `a. B` shows. End"
    found = ["Let $f(x. Y)$ be **one. Two** things.", "Is it?", "*Yes. It* is, as `a. B` shows."]
    assert sentences(paragraph) == [*found, "End"]


def test_lead_and_tail_keep_whole_sentences_and_at_least_one():
    paragraph = "One two three. Four five six. Seven $8 + 9$."
    assert lead(paragraph, 1) == "One two three." and lead(paragraph, 6).endswith("six.")
    assert tail(paragraph, 1) == ("One two three. Four five six.", "Seven $8 + 9$.")
    assert tail(paragraph, 5) == ("One two three.", "Four five six. Seven $8 + 9$.")
    assert tail(paragraph, 50) == ("", paragraph)
    assert words("Seven $8 + 9$.") == 2


def test_a_heading_opens_a_slide_and_all_of_its_text_is_in_the_notes():
    long = " ".join(f"This is sentence number {n} of them." for n in range(30))
    made = deck(text(f"## 1. First\n\n{long}"), text("## 2. Second\n\nShort."))
    assert [slide.title for slide in made.slides] == ["1. First", "2. Second"]
    assert made.slides[0].notes == [long]
    assert words(made.slides[0].parts[0].block.text) < 60


def test_a_figure_stands_below_the_sentence_above_it_and_its_code_is_hidden():
    drawn = code(
        "show(curve())", outputs=[shown("a curve"), printed("a curve\n"), claimed("1 is 1")]
    )
    assert kinds(text("## 1. A\n\nFirst. \n\nLook."), drawn) == [
        ["prose"],
        ["above", "picture", "claims"],
    ]


def test_a_question_stands_before_its_answer():
    drawn = code("show(curve())", outputs=[shown("a curve")])
    asked = text("## 1. A\n\nFirst.\n\n*Predict before you run:* which?")
    assert kinds(asked, drawn) == [["prose", "predict"], ["picture"]]


def test_what_leads_up_to_a_formula_is_not_cut():
    long = " ".join(f"This is sentence number {n} of them." for n in range(12))
    made = deck(text(f"## 1. A\n\n{long}"), text("$$x = y$$")).slides
    assert [[part.kind for part in slide.parts] for slide in made] == [
        ["prose"],
        ["prose", "formula"],
    ]
    assert made[0].parts[0].block.text.startswith("This is sentence number 0")
    assert made[1].parts[0].block.text.endswith("number 11 of them.")


def test_the_end_of_a_sentence_stays_with_its_formula():
    said = text("## 1. A\n\nFirst.\n\nIt is\n\n$$x = y$$\n\nwith a number y.")
    assert kinds(said, code("def f():\n    return 1")) == [
        ["prose", "prose", "formula", "prose"],
        ["code"],
    ]


def test_code_in_text_is_shown_without_its_fence():
    shell = deck(text("## 1. A\n\nSo:\n\n```\nmake test\nmake lab\n```"))
    assert shell.slides[-1].parts[-1].block.text == "make test\nmake lab"


def test_a_bold_beginning_titles_a_slide_but_not_in_place_of_the_heading():
    plain = text("It is said.")
    made = deck(text("## 1. A\n\n**This.** It is."), plain, text("**That.** It is not.")).slides
    assert [slide.title for slide in made] == ["1. A", "That"]
    assert [slide.parts[0].block.text for slide in made] == ["**This.** It is.", "It is not."]


@pytest.mark.parametrize(
    ("height", "slides"),
    [
        (320, [["above", "picture", "claims"]]),
        (360, [["above", "picture"], ["claims"]]),
        (400, [["prose"], ["picture", "claims"]]),
        (430, [["prose"], ["picture"], ["claims"]]),
    ],
)
def test_the_higher_a_picture_the_fewer_things_share_its_slide(height, slides):
    drawn = code(
        "show(f)", outputs=[shown("a curve", height), printed("a curve\n"), claimed("1 is 1")]
    )
    begun = [text("## 1. A\n\nFirst."), code("f()", outputs=[printed("1")])]
    assert kinds(*begun, text("Look."), drawn)[2:] == slides


def test_code_is_shown_where_text_announces_it():
    defines, again = code("def f():\n    return 1"), code("def g():\n    return 1")
    assert kinds(text("Here is f."), defines, again) == [["above", "code"]]
    assert kinds(text("Here is x."), code("import x\nNAME = 'x'")) == [["prose"]]
    assert kinds(text("Here is y."), code("print(1)", outputs=[printed("1")])) == [
        ["above", "code", "output"]
    ]


def test_tags_override_the_rules():
    tagged = {"tags": ["slide-code"]}
    assert kinds(text("A."), code("y = f(2)", metadata=tagged)) == [["above", "code"]]
    assert kinds(text("A."), text("B.", metadata={"tags": ["slide-skip"]})) == [["prose"]]
    assert kinds(text("A."), text("B.", metadata={"tags": ["slide-new"]})) == [["prose"]] * 2
    hidden = deck(text("B.", metadata={"tags": ["slide-notes"]}), text("A."))
    assert hidden.slides[0].notes == ["B.", "A."] and len(hidden.slides[0].parts) == 1


def test_badges_and_other_html_do_not_appear():
    badges = "[![Open](https://x.org/b.svg)](https://x.org) · [next](02.ipynb)"
    assert kinds(text(f"{badges}\n\n<b>loud</b>\n\nText.")) == [["prose"]]


@pytest.mark.parametrize("lines", [10, 30, 100])
def test_long_code_goes_on_and_nothing_is_lost(lines):
    source = "def f():\n" + "\n".join(f"    x{n} = {n}" for n in range(lines))
    made = [part.block.text for s in deck(text("A."), code(source)).slides for part in s.parts]
    assert "\n".join(made[1:]) == source
    assert max(piece.count("\n") for piece in made) < 22


@pytest.mark.parametrize("said", ["One line.", 'One line.\n\n    With "quotes", and more.\n    '])
def test_a_docstring_keeps_its_first_line(said):
    source = f'def f():\n    """{said}"""\n    return 1'
    shown = deck(text("A."), code(source)).slides[0].parts[-1].block.text
    first = "One line. …" if "more" in said else "One line."
    assert shown == f'def f():\n    """{first}"""\n    return 1'


def test_a_long_table_goes_on_below_its_head():
    rows = [f"| {n} | {'a word or two ' * 4} |" for n in range(12)]
    made = deck(text("\n".join(["| no. | what |", "|---|---|", *rows]))).slides
    tables = [part.block.text.splitlines() for slide in made for part in slide.parts]
    assert len(tables) > 1 and {table[0] for table in tables} == {"| no. | what |"}
    assert [row for table in tables for row in table[2:]] == rows


# Every lesson.


def test_an_exercise_shows_its_task_and_neither_hint_nor_solution(stem):
    made = deck_of(COURSE / "notebooks" / f"{stem}.md")
    tasks = [slide for slide in made.slides if slide.last() == "task"]
    said = " ".join(note for slide in made.slides for note in slide.notes)
    assert all("minutes, " in slide.parts[0].block.text for slide in tasks)
    assert made.exercises == sum(slide.parts[-1].block.minutes for slide in tasks)
    assert "<details>" not in said and "check(" not in said


def test_minutes_add_up(stem):
    made = deck_of(COURSE / "notebooks" / f"{stem}.md")
    last = made.sections[-1]
    assert last.start + last.talk == pytest.approx(made.talk)
    assert made.talk > 0
