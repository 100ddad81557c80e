"""Every exercise is tried with wrong answers, and neither hint nor page gives the right one away.

Which answers are tried is found by running tests/test_exercises_*.py once more, with every verdict
written down: so an exercise that nobody wrote wrong answers for is noticed.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from wgan_lib.classroom.exercises.checking import catalogue
from workshop.solving import exercise_cells, solution_text

TESTS = Path(__file__).parent
WRONG_ANSWERS = 3  # at least, for each exercise
RECORDER = """
import json
import os
from wgan_lib.classroom.exercises import checking

plain = checking.Verdict

def recorded(*judged):
    with open({log!r}, "a", encoding="utf-8") as log:
        print(json.dumps(judged), file=log)
    return plain(*judged)

checking.Verdict = recorded
"""
EXERCISES = catalogue()
FOLD = re.compile(r"<details>.*?</details>", flags=re.DOTALL)


@pytest.fixture(scope="module")
def hints(tmp_path_factory, environment):
    """The hints that each exercise gives to the wrong answers of its tests."""
    folder = tmp_path_factory.mktemp("verdicts")
    log = folder / "verdicts.jsonl"
    (folder / "recorder.py").write_text(RECORDER.format(log=str(log)), encoding="utf-8")
    files = map(str, sorted(TESTS.glob("test_exercises_*.py")))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "recorder"]
    path = environment | {"PYTHONPATH": f"{folder}{os.pathsep}{environment['PYTHONPATH']}"}
    done = subprocess.run([*command, *files], env=path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    judged = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    return {
        name: [hint for of, state, hint in judged if (of, state) == (name, "wrong")]
        for name in EXERCISES
    }


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_is_tried_with_wrong_answers(hints, name):
    assert len(hints[name]) >= WRONG_ANSWERS
    assert len(set(hints[name])) >= 2, "every wrong answer gets the same hint"


@pytest.mark.parametrize("name", EXERCISES)
def test_no_hint_is_the_answer(hints, name):
    assert [hint for hint in hints[name] for answer in answers(name) if answer in hint] == []


def answers(name):
    """What gives an exercise away: the value, or the lines of the function that say how."""
    solution = EXERCISES[name].solution
    if not callable(solution):
        return [f"{name} = {solution!r}", *([repr(solution)] if len(repr(solution)) > 5 else [])]
    lines = solution_text(name).splitlines()[1:]
    return [line.strip() for line in lines if line.strip().startswith("return ")]


def test_no_answer_stands_outside_a_fold_that_is_closed(lesson):
    notebook = nbformat.read(lesson, as_version=4)
    pages = "\n\n".join(map(visible, notebook.cells))
    for name, _ in exercise_cells(notebook):
        assert [answer for answer in answers(name) if answer in pages] == []


def visible(cell):
    """What a reader sees of a cell before any fold is opened; the code of the library apart."""
    if cell.cell_type == "markdown":
        assert "<details open" not in cell.source
        assert cell.source.count("<details>") == cell.source.count("</details>")
        return FOLD.sub("", cell.source)
    shown = [out.get("text") or out.data.get("text/html", "") for out in cell.outputs]
    return "\n".join([cell.source, *shown])
