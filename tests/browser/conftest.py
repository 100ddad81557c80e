"""One server and one browser for all lessons; a new page for each."""

import lab
import pytest

from workshop.headless import headless

browser = headless()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a JupyterLab with a copy of the lessons."""
    with lab.jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as address:
        yield address


def pytest_generate_tests(metafunc):
    if "stem" in metafunc.fixturenames:
        stems = sorted(path.stem for path in (lab.COURSE / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        metafunc.parametrize("stem", stems)


def pytest_terminal_summary(terminalreporter):
    """What was measured, in the report of a run that passed too."""
    for report in terminalreporter.stats.get("passed", []):
        for name, line in report.user_properties:
            terminalreporter.write_line(f"{name}: {line}")
