"""What the README says: its code runs as it stands, and what it points to is there."""

import re
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[1]
README = (COURSE / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.training
def test_the_fifteen_lines_run_as_they_stand_and_find_the_modes(capsys):
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 15
    exec(compile(code, "README.md", "exec"), {})
    covered, total = map(int, re.search(r"(\d) of (\d) modes", capsys.readouterr().out).groups())
    assert total == 8 and covered >= 6


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links and [link for link in links if not (COURSE / link).exists()] == []


def test_every_lesson_is_on_the_map():
    lessons = {path.name for path in (COURSE / "notebooks").glob("*.ipynb")}
    assert lessons == set(re.findall(r"notebooks/(\d\d_\w+\.ipynb)", README))


def test_every_command_exists():
    from wgan_lib.experiments.recipes import RECIPES

    makefile = (COURSE / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake (lab|test|notebooks|portable|browser|wheel|bench)\b", README):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)
    for recipe in re.findall(r"wgan_lib train ([\w-]+)", README):
        assert recipe in RECIPES


def test_windows_runs_what_make_runs():
    makefile = (COURSE / "Makefile").read_text(encoding="utf-8")
    options = re.search(r"pytest (--nbval.*)", makefile)[1]
    assert f"pytest {options} tests notebooks" in README
