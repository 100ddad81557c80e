"""Each gate of the notebooks is seen to go red, once, by the real `pytest --nbval`.

A small lesson is built. In one copy every cell is then spoilt in its own way, and every cell must
fail; the other copy has only what is allowed to differ, and every cell must pass.
"""

import base64
import io
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from PIL import Image

from wgan_lib.classroom.claims import MIME_TYPE
from workshop import claims_page, notebooks

COURSE = Path(__file__).resolve().parents[1]
LESSON = """---
jupytext:
  formats: ipynb,md:myst
---

# Squares

```{code-cell}
from wgan_lib.classroom import claim, every, figures, near, show

squares = [x * x for x in range(-5, 5)]
print(f"the sum is {sum(squares)}")
```

```{code-cell}
print(f"the largest is {max(squares)}")
```

```{code-cell}
print(f"the smallest is {min(squares)}")
```

```{code-cell}
claim("the sum of the squares is 85", sum(squares) == 85, source="counted")
for square in squares[:6]:
    claim(f"{square} is a square", square in squares)
claim("a square is never negative", min(squares) >= 0)
```

```{code-cell}
ends = near(squares[-1], 16, within=0)
claim("{} are 0 or more, and they end with {}", every(x >= 0 for x in squares), ends)
```

```{code-cell}
figure = figures.curves({"square": (range(-5, 5), squares)}, xlabel="x", ylabel="x²")
show(figure)
```

```{code-cell}
show(figures.bars({"square": squares[:3]}, ["-5", "-4", "-3"], ylabel="x²"))
```

```{code-cell}
:tags: [fig-any]

show(figure, values=False)
```
"""


def changed_number(cell: dict) -> None:
    cell["outputs"][0]["text"] = ["the sum is 86\n"]


def stale_output(cell: dict) -> None:
    replace_source(cell, "the largest", "the largest square")


def never_run_cell(cell: dict) -> None:
    cell |= {"outputs": [], "execution_count": None}


def false_claim(cell: dict) -> None:
    replace_source(cell, "== 85", "== 84")


def other_sentence(cell: dict) -> None:
    """The line is as it was, and what the site and the slides read is not."""
    cell["outputs"][0]["data"][MIME_TYPE]["text"] = "9 of 9 are 0 or more, and they end with 16"


def negated_figure(cell: dict) -> None:
    replace_source(cell, "squares)}", "[-each for each in squares])}")


def other_picture(cell: dict) -> None:
    """Turn the stored picture upside down."""
    data = stored_picture(cell)
    picture = Image.open(io.BytesIO(base64.b64decode("".join(data["image/png"]))))
    turned = io.BytesIO()
    picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(turned, format="png")
    data["image/png"] = base64.b64encode(turned.getvalue()).decode("ascii")


def missing_picture(cell: dict) -> None:
    del stored_picture(cell)["image/png"]


def stored_picture(cell: dict) -> dict:
    return next(each["data"] for each in cell["outputs"] if "image/png" in each.get("data", {}))


# How the code cells are spoilt, in their order, and what each must stop with.
SPOILT = {
    changed_number: "Cell outputs differ",
    stale_output: "Cell outputs differ",
    never_run_cell: "This cell was never run",
    false_claim: "this does not hold: 'the sum of the squares is 85'",
    other_sentence: "Cell outputs differ",
    negated_figure: "Cell outputs differ",
    other_picture: "Picture 1 has changed",
    missing_picture: "The cell drew 1 pictures, stored are 0",
}


def replace_source(cell: dict, old: str, new: str) -> None:
    source = "".join(cell["source"])
    assert old in source
    cell["source"] = source.replace(old, new)


def pytest_on(*arguments: object, env: dict[str, str]) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--color", "no"]
    options = {"cwd": COURSE, "env": env, "capture_output": True, "text": True, "timeout": 300}
    return subprocess.run([*command, *map(str, arguments)], **options, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory, environment) -> Path:
    """The small built, built by the real build, and its list of claims."""
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    folder.mkdir()
    source = folder / "01_squares.md"
    source.write_text(LESSON, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment["PYTHONPATH"])
        notebooks.build(source)
    claims_page.main(
        ["--notebooks", str(folder), "--out", str(folder.parent / "docs" / "claims.md")]
    )
    return source


@pytest.fixture(scope="module")
def failures(built, tmp_path_factory, environment) -> dict[tuple[str, str], str]:
    """Why which cell of which copy failed, in one run of strict nbval on both copies."""
    folder = tmp_path_factory.mktemp("copies")
    shutil.copy(COURSE / "notebooks" / "conftest.py", folder)
    text = built.with_suffix(".ipynb").read_text(encoding="utf-8")
    sound, spoilt = json.loads(text), json.loads(text)
    other_picture(code_cells(sound)[-1])  # that cell has the tag fig-any
    for cell, spoil in zip(code_cells(spoilt), SPOILT, strict=True):
        spoil(cell)
    for name, notebook in (("sound", sound), ("spoilt", spoilt)):
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    options = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout", 60]
    done = pytest_on(folder, *options, f"--junitxml={folder}/report.xml", env=environment)
    cells = ElementTree.parse(folder / "report.xml").findall(".//testcase")
    assert len(cells) == 2 * len(SPOILT), done.stdout + done.stderr
    return {place_of(cell): found.text for cell in cells for found in cell.findall("failure")}


def code_cells(notebook: dict) -> list[dict]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def place_of(testcase: ElementTree.Element) -> tuple[str, str]:
    """The copy and the cell that a test case of the report is about."""
    copy = "spoilt" if "spoilt" in testcase.get("classname", "") else "sound"
    return copy, testcase.get("name", "")


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_spoilt_cell_is_red(failures, spoil):
    cell = f"Cell {list(SPOILT).index(spoil)}"
    assert SPOILT[spoil] in failures.get(("spoilt", cell), "it passed")


def test_sound_copy_is_green(failures):
    assert {place: why for place, why in failures.items() if place[0] == "sound"} == {}


def test_pair_as_built_is_green(built, environment):
    done = lessons_tested_in(built.parent, environment)
    assert done.returncode == 0, done.stdout


def test_one_sided_edit_and_unlisted_claim_are_red(built, tmp_path, environment):
    course = shutil.copytree(built.parent.parent, tmp_path / "course")
    edited = course / "notebooks" / built.name
    edited.write_text(LESSON.replace("# Squares", "# Squares of numbers"), encoding="utf-8")
    (course / "docs" / "claims.md").write_text("an old list\n", encoding="utf-8")
    done = lessons_tested_in(edited.parent, environment)
    assert "2 failed" in done.stdout
    assert "cell 1 has another source in the .md than in the .ipynb" in done.stdout
    assert "run python -m workshop.claims_page" in done.stdout


def lessons_tested_in(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """Run the real tests/test_notebooks.py, those of its tests that are about the lessons."""
    tests = COURSE / "tests" / "test_notebooks.py"
    choice = "01_squares or claims_is_current"
    return pytest_on(tests, "-k", choice, "--notebooks", folder, env=environment)
