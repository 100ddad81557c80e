"""Who names a lesson by its number names one that is there, or says that it is to come."""

import json
import re
from pathlib import Path

import pytest

from wgan_lib.classroom.exercises.checking import catalogue
from wgan_lib.experiments.studies import STUDIES
from wgan_lib.images.datasets import shipped
from workshop.course_map import TO_COME, course, promised

COURSE = Path(__file__).resolve().parents[1]
PLACES = ("notebooks", "wgan_lib", "workshop", "docs", "data", "benchmarks", "installed", ".github")
TEXTS = (".md", ".py", ".json", ".csv", ".ipynb", ".js", ".css", ".html", ".bib", ".yml", ".toml")
GENERATED = {"_build", "__pycache__", "node_modules", ".ipynb_checkpoints"}
# "lesson 04", "Lessons 04, 05 and 07", "lessons 09–13"; and "04_lipschitz", with or without ending.
BETWEEN = r"(?:\s*(?:,\s*and|,\s*or|,|and|or|to|–|-)\s*)"
NUMBERS = rf"\d+\b(?:{BETWEEN}\d+\b)*"
SPOKEN = re.compile(  # over the end of a line, not over a blank one: there a list may begin
    rf"\blessons?(?:[ \t]+|[ \t]*\n[ \t]*)({NUMBERS})(,\s+to\s+come\b)?", re.IGNORECASE
)
LINKED = re.compile(r"(?<![\w.])(\d\d_[a-z]\w*)")


def numbers_in(list_of_numbers: str) -> list[str]:
    """ "04, 05 and 07" gives those three, "09–11" and "09 to 11" all from the first to the last."""
    found = []
    for first, last in re.findall(r"(\d+)(?:\s*(?:–|-|to)\s*(\d+))?", list_of_numbers):
        found += [first] if not last else [f"{n:02d}" for n in range(int(first), int(last) + 1)]
    return found


def faults(text: str, stems: list[str], to_come: dict[str, str] = TO_COME) -> list[str]:
    """The references in a text that lead nowhere, each with what is wrong about it."""
    there, found = {stem[:2] for stem in stems}, []
    for spoken, promise in SPOKEN.findall(text):
        allowed = set(to_come) if promise else there
        wrong = [number for number in numbers_in(spoken) if number not in allowed]
        says = "is not to come" if promise else "is not there"
        found += [f"lesson {number} {says}" for number in wrong]
    return found + [f"{stem} is not there" for stem in LINKED.findall(text) if stem not in stems]


def stems() -> list[str]:
    return [each.stem for each in course(COURSE / "notebooks")]


def texts() -> list[Path]:
    """Every text of the course. Tests make lessons up, and are left out."""
    inside = [path for place in PLACES for path in (COURSE / place).rglob("*")]
    texts = [path for path in [*COURSE.iterdir(), *inside] if path.is_file()]
    own = [p for p in texts if p.suffix in TEXTS or p.name in ("Makefile", "CITATION.cff")]
    return sorted(p for p in own if not GENERATED & set(p.parts) and not p.name.startswith("test_"))


def test_every_lesson_that_is_named_is_there():
    here = stems()
    found = {p: faults(p.read_text(encoding="utf-8"), here) for p in texts()}
    assert {str(p.relative_to(COURSE)): each for p, each in found.items() if each} == {}


def test_what_is_to_come_is_not_there_yet():
    assert {stem[:2] for stem in stems()} & set(TO_COME) == set()


def test_a_lesson_has_the_number_of_its_file(lesson):
    title = re.search(r"^# (.+)$", lesson.with_suffix(".md").read_text(encoding="utf-8"), re.M)[1]
    number = lesson.stem[:2]
    assert title.startswith(f"Lesson {number} — ") or number == "00"


def test_every_exercise_belongs_to_a_lesson_that_is_there():
    assert {each.lesson for each in catalogue().values()} <= {stem[:2] for stem in stems()}


@pytest.mark.parametrize("study", STUDIES.values(), ids=lambda study: study.name)
def test_a_stored_study_names_the_lesson_of_its_recipe(study):
    stored = shipped("results") / f"{study.name}.json"
    assert json.loads(stored.read_text(encoding="utf-8"))["about"] == study.about


def test_every_thumbnail_belongs_to_a_lesson_that_is_there():
    pictures = (COURSE / "docs" / "pictures" / "lessons").glob("*.png")
    assert sorted(picture.stem for picture in pictures) == sorted(stems())


# The machinery.


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Lesson 01 and lessons 01, 02 or 03; see [02](02_b.ipynb), `03_c`, 10_000, x03_y", []),
        ("lessons 01–03, lessons 01 to 03, Lesson 09, to come, and lessons 09 and 10, to come", []),
        ("lesson 04 builds it", ["lesson 04 is not there"]),
        ("lessons\n    02 and\n05", ["lesson 05 is not there"]),
        ("## A lesson\n\n7. Write it", []),
        ("lessons 02–05", ["lesson 04 is not there", "lesson 05 is not there"]),
        ("lesson 3", ["lesson 3 is not there"]),
        ("Lesson 09 goes on", ["lesson 09 is not there"]),
        ("Lesson 09, to comet", ["lesson 09 is not there"]),
        ("Lesson 02, to come", ["lesson 02 is not to come"]),
        ("Lesson 99, to come", ["lesson 99 is not to come"]),
        ("lessons 01, 02, and 09", ["lesson 09 is not there"]),
        ("[there](02_c.ipynb)", ["02_c is not there"]),
        ("docs/pictures/04_d.png", ["04_d is not there"]),
    ],
)
def test_faults_are_named(text, wrong):
    assert faults(text, ["01_a", "02_b", "03_c"], {"09": "n", "10": "m"}) == wrong


def test_what_is_to_come_stands_below_the_map():
    for page in (COURSE / "README.md", COURSE / "notebooks" / "00_start_here.md"):
        assert promised() in page.read_text(encoding="utf-8")
    assert promised({"09": "One", "10": "Two"}) == "\nTo come: 09 One, 10 Two.\n"
    assert promised({}) == ""
