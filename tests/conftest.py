"""Settings of all tests, and the lessons that the notebook tests are about."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

COURSE = Path(__file__).resolve().parents[1]

os.environ.setdefault("MPLBACKEND", "agg")  # no window, here and in what the tests start
# The examples are the same in every run: a red test is red again on the next machine.
settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")


def pytest_addoption(parser):
    parser.addoption(
        "--notebooks",
        type=Path,
        default=COURSE / "notebooks",
        metavar="DIR",
        help="the folder of lessons that tests/test_notebooks.py examines",
    )


@pytest.fixture
def notebooks(request) -> Path:
    """The folder of the lessons."""
    return request.config.getoption("notebooks")


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Environment of a process, or of a kernel, that imports wgan_lib from this checkout."""
    path = os.pathsep.join(filter(None, [str(COURSE), os.environ.get("PYTHONPATH")]))
    return os.environ | {"PYTHONPATH": path}


def pytest_generate_tests(metafunc):
    """A test that takes a `lesson` runs once for each; with no lesson yet, it is skipped."""
    if "lesson" in metafunc.fixturenames:
        folder = metafunc.config.getoption("notebooks")
        paths = [*folder.glob("*.ipynb"), *folder.glob("[0-9][0-9]_*.md")]
        stems = {path.stem for path in paths}
        lessons = [folder / f"{stem}.ipynb" for stem in sorted(stems)]
        metafunc.parametrize("lesson", lessons, ids=[lesson.stem for lesson in lessons])
