"""Every lesson: its two files agree, are in the normal form, and keep to the measures."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from workshop import claims_page, normal_form
from workshop import notebooks as building

LINES_PER_CELL = 15
NAMES_PER_LESSON = 26  # of the library; ten or more are the words of claims and exercises
CLAIMS_PER_LESSON = 8
CLAIMS_AT_THE_START = 2  # 00 shows what a claim is; it is no lesson
BYTES_PER_LESSON = 1_000_000


def code_cells(lesson: Path) -> list[dict]:
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


# The lessons themselves: each test runs once for each of them.


def test_pair_agrees_and_is_in_the_normal_form(lesson):
    assert building.violations(lesson) == []


def test_jupyterlab_is_told_of_no_pair(lesson):
    """Else it minds which of the two files is newer, and opens none where it cannot tell."""
    metadata = json.loads(lesson.read_text(encoding="utf-8"))["metadata"]
    assert "formats" not in metadata["jupytext"]


def test_name_says_number_and_topic(lesson):
    assert re.fullmatch(r"\d\d_[a-z0-9_]+", lesson.stem)


def test_file_is_small(lesson):
    assert lesson.stat().st_size < BYTES_PER_LESSON


def test_code_cells_are_short(lesson):
    lines = ["".join(cell["source"]).splitlines() for cell in code_cells(lesson)]
    assert [cell for cell in lines if len(cell) > LINES_PER_CELL] == []


def names_of_the_library(source: str) -> list[str]:
    """What a cell imports from wgan_lib, by the names that the lesson then writes."""
    wanted = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            wanted += [each for each in node.names if each.name.split(".")[0] == "wgan_lib"]
        elif isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "wgan_lib":
            wanted += node.names
    return [each.asname or each.name for each in wanted]


def test_the_first_cell_brings_no_more_names_than_a_reader_can_hold(lesson):
    """What is used once or twice is reached by its module: `widgets.cones.sliding_cone()`."""
    cells = ["".join(cell["source"]) for cell in code_cells(lesson)]
    names = next((found for cell in cells if (found := names_of_the_library(cell))), [])
    assert 0 < len(names) <= NAMES_PER_LESSON, names


def test_names_of_the_library_are_counted_however_they_are_imported():
    source = "import math, wgan_lib.a\nfrom wgan_lib import b, c as d\nfrom wgan_lib.e import f"
    assert names_of_the_library(f"{source}\nfrom wgan_library import g") == [
        "wgan_lib.a", "b", "d", "f",
    ]  # fmt: skip


def test_pictures_are_described(lesson):
    """A picture without a printed description says nothing to a screen reader."""
    for cell in code_cells(lesson):
        pictures = [each for each in cell["outputs"] if "image/png" in each.get("data", {})]
        alts = [each["metadata"].get("image/png", {}).get("alt") for each in pictures]
        assert all(alts), "".join(cell["source"])


def test_lesson_makes_claims(lesson):
    wanted = CLAIMS_AT_THE_START if lesson.stem.startswith("00_") else CLAIMS_PER_LESSON
    assert len(claims_page.printed_claims(lesson)) >= wanted


def test_no_claim_is_made_twice(lesson):
    texts = [claim.text for claim in claims_page.printed_claims(lesson)]
    assert sorted(set(texts)) == sorted(texts)


def test_list_of_claims_is_current(notebooks):
    if not list(notebooks.glob("*.ipynb")):
        pytest.skip("there is no lesson yet")
    page = notebooks.parent / "docs" / "claims.md"
    current = claims_page.claims_page(notebooks)
    assert page.read_text(encoding="utf-8") == current, "run python -m workshop.claims_page"


# The machinery, on small notebooks made here.

HEADER = """---
jupytext:
  formats: ipynb,md:myst
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
minutes: 1
about: nothing in particular
---

