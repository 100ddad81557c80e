"""The files around the code agree with one another: what to install, how to start, what CI runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from rattler import MatchSpec

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest there

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def requirements(lines) -> dict[str, SpecifierSet]:
    """Names, as conda spells them, and versions of lines that pip reads."""
    lines = (line.split("#")[0].strip() for line in lines)
    parsed = [Requirement(line) for line in lines if line]
    return {CONDA_NAMES.get(r.name, r.name).lower(): r.specifier for r in parsed}


def environment() -> dict[str, str]:
    """Names and versions of the specs in environment.yml, except for Python and pip themselves."""
    specs = yaml.safe_load(read("environment.yml"))["dependencies"]
    parsed = [MatchSpec(spec, strict=True) for spec in specs if isinstance(spec, str)]
    versions = {spec.name.normalized: str(spec.version or "") for spec in parsed}
    return {name: version for name, version in versions.items() if name not in ("python", "pip")}


def project() -> dict:
    return tomllib.loads(read("pyproject.toml"))["project"]


def workflow() -> dict:
    return yaml.safe_load(read(".github/workflows/test.yml"))


def commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


OF_MAKE = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}


def make(*arguments: str) -> subprocess.CompletedProcess:
    # These tests run under `make test`, which tells a make inside it to behave as its part.
    alone = {key: value for key, value in os.environ.items() if key not in OF_MAKE}
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, env=alone)


# --- what to install ----------------------------------------------------------------------------


def test_conda_and_pip_ask_for_the_same_things():
    pip = requirements(read("requirements.txt").splitlines())
    conda = {name: SpecifierSet(version) for name, version in environment().items()}
    assert conda == pip


def test_the_project_asks_for_a_part_of_the_requirements():
    everything = requirements(read("requirements.txt").splitlines())
    for name, specifier in requirements(project()["dependencies"]).items():
        assert everything[name] == specifier


def test_the_conda_environment_takes_nothing_from_closed_or_paid_channels():
    channels = yaml.safe_load(read("environment.yml"))["channels"]
    assert channels == ["conda-forge", "nodefaults"]


def test_conda_names_one_python_that_the_project_supports():
    specs = yaml.safe_load(read("environment.yml"))["dependencies"]
    python = next(spec for spec in specs if spec.startswith("python "))
    assert re.fullmatch(r"python =3\.\d+", python)
    assert python.split("=")[1] in SpecifierSet(project()["requires-python"])


def test_the_digits_of_the_wheel_exist():
    settings = tomllib.loads(read("pyproject.toml"))["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert all((ROOT / path).exists() for path in settings["only-include"])
    packed = {Path(path).name for path in settings["only-include"] if path.endswith(".gz")}
    assert packed == {file.name for file in (ROOT / "data").glob("digits-*.gz")}


# --- how to start -------------------------------------------------------------------------------


@needs_make
def test_make_alone_lists_every_command():
    commands = make().stdout.splitlines()
    listed = [line.split()[1] for line in commands]
    assert listed == re.findall(r"^([a-z]+):.* ## ", read("Makefile"), flags=re.MULTILINE)
    assert {"lab", "test", "notebooks", "portable", "bench", "lint", "clean"} <= set(listed)
    assert {"solutions", "slides"} <= set(listed)


@needs_make
def test_make_and_the_project_ask_for_the_same_python():
    assert project()["requires-python"] == ">=3.10"
    assert "sys.version_info < (3, 10)" in read("Makefile")


@needs_make
@pytest.mark.parametrize(
    ("script", "message"),
    [
        (None, "There is no .*python3 here. This course needs Python 3.10 or newer"),
        ("echo Python 3.8.1; exit 1", "is Python 3.8.1. This course needs Python 3.10 or newer"),
        ('case "$*" in *ensurepip*) exit 1;; esac', "venv and ensurepip are missing"),
    ],
)
def test_an_unfit_python_is_refused_in_plain_words(tmp_path, script, message):
    python = tmp_path / "python3"
    if script is not None:
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    done = make("fresh-venv", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}")
    assert done.returncode != 0
    assert re.search(message, done.stderr)
    assert not (tmp_path / "venv").exists()


@needs_make
def test_the_second_start_installs_nothing(tmp_path):
    (tmp_path / ".installed").touch()
    done = make("--dry-run", "test", f"VENV={tmp_path}", "ARGS=-x")
    assert "pip" not in done.stdout
    assert done.stdout.splitlines()[-1].endswith("-x tests notebooks")


@needs_make
def test_changed_requirements_are_installed(tmp_path):
    done = make("--dry-run", "lab", f"VENV={tmp_path}", "ARGS=--no-browser --port 8899")
    assert "pip install" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("--no-browser --port 8899")


# --- what CI runs -------------------------------------------------------------------------------


def test_the_workflow_runs_the_readers_commands():
    jobs = workflow()["jobs"]
    assert commands(jobs["test"]) == ["make test"]
    assert commands(jobs["portable"]) == ["make portable"]
    assert commands(jobs["solutions"]) == ["make solutions"]
    assert commands(jobs["slides"]) == ["make slides"]
    assert jobs["test"]["strategy"]["matrix"]["os"] == ["ubuntu-latest", "macos-latest"]


def test_windows_runs_what_make_test_runs():
    recipe = re.search(r"^NBVAL = \$\(PY\) (.*)$", read("Makefile"), flags=re.MULTILINE)[1]
    *_, last = commands(workflow()["jobs"]["windows"])
    assert last == rf".venv\Scripts\python {recipe} tests notebooks"


@pytest.mark.parametrize("job", ["test", "windows"])
def test_oldest_and_newest_are_tested(job):
    matrix = workflow()["jobs"][job]["strategy"]["matrix"]
    legs = {leg["python"]: leg["torch"] for leg in matrix["include"]}
    assert legs == {"3.10": "oldest", "3.14": "newest"}


def test_the_oldest_torch_is_the_floor_of_the_requirements():
    floors = requirements(read("requirements.txt").splitlines())
    for name, specifier in requirements(read(".github/oldest.txt").splitlines()).items():
        assert str(specifier).replace("==", ">=").removesuffix(".*") == str(floors[name])


def test_the_short_cut_runs_make_test():
    assert read(".ci/run").splitlines()[-1] == "exec make test"


# --- code style ---------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [["check"], ["format", "--check"]], ids=["check", "format"])
def test_the_code_is_in_its_standard_form(check):
    command = [sys.executable, "-m", "ruff", *check, "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# --- elsewhere ----------------------------------------------------------------------------------


def test_binder_installs_what_the_project_asks_for():
    parsed = yaml.safe_load(read(".binder/environment.yml"))
    here = yaml.safe_load(read("environment.yml"))
    specs = [MatchSpec(spec, strict=True) for spec in parsed["dependencies"]]
    asked = {spec.name.normalized: str(spec.version or "") for spec in specs}
    assert parsed["dependencies"][0] == here["dependencies"][0] and asked.pop("python")
    assert asked.pop("pip") == ""
    assert "pytorch-cpu" in asked, "Binder has no GPU"
    asked["pytorch"] = asked.pop("pytorch-cpu")
    wanted = requirements(project()["dependencies"])
    assert {name: SpecifierSet(version) for name, version in asked.items()} == wanted
    assert parsed["channels"] == here["channels"]


def test_what_binder_runs_afterwards_installs_the_course_and_nothing_else():
    lines = [line for line in read(".binder/postBuild").splitlines() if not line.startswith("#")]
    assert lines == ["set -eu", "python -m pip install --no-deps --editable ."]
    assert os.name == "nt" or os.access(ROOT / ".binder" / "postBuild", os.X_OK)


def test_the_container_is_set_up_by_make():
    settings = json.loads(read(".devcontainer/devcontainer.json"))
    assert settings["postCreateCommand"] == "make .venv/.installed"
    assert settings["image"].startswith("python:3.")
    assert re.search(r"^\$\(INSTALLED\):", read("Makefile"), flags=re.MULTILINE)


def test_the_citation_is_that_of_the_project():
    cited = yaml.safe_load(read("CITATION.cff"))
    assert cited["version"] == project()["version"]
    assert cited["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors", "type"} <= set(cited)


@needs_make
def test_the_package_is_tested_by_a_job_of_its_own():
    assert commands(workflow()["jobs"]["wheel"]) == ["make wheel"]
    asked = requirements(read("tests/installed/requirements.txt").splitlines())
    build = tomllib.loads(read("pyproject.toml"))["build-system"]["requires"]
    assert asked == requirements(build)
