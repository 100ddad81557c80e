"""Exercises: the machinery that judges answers, and what holds for every exercise of the course."""

import ast
import json
import re

import nbformat
import numpy as np
import pytest
import torch

from wgan_lib.classroom.exercises import checking
from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close, verdict
from workshop import solving

EXERCISES = checking.catalogue()
START = "00"  # the page that the course starts with is no lesson: it shows what an exercise is


def notebook_of(lesson):
    return nbformat.read(lesson, as_version=4)


# Every exercise of every lesson.


def test_a_lesson_has_two_to_five_exercises_and_says_at_the_end_how_many_are_done(lesson):
    """The page that the course starts with has one. For all else it is bound like a lesson."""
    notebook, number = notebook_of(lesson), lesson.stem[:2]
    names = [name for name, _ in solving.exercise_cells(notebook)]
    assert len(names) in ([1] if number == START else [2, 3, 4, 5])
    assert sorted(names) == sorted(n for n, each in EXERCISES.items() if each.lesson == number)
    last = [cell for cell in notebook.cells if cell.cell_type == "code"][-1]
    assert last.source == f'progress("{number}")'
    assert last.outputs[0].text.startswith(f"0 of {len(names)} exercises done\n")


def test_each_exercise_is_announced_with_its_minutes_and_its_solution_is_folded_below(lesson):
    notebook = notebook_of(lesson)
    for name, cell in solving.exercise_cells(notebook):
        place = notebook.cells.index(cell)
        before, after = (notebook.cells[place + side].source for side in (-1, 1))
        exercise = EXERCISES[name]
        assert f"*({exercise.minutes} minutes, {exercise.difficulty})*" in before
        folded = re.search(
            r"<details><summary>Solution</summary>\n\n```python\n(.*?)\n```", after, flags=re.DOTALL
        )
        assert folded and folded[1] == solving.solution_text(name)
        assert "<details><summary>Hint</summary>" in after


def test_the_stub_is_to_do_and_the_solved_cell_is_right(lesson):
    """A cell of an exercise runs after the lesson's imports alone: its first cell after the set-up.

    The set-up changes nothing here, where the library is on the path.
    """
    notebook = notebook_of(lesson)
    _, first, *_ = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    for name, cell in solving.exercise_cells(notebook):
        for source, state in ((cell.source, "todo"), (solving.solved(cell.source, name), "right")):
            names = {"__name__": "lesson"}
            exec(compile(first, lesson.name, "exec"), names)
            exec(compile(source, lesson.name, "exec"), names)
            judged = verdict(name, names[name])
            assert judged.state == state, f"{judged}"


def signature(source, name):
    """What a function of that name takes and returns, in words; None where a cell has none."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.unparse(node.args), node.returns and ast.unparse(node.returns)
    return None


def test_a_stub_says_what_goes_in_and_out_as_the_solution_does(lesson):
    for name, cell in solving.exercise_cells(notebook_of(lesson)):
        assert signature(cell.source, name) == signature(solving.solution_text(name), name)


def test_a_lesson_keeps_the_answers_to_itself_until_the_fold_is_opened(lesson):
    """Before the fold, no output of an exercise's cell says more than that it is to be done."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    outputs = [
        output
        for cell in cells
        if re.search(r'^check\("', "".join(cell["source"]), flags=re.MULTILINE)
        for output in cell["outputs"]
    ]
    texts = ["".join(output["data"]["text/plain"]) for output in outputs]
    assert texts and all(
        text.endswith("replace the three dots, then run the cell again") for text in texts
    )


# The machinery.


def double(x):
    return 2 * x


def _check_double(answer):
    expect_close(answer(3), 6, "double it")


@pytest.fixture
def two(monkeypatch):
    """Two exercises of lesson 01 in place of the course's: a function and a value."""
    half = Exercise("half", "01", 5, "easy", 0.5, lambda a: expect_close(a, 0.5, "1/2"))
    doubling = Exercise("double", "01", 5, "easy", double, _check_double)
    monkeypatch.setattr(checking, "catalogue", lambda: {"double": doubling, "half": half})
    monkeypatch.setattr(checking, "_states", {})


def documented_stub(x):
    """Twice x."""
    ...


