"""The exercises as a student meets them in JupyterLab: untouched, wrong, right, and the count."""

import re

from lesson_page import LessonPage

from workshop import COURSE
from workshop.notebooks import read_source
from workshop.solving import exercise_cells, solved


def test_every_exercise_is_judged_at_once_and_counted(server, browser, stem):
    page = LessonPage(browser, server, stem)
    notebook = read_source(COURSE / "notebooks" / f"{stem}.md")
    for cell in [cell for cell in notebook.cells if cell.cell_type == "code"][:2]:
        page.run_cell(cell.source.splitlines()[0])  # the set-up and the imports, nothing else
    exercises = list(exercise_cells(notebook))
    for name, cell in exercises:
        words = f'check("{name}"'
        assert page.run_cell(words).startswith(f"○ {name}")
        assert page.run_cell(words, nonsense(cell.source)).startswith(f"✘ {name}")
        assert page.run_cell(words, solved(cell.source, name)) == f"✔ {name}: right"
    assert page.errors() == []
    counted = page.run_cell("progress(")
    assert counted.startswith(f"{len(exercises)} of {len(exercises)} exercises done")
    assert page.complaints == []
    page.page.close()


def nonsense(stub: str) -> str:
    """An answer that nobody should give: a word, or a class that changes nothing."""
    if re.search(r"^class ", stub, re.M):
        return re.sub(r"^check\(", "    a_word = 1\n\ncheck(", stub, flags=re.M)
    worded = re.sub(r"^    \.\.\.$", "    return 'a word'", stub, flags=re.M)
    return worded.replace("= ...", "= 'a word'")