"""


def lesson_of(folder: Path, *cells: str) -> Path:
    """Writes a lesson with a heading and these code cells, returns the path of its .md."""
    path = folder / "01_small.md"
    code = "".join(f"\n```{{code-cell}}\n{cell}\n```\n" for cell in cells)
    path.write_text(f"{HEADER}# A small lesson\n{code}", encoding="utf-8")
    return path


@pytest.fixture
def in_checkout(environment, monkeypatch):
    """Kernels that start in this test import wgan_lib from the checkout."""
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])


def ids_of(*texts: str) -> list[str]:
    """The ids that cells with these texts get in the normal form."""
    cells = [nbformat.v4.new_markdown_cell(text) for text in texts]
    return [cell.id for cell in normal_form.normalise(nbformat.v4.new_notebook(cells=cells)).cells]


def notebook_with(**output) -> nbformat.NotebookNode:
    """A notebook with one executed cell and one output."""
    cell = nbformat.v4.new_code_cell("1 + 1", outputs=[nbformat.from_dict(output)])
    return nbformat.v4.new_notebook(cells=[cell])


def test_build_is_repeatable(tmp_path, in_checkout):
    source = lesson_of(
        tmp_path,
        "print('one')\nprint('two')",
        ":tags: [raises-exception]\n\nraise ValueError('as announced')",
        "from wgan_lib.classroom import claim\nclaim('1 + 1 = 2', 1 + 1 == 2)\n1 + 1",
    )
    assert building.build(source) is True
    first = source.with_suffix(".ipynb").read_bytes()
    assert building.build(source) is False
    assert source.with_suffix(".ipynb").read_bytes() == first
    assert building.violations(source) == []
    cells = code_cells(source.with_suffix(".ipynb"))
    assert [cell["execution_count"] for cell in cells] == [1, 2, 3]
    assert cells[0]["outputs"][0]["text"] == ["one\n", "two\n"]
    assert cells[1]["outputs"][0]["traceback"] == ["ValueError: as announced"]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["01_small.ipynb", "01_small.md"]


def test_failing_cell_stops_the_build_and_keeps_the_old_file(tmp_path, capsys):
    source = lesson_of(tmp_path, "x = 1", "print(x / 0)", "print('never reached')")
    stored = source.with_suffix(".ipynb")
    stored.write_text("the old notebook", encoding="utf-8")
    assert building.main(["build", "--notebooks", str(tmp_path)]) == 1
    message = capsys.readouterr().err
    assert "01_small.md: cell 5 stopped with ZeroDivisionError: division by zero" in message
    assert "print(x / 0)" in message
    assert stored.read_text(encoding="utf-8") == "the old notebook"


def test_unknown_lesson_is_a_usage_error(tmp_path, capsys):
    lesson_of(tmp_path, "1")
    with pytest.raises(SystemExit) as stop:
        building.main(["build", "01_smal", "--notebooks", str(tmp_path)])
    assert stop.value.code == 2
    assert "there is no lesson '01_smal'" in capsys.readouterr().err


def test_check_reports_missing_twins(tmp_path, capsys):
    building.renew(lesson_of(tmp_path, "1").parent)
    (tmp_path / "Untitled.ipynb").write_text("{}", encoding="utf-8")
    assert building.main(["check", "--notebooks", str(tmp_path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "01_small.md has no twin 01_small.ipynb",
        "Untitled.ipynb has no twin Untitled.md",
    ]


def test_check_of_no_lessons_is_in_order(tmp_path, capsys):
    assert building.main(["check", "--notebooks", str(tmp_path)]) == 0
    assert "0 lessons" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("source", "output", "fault"),
    [
        ("f()", {"output_type": "stream", "name": "stderr", "text": "a warning"}, "stderr"),
        ("f()", {"output_type": "stream", "name": "stdout", "text": "<f at 0x7f31c0ffee>"}, "0x7f"),
        ("f()", {"output_type": "error", "ename": "E", "evalue": "e", "traceback": []}, "stopped"),
        ("plot();", None, "';'"),
        ("  ", None, "is empty"),
    ],
)
def test_faults_of_a_cell_are_named(source, output, fault):
    outputs = [nbformat.from_dict(output)] if output else []
    cell = nbformat.v4.new_code_cell(source, outputs=outputs)
    assert [fault in each for each in normal_form.faults(cell)] == [True]


def test_normal_form_leaves_out_what_depends_on_the_machine():
    notebook = notebook_with(
        output_type="display_data",
        data={"text/plain": "IntSlider()", "application/vnd.jupyter.widget-view+json": {}},
        metadata={"image/png": {"alt": "a curve"}, "width": 3},
    )
    notebook.metadata = {
        "widgets": {},
        "minutes": 2,
        "language_info": {"name": "python", "version": "3.11.7"},
    }
    notebook.cells[0].metadata = {"tags": ["fig-any"], "execution": {"iopub.status.busy": "now"}}
    normal = normal_form.normalise(notebook)
    assert set(normal.metadata) == {"jupytext", "kernelspec", "language_info", "minutes"}
    assert "version" not in normal.metadata.language_info
    assert normal.cells[0].metadata == {"tags": ["fig-any"]}
    assert normal.cells[0].outputs[0].data == {"text/plain": "IntSlider()"}
    assert normal.cells[0].outputs[0].metadata == {"image/png": {"alt": "a curve"}}
    assert normal_form.normalise(normal) == normal


def test_what_a_cell_says_of_the_machine_is_not_stored():
    notebook = notebook_with(output_type="stream", name="stdout", text="2 cores")
    notebook.cells[0].metadata = {"tags": ["machine-output", "nbval-ignore-output"]}
    assert normal_form.normalise(notebook).cells[0].outputs == []


def test_ids_follow_the_contents():
    before, after = ids_of("a", "b", "a"), ids_of("new", "a", "b", "a")
    assert after[1:] == before
    assert len(set(after)) == 4
