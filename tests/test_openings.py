"""How every lesson opens: minutes, neighbours, launch links and set-up, generated and current."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from workshop import course_map, openings, thumbnails
from workshop import notebooks as building

COURSE = Path(__file__).resolve().parents[1]
SIGNS = ("What you will do", "What you will learn", "What you need")


def cells_of(lesson, tag):
    return [
        cell
        for cell in nbformat.read(lesson, as_version=4).cells
        if tag in cell.metadata.get("tags", [])
    ]


# Every lesson.


def test_openings_and_maps_are_current(notebooks):
    stale = [path.name for path in openings.stale(notebooks)]
    assert stale == [], f"run {course_map.MEND}"


def test_thumbnails_are_current_and_small(notebooks):
    assert [path.name for path in thumbnails.outdated(notebooks)] == [], f"run {course_map.MEND}"
    for lesson in course_map.course(notebooks):
        assert (notebooks.parent / lesson.picture).stat().st_size < thumbnails.LARGEST


def test_a_lesson_says_what_one_does_learns_and_needs(lesson):
    text = lesson.with_suffix(".md").read_text(encoding="utf-8")
    places = [text.find(f"\n**{sign}.** ") for sign in SIGNS]
    assert min(places) > 0 and places == sorted(places)
    assert places[-1] < text.index("\n## "), "before the first section"


def test_minutes_stand_in_the_header_alone(lesson):
    text = lesson.with_suffix(".md").read_text(encoding="utf-8")
    assert len(re.findall("on two CPU cores", text)) == 1


def test_the_links_of_a_lesson_lead_to_its_neighbours(lesson):
    (cell,) = cells_of(lesson, openings.NAVIGATION)
    stems = sorted(path.stem for path in lesson.parent.glob("[0-9][0-9]_*.md"))
    place = stems.index(lesson.stem)
    wanted = [f"{stem}.ipynb" for stem in (stems[place - 1 : place] + stems[place + 1 : place + 2])]
    assert re.findall(r"\]\((\d\d_\w+\.ipynb)\)", cell.source) == wanted
    assert "![" not in cell.source and "<img" not in cell.source, "nothing is loaded from afar"


def test_the_set_up_is_the_first_code_cell_and_says_nothing(lesson):
    first = next(c for c in nbformat.read(lesson, as_version=4).cells if c.cell_type == "code")
    assert first.source == openings.set_up()
    assert first.outputs == []
    assert cells_of(lesson, openings.SET_UP) == [first]


def test_jupytext_keeps_the_header_and_the_opening(lesson):
    """Whoever edits the .ipynb and lets jupytext write the .md loses nothing."""
    source = building.read_source(lesson.with_suffix(".md"))
    text = jupytext.writes(nbformat.read(lesson, as_version=4), fmt="md:myst")
    back = jupytext.reads(text, fmt="md:myst")
    assert [(c.source, c.metadata) for c in back.cells] == [
        (c.source, c.metadata) for c in source.cells
    ]
    for key in ("about", "minutes"):
        assert back.metadata[key] == source.metadata[key]


def test_only_the_project_file_knows_the_address():
    """Elsewhere it is generated, so that one line changes it everywhere."""
    address, owned = openings.repository()
    done = subprocess.run(["git", "grep", "-lF", owned], cwd=COURSE, capture_output=True, text=True)
    if done.returncode == 128:
        pytest.skip("not a clone")
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", address)
    elsewhere = {name for name in done.stdout.split() if not re.match(r"notebooks/\d\d_", name)}
    assert elsewhere <= {"pyproject.toml"}


# The machinery, on small lessons.

LESSON = """---
jupytext:
  formats: ipynb,md:myst
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
minutes: 1
about: the number {number}
---

# Lesson 0{number} — Number {number}: all about it

A word.

```{{code-cell}} ipython3
print({number})
```
"""
README = f"# A course\n\n{course_map.BEGINS}\n{course_map.ENDS}\n\nThe end.\n"


def add_lesson(folder, number, name="number"):
    path = folder / f"0{number}_{name}.md"
    path.write_text(LESSON.format(number=number), encoding="utf-8")
    return path


@pytest.fixture
def small(tmp_path):
    """A course of two lessons, opened."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    for number in (1, 2):
        add_lesson(folder, number)
    building.renew(folder)
    return folder


def text_of(path):
    return path.read_text(encoding="utf-8")


def test_renewing_twice_changes_nothing_more(small):
    assert openings.stale(small) == []
    assert building.renew(small) == []


