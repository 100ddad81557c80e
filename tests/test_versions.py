"""The commit that the library runs from: that of its own clone, or none."""

import shutil
import subprocess

import pytest

from wgan_lib.ground import versions
from wgan_lib.ground.versions import commit


def git(folder, *words):
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A small clone in which the module that asks for it seems to lie."""
    if shutil.which("git") is None:
        pytest.skip("needs git")
    (tmp_path / "versions.py").write_text("1")
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    monkeypatch.setattr(versions, "__file__", str(tmp_path / "versions.py"))
    return tmp_path


def test_the_commit_is_that_of_the_clone_and_says_when_files_differ(clone):
    found = commit()
    assert len(found) >= 7 and set(found) <= set("0123456789abcdef")
    git(clone, "tag", "v1")
    assert commit() == found, "a tag does not change its name"
    (clone / "versions.py").write_text("2")
    assert commit() == f"{found}-dirty"


def test_outside_a_clone_there_is_no_commit(clone, monkeypatch, tmp_path_factory):
    (clone / "venv").mkdir()
    (clone / "venv" / "versions.py").write_text("1")
    monkeypatch.setattr(versions, "__file__", str(clone / "venv" / "versions.py"))
    assert commit() is None, "an installed package inside the clone of something else"
    monkeypatch.setattr(versions, "__file__", str(tmp_path_factory.mktemp("none") / "versions.py"))
    assert commit() is None
    monkeypatch.setenv("PATH", "")
    assert commit() is None
