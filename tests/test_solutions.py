"""Solved copies: made of every lesson, and run for a small one that is written here."""

import ast
import os

import nbformat
import pytest

from wgan_lib.classroom.exercises.checking import Exercise, catalogue
from workshop import solutions
from workshop.notebooks import read_source
from workshop.solving import exercise_cells

# Two exercises with names of their own; the second one's solution is what a test puts there.
EXERCISES = """
from wgan_lib.classroom.exercises import checking
from wgan_lib.classroom.exercises.checking import Exercise, expect_close

half = Exercise("half", "00", 5, "easy", 0.5, lambda answer: expect_close(answer, 0.5, "too much"))
third = Exercise("third", "00", 5, "easy", {third}, lambda answer: expect_close(answer, 1/3, "no"))
checking.catalogue = lambda: {{"half": half, "third": third}}
"""
LESSON = """---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A small lesson

```{{code-cell}}
import small_exercises
from wgan_lib.classroom import check, progress
```

```{{code-cell}}
half = ...

check("half", half)
```

```{{code-cell}}
third = ...

check("third", third)
```

```{{code-cell}}
{last}
```
"""


@pytest.fixture
def small(tmp_path, monkeypatch, environment):
    """A function that writes the small lesson, with a solution of `third` and a last cell."""

    def write(third=1 / 3, last='progress("00")'):
        values = {"half": 0.5, "third": third}
        known = {name: Exercise(name, "00", 5, "easy", value, id) for name, value in values.items()}
        monkeypatch.setattr("workshop.solving.find", known.__getitem__)
        path = f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}"
        monkeypatch.setenv("PYTHONPATH", path)
        (tmp_path / "small_exercises.py").write_text(EXERCISES.format(third=third))
        (tmp_path / "00_small.md").write_text(LESSON.format(last=last))
        return ["00", "--notebooks", str(tmp_path), "--out", str(tmp_path / "solved")]

    return write


def stored(tmp_path):
    return nbformat.read(tmp_path / "solved" / "00_small.ipynb", as_version=4)


def test_a_copy_of_a_lesson_has_every_stub_replaced_and_nothing_else(lesson):
    source = lesson.with_suffix(".md")
    before, after = read_source(source), solutions.solved_copy(source)
    pairs = zip(before.cells, after.cells, strict=True)
    changed = [one.source for one, other in pairs if one.source != other.source]
    assert changed == [cell.source for _, cell in exercise_cells(before)]
    of_lesson = {name for name, each in catalogue().items() if each.lesson == source.stem[:2]}
    assert {name for name, _ in exercise_cells(after)} == of_lesson
    for _, cell in exercise_cells(after):
        ast.parse(cell.source)
        assert "..." not in cell.source
    assert "jupytext" not in after.metadata


def test_all_lessons_can_be_written_without_being_run(tmp_path, capsys, notebooks):
    assert solutions.main(["--no-run", "--out", str(tmp_path)]) == 0
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in notebooks.glob("*.ipynb"))
    assert f"wrote {len(written)} solved lessons" in capsys.readouterr().out
    for path in tmp_path.iterdir():
        nbformat.validate(nbformat.read(path, as_version=4))


def test_right_solutions_pass(small, tmp_path, capsys):
    assert solutions.main(small()) == 0
    assert "00_small: all exercises right" in capsys.readouterr().out
    copy = stored(tmp_path)
    assert copy.cells[2].source == 'half = 0.5\n\ncheck("half", half)'
    assert copy.cells[-1].outputs[0].text == "2 of 2 exercises done\n✔ half\n✔ third\n"
    assert "jupytext" not in copy.metadata


def test_a_wrong_solution_fails_with_its_hint(small, tmp_path, capsys):
    assert solutions.main(small(third=0.3)) == 1
    shown = capsys.readouterr()
    assert "00_small: NOT all right" in shown.out
    assert shown.err.splitlines() == [
        "00_small: the solution of third does not pass: ✘ third: no (your answer: 0.3)",
        "00_small: the last cell must say '2 of 2 exercises done', it says '1 of 2 exercises done'",
        "1 of 1 solved lessons failed",
    ]
    assert stored(tmp_path).cells[-1].outputs[0].text.startswith("1 of 2")


def test_a_cell_that_stops_fails_and_is_named(small, tmp_path, capsys):
    assert solutions.main(small(last="1 / 0")) == 1
    assert "00_small.ipynb: cell 5 stopped with ZeroDivisionError" in capsys.readouterr().err
    assert "✔ third" in str(stored(tmp_path).cells[3].outputs)


def test_a_lesson_that_does_not_count_fails(small, capsys):
    assert solutions.main(small(last="print('bye')")) == 1
    assert "it says 'bye'" in capsys.readouterr().err


def test_an_exercise_that_shows_no_verdict_is_named():
    cell = nbformat.v4.new_code_cell('half = 0.5\n\ncheck("half", half)')
    lines = solutions.shortcomings(nbformat.v4.new_notebook(cells=[cell]))
    assert "the solution of half does not pass: there is no verdict" in lines
    assert solutions.shortcomings(nbformat.v4.new_notebook()) == ["there is no exercise in it"]


def test_unknown_lesson_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as stop:
        solutions.main(["99"])
    assert stop.value.code == 2
    assert "there is no lesson '99'" in capsys.readouterr().err