def test_a_new_lesson_joins_its_neighbours_and_the_map(small):
    assert "Next:" not in text_of(small / "02_number.md")
    add_lesson(small, 3)
    names = [path.name for path in openings.stale(small)]
    assert names == ["02_number.md", "03_number.md", "README.md"]
    building.renew(small)
    assert "Next: [03 Number 3](03_number.ipynb)" in text_of(small / "02_number.md")
    assert "Before: [02 Number 2](02_number.ipynb)" in text_of(small / "03_number.md")
    readme = text_of(small.parent / "README.md")
    assert "| [03 Number 3](notebooks/03_number.ipynb) | the number 3 | 1 |" in readme
    assert readme.startswith("# A course\n") and readme.endswith("\n\nThe end.\n")


def test_what_a_hand_changed_in_an_opening_is_put_right(small):
    path = small / "01_number.md"
    path.write_text(text_of(path).replace("*1 minute on", "*5 minutes on"), encoding="utf-8")
    assert openings.stale(small) == [path]
    building.renew(small)
    assert "*1 minute on two CPU cores*" in text_of(path)
    assert text_of(path).count("{code-cell}") == 2


@pytest.mark.parametrize("key", ["minutes", "about"])
def test_a_header_that_says_too_little_is_named(small, capsys, key):
    path = small / "02_number.md"
    path.write_text(re.sub(f"^{key}: .*\n", "", text_of(path), flags=re.M), encoding="utf-8")
    for task in ("renew", "check"):
        assert building.main([task, "--notebooks", str(small)]) == 1
    said = capsys.readouterr()
    assert f"02_number.md has no `{key}` in its header: add `{key}:" in said.err
    assert f"02_number.md has no `{key}` in its header" in said.out


def test_check_names_the_command_that_mends_it(small, capsys):
    add_lesson(small, 3)
    assert building.main(["check", "--notebooks", str(small)]) == 1
    line = f"02_number.md is not current: {course_map.MEND}"
    assert line in capsys.readouterr().out.splitlines()


@pytest.fixture
def built(small, environment, monkeypatch):
    """The first of the small lessons, built."""
    monkeypatch.setenv("PYTHONPATH", environment["PYTHONPATH"])
    building.build(small / "01_number.md")
    return small / "01_number.md"


def test_renewing_runs_nothing_and_keeps_the_outputs(built, monkeypatch):
    monkeypatch.setattr(building, "run_cells", None)  # whoever runs a cell stops here
    add_lesson(built.parent, 0, "start")
    changed = {path.name for path in building.renew(built.parent)}
    assert {"01_number.md", "01_number.ipynb"} <= changed
    assert building.violations(built) == []
    cells = nbformat.read(built.with_suffix(".ipynb"), as_version=4).cells
    assert "Before: [00 Number 0]" in cells[1].source
    assert [c.outputs for c in cells if c.cell_type == "code"][1][0].text == "1\n"


def test_a_lesson_with_other_code_is_left_to_the_build(built):
    built.write_text(text_of(built).replace("print(1)", "print(7)"), encoding="utf-8")
    assert building.restore(built) is False
    assert building.violations(built) != []


# The set-up cell, where it has something to do.


def run_set_up(folder, *flags, code="", **environment):
    """The set-up cell and then `code`, in a process of its own that is started in `folder`."""
    return subprocess.run(
        [sys.executable, *flags, "-c", f"{openings.set_up()}\n{code}"],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | environment,
        capture_output=True,
        text=True,
    )


def test_the_set_up_finds_the_clone_above(tmp_path):
    """-S: without the installed packages, and so without the course among them."""
    (tmp_path / "wgan_lib").mkdir()
    (tmp_path / "wgan_lib" / "__init__.py").write_text("here = True\n")
    (tmp_path / "notebooks").mkdir()
    done = run_set_up(tmp_path / "notebooks", "-S", code="import wgan_lib; assert wgan_lib.here")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_set_up_installs_where_there_is_nothing_and_leaves_torch_alone(tmp_path):
    """A pip stands in that writes down what it was asked for, so that no network is needed."""
    (tmp_path / "pip.py").write_text(
        "import sys, json; json.dump(sys.argv[1:], open('asked', 'w'))"
    )
    done = run_set_up(tmp_path, "-S", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    asked = json.loads((tmp_path / "asked").read_text())
    assert asked[0] == "install" and "--no-deps" in asked
    assert asked[-1] == f"git+{openings.repository()[0]}"


def test_the_set_up_that_finds_no_course_says_so_in_a_line(tmp_path):
    """Not in the many lines of pip, which speak of an address that may be a placeholder."""
    (tmp_path / "pip.py").write_text("import sys; print('x' * 999); sys.exit('fatal: OWNER')")
    done = run_set_up(tmp_path, "-S", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1 and done.stdout == ""
    assert "open this file in a clone" in done.stderr.splitlines()[-1]
    assert "fatal" not in done.stderr and "xxx" not in done.stderr


def test_the_set_up_does_nothing_where_the_course_is_installed(tmp_path, environment):
    code = "assert 'pip' not in dir() and 'clone' not in dir()"
    done = run_set_up(tmp_path, code=code, PYTHONPATH=environment["PYTHONPATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
