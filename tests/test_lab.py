"""The WGAN Lab where no browser is needed: how its page is joined, and how a lesson shows it."""

import base64
import re

import pytest

from wgan_lib.classroom import lab
from workshop.lab import build, stills

BYTES = 300_000


@pytest.fixture(scope="module")
def page():
    return build.build()


def test_the_page_that_is_stored_is_the_one_that_is_built(page):
    """Where this fails, `make page` has not run since the lab was changed."""
    assert build.PAGE.read_text(encoding="utf-8") == page
    assert len(page.encode()) < BYTES


def test_the_page_names_no_other_host(page):
    assert set(re.findall(r"https?://[^'\"\s>]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert "@import" not in page and " src=" not in page


def test_the_pages_script_ends_where_it_should(page):
    assert page.count("</script>") == 1 and "import " not in page.partition("<script>")[2]


def test_lessons_are_linked_only_where_they_lie():
    assert 'data-lessons=""' in build.build() and 'data-lessons="n/"' in build.build(lessons="n/")


@pytest.mark.parametrize(
    ("modules", "fault"),
    [
        (
            {"b.js": "const x = 1;\n", "a.js": 'import { y } from "./b.js";\nconst x = 2;\n'},
            "x stands",
        ),
        (
            {"b.js": 'import { x } from "./a.js";\n', "a.js": 'import { y } from "./b.js";\n'},
            "circle",
        ),
        ({"a.js": 'import * as all from "./b.js";\n'}, "cannot be joined: import"),
        ({"a.js": "export default 3;\n"}, "cannot be joined: export"),
        ({"a.js": "const here = import.meta.url;\n"}, "cannot be joined: import.meta"),
    ],
)
def test_what_cannot_be_joined_stops_the_build(tmp_path, modules, fault):
    for name, text in modules.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(ValueError, match=fault):
        build.joined(tmp_path / "a.js", {})


def test_modules_are_joined_in_the_order_of_their_imports(tmp_path):
    (tmp_path / "b.js").write_text("export const y = 1;\n")
    (tmp_path / "a.js").write_text('import { y } from "./b.js";\nexport const z = y;\n')
    assert build.joined(tmp_path / "a.js", {}) == "const y = 1;\n\nconst z = y;\n"


def test_every_module_is_short():
    for path in build.HERE.rglob("*.js"):
        assert path.name == "en.js" or len(path.read_text("utf-8").splitlines()) <= 300, path.name


# ------------------------------------------------------------------ in a lesson


def test_each_experiment_has_its_still_picture():
    assert lab.experiments() == sorted(stills.tasks())


@pytest.mark.parametrize("experiment", lab.experiments())
def test_a_lesson_shows_the_lab_and_keeps_a_picture(experiment):
    widget = lab.wgan_lab(experiment)
    data, metadata = widget._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    said = metadata["image/png"]["alt"]
    assert data["text/plain"] == said and said.startswith(f"WGAN Lab ({experiment})\n")
    assert "exact W₁" in said
    assert f'data-state="task={experiment}"' in widget.page


def test_the_lab_asks_nothing_of_the_kernel():
    """All that it gets is text and a height; nothing is sent back."""
    assert "save_changes" not in lab.WGANLab._esm and "model.send" not in str(lab.WGANLab._esm)
    assert lab.wgan_lab("meaning", height=700).height == 700


def test_an_experiment_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match=r"experiment.*meaning"):
        lab.wgan_lab("meanin")
    with pytest.raises((ValueError, TypeError), match="height"):
        lab.wgan_lab("meaning", height=0)


def test_each_bug_names_a_section_that_is_in_its_lesson():
    """Sections are renamed now and then; the site's own test looks at the anchors."""
    words = (build.HERE / "words" / "en.js").read_text(encoding="utf-8")
    stages = (
        (build.HERE / "catalogue.js").read_text(encoding="utf-8").split("export const TASKS")[0]
    )
    sections = dict(re.findall(r'"([\w-]+)": \{[^{}]*?section: "([^"]+)"', words))
    lessons = dict(re.findall(r'(?ms)^  "([\w-]+)": \{.*?lesson: "([^"]+)"', stages))
    assert len(sections) == 10 and sections.keys() == lessons.keys()
    for bug, section in sections.items():
        text = (build.COURSE / "notebooks" / f"{lessons[bug]}.md").read_text(encoding="utf-8")
        titles = [line for line in text.splitlines() if line.startswith(("#", "**"))]
        assert any(section in line.replace(r"$\varepsilon$", "ε") for line in titles), bug
