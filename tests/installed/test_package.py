"""Lessons and the command line, from the installed package and nothing else."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[2]
IMPORT_ALL = """
import importlib, pkgutil, wgan_lib
for each in pkgutil.walk_packages(wgan_lib.__path__, "wgan_lib."):
    importlib.import_module(each.name)
    print(each.name)
"""
LESSONS = ("00", "01")  # the start, and a first lesson: all others take the same road


def test_the_wheel_holds_the_library_and_the_data_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"wgan_lib"}
    assert any(name.endswith("digits-images-idx3-ubyte.gz") for name in names)
    assert wheel.stat().st_size < 8_000_000


def test_the_library_comes_from_the_package(installed):
    done = installed.run("-c", "import wgan_lib; print(wgan_lib.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(installed.site), done.stdout + done.stderr


def python_in(bare: Path, code: str) -> subprocess.CompletedProcess:
    """Python that sees its own library and the folder `bare`; -S leaves out all else."""
    alone = {"PYTHONPATH": str(bare), "MPLBACKEND": "agg", "HOME": str(bare)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    command = [sys.executable, "-S", "-c", code]
    return subprocess.run(command, cwd=bare, env=kept | alone, capture_output=True, text=True)


def test_every_module_needs_nothing_but_what_the_package_lists(bare):
    done = python_in(bare, IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    files = [path.relative_to(bare) for path in (bare / "wgan_lib").rglob("*.py")]
    modules = {".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files}
    assert {*done.stdout.split(), "wgan_lib"} == modules


@pytest.mark.parametrize("tool", ["workshop", "jupytext", "nbformat", "nbval", "pytest"])
def test_an_authors_tool_is_not_there(bare, tool):
    """Or the test above could not fail."""
    assert "ModuleNotFoundError" in python_in(bare, f"import {tool}").stderr


def test_the_commands_list_and_look(installed):
    assert "digits-wgan-gp" in installed.module("recipes")
    assert "images, part of the course" in installed.module("doctor")


def test_a_tiny_run_is_trained_sampled_and_evaluated(installed):
    installed.module(
        "train", "ring-wgan-gp", "--set", "steps=20", "--out", "run", "--device", "cpu"
    )
    checkpoint = installed.folder / "run" / "checkpoint.pt"
    installed.module("sample", checkpoint, "-n", "16", "--out", "samples.png")
    assert (installed.folder / "samples.png").stat().st_size > 1000
    assert installed.module("evaluate", checkpoint).strip()


@pytest.mark.parametrize("number", LESSONS)
def test_a_lesson_says_in_an_empty_folder_what_it_says_in_the_clone(installed, number):
    """Its stored outputs are compared as `make test` compares them."""
    (lesson,) = (COURSE / "notebooks").glob(f"{number}_*.ipynb")
    shutil.copy(lesson, installed.folder)
    options = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=900"]
    plain = ["-q", "-p", "no:cacheprovider", "--rootdir", installed.folder]
    done = installed.run("-m", "pytest", *plain, *options, lesson.name)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