def unwritten(x):
    raise NotImplementedError


class Empty:
    """A class that is still to be written."""


@pytest.mark.parametrize("answer", [documented_stub, unwritten, lambda x: None, ...])
def test_what_nobody_has_written_is_to_do(two, answer):
    assert verdict("double", answer).state == "todo"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: x, r"double it \(your answer: 3\)"),
        (lambda x: [x, x], "a table of 2 numbers instead of one number"),
        (lambda x: [][x], "stopped with IndexError: list index out of range, in the line"),
        (lambda: 6, "TypeError: .* takes 0 positional arguments but 1 was given"),
        (lambda x: "six", "a number is wanted here, not str"),
        (lambda x: float("nan"), "nan, which is no number. double it"),
        (lambda x: print(end=""), "the answer is None: is a `return` missing?"),
        (6, r"a function is wanted here, not a value \(int\)"),
    ],
)
def test_a_wrong_answer_gets_the_hint_that_fits(two, answer, message):
    judged = verdict("double", answer)
    assert judged.state == "wrong" and re.search(message, judged.message), judged


@pytest.mark.parametrize("answer", [double, lambda x: torch.tensor(2.0 * x), lambda x: np.int8(6)])
def test_a_right_answer_may_be_any_kind_of_number(two, answer):
    assert verdict("double", answer).state == "right"


def test_a_value_can_be_asked_for(two):
    assert [verdict("half", answer).state for answer in (..., 0.5, 0.4, None, double)] == [
        "todo",
        "right",
        "wrong",
        "wrong",
        "wrong",
    ]


def test_an_untouched_class_is_to_do_and_a_written_one_is_not(two):
    assert verdict("double", Empty).state == "todo"
    assert verdict("double", type("Written", (), {"f": double})).state == "wrong"


def test_check_prints_a_line_and_progress_counts(two, capsys):
    checking.check("double", documented_stub)
    checking.check("half", 0.5)
    checking.progress("01")
    assert capsys.readouterr().out.splitlines() == [
        "○ double: replace the three dots, then run the cell again",
        "✔ half: right",
        "1 of 2 exercises done",
        "○ double",
        "✔ half",
    ]


def test_progress_follows_the_last_answer(two, capsys):
    checking.check("half", 0.5)
    checking.check("half", 0.4)
    checking.progress("01")
    assert "0 of 2 exercises done" in capsys.readouterr().out


def test_a_misspelt_exercise_is_named(two):
    with pytest.raises(ValueError, match="did you mean 'double'"):
        verdict("duoble", double)
    with pytest.raises(ValueError, match="lesson must be one of 01, got '1'"):
        checking.progress("1")


def test_a_verdict_is_read_out_and_shows_code_as_code():
    page = checking.Verdict("a", "wrong", "use `x < y` & think")._repr_html_()
    assert 'role="status"' in page and "<code>x &lt; y</code> &amp; think" in page


@pytest.mark.parametrize("field", [{"difficulty": "esay"}, {"name": "two words"}])
def test_an_exercise_is_refused_by_its_field(field):
    fields = {"name": "a", "lesson": "01", "minutes": 5, "difficulty": "easy"} | field
    with pytest.raises(ValueError, match=next(iter(field))):
        Exercise(**fields, solution=double, check=_check_double)


def test_expect_and_expect_close():
    expect(True, "never said")
    expect_close([1.0, float("inf")], [1.0, float("inf")], "never said")
    expect_close(1e9 + 1, 1e9, "never said")
    with pytest.raises(Wrong, match="said"):
        expect(0, "said")
    with pytest.raises(Wrong, match="said"):
        expect_close(1.001, 1.0, "said")


def test_solving_replaces_the_stub_and_nothing_else(two):
    stub = 'before = 1\n\ndef double(x):\n    """Twice x."""\n    ...\n\ncheck("double", double)'
    solved = solving.solved(stub, "double")
    assert solved == 'before = 1\n\ndef double(x):\n    return 2 * x\n\ncheck("double", double)'
    assert solving.solved('half = ...\n\ncheck("half", half)', "half").startswith("half = 0.5\n")
    with pytest.raises(ValueError, match="one stub 'double', it holds 0"):
        solving.solved("triple = ...", "double")
