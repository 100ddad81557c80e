"""One server and one browser for all lessons; a new page for each."""

import lab
import pytest
import wgan_lab

from workshop.headless import headless

browser = headless()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a JupyterLab with a copy of the lessons."""
    with lab.jupyterlab(tmp_path_factory.mktemp("jupyterlab")) as address:
        yield address


@pytest.fixture(scope="session")
def engine(browser):
    """A page on which the WGAN Lab's modules can be imported, and nothing else is."""
    with wgan_lab.modules() as address:
        page = browser.new_page()
        page.set_default_timeout(wgan_lab.PATIENCE)
        page.goto(f"{address}/package.json")
        yield page


@pytest.fixture
def opened(browser):
    """The WGAN Lab; no test ends with a complaint of the browser."""
    page = wgan_lab.Opened(browser)
    yield page
    page.page.close()
    assert page.complaints == []


def pytest_generate_tests(metafunc):
    if "stem" in metafunc.fixturenames:
        stems = sorted(path.stem for path in (lab.COURSE / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        metafunc.parametrize("stem", stems)


def pytest_terminal_summary(terminalreporter):
    """What was measured, in the report of a run that passed too."""
    for report in terminalreporter.stats.get("passed", []):
        for name, line in report.user_properties:
            terminalreporter.write_line(f"{name}: {line}")
