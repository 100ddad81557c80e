"""A wheel built from the clone, and an environment that has it and no source tree."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

COURSE = Path(__file__).resolve().parents[2]
# What would lead a process back to the clone, or to settings of whoever runs the tests.
LEADING_HOME = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "WGAN_DATA"}


class Installed:
    """An environment with the wheel, and an empty folder to work in."""

    def __init__(self, prefix: Path, folder: Path) -> None:
        self.folder = folder
        self.site = Path(sysconfig.get_path("purelib", "venv", {"base": str(prefix)}))
        self.python = Path(sysconfig.get_path("scripts", "venv", {"base": str(prefix)})) / "python"

    def run(self, *arguments: object) -> subprocess.CompletedProcess:
        """Python with these arguments, in the empty folder."""
        kept = {key: value for key, value in os.environ.items() if key not in LEADING_HOME}
        return subprocess.run(
            [self.python, *map(str, arguments)],
            cwd=self.folder,
            env=kept | {"MPLBACKEND": "agg"},
            capture_output=True,
            text=True,
        )

    def module(self, *arguments: object) -> str:
        """What `python -m wgan_lib …` prints; it must succeed."""
        done = self.run("-m", "wgan_lib", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def pip(python: Path, *arguments: object) -> None:
    """Run pip without the network; its complaint is the test's."""
    command = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The package, built from the clone with the hatchling that is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, COURSE)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Installed:
    """A fresh environment: the wheel, and torch and the rest from the environment of the tests.

    They are put on the path as a folder, whose own .pth files are not read: one of them leads to
    the clone. That happens after pip has done its work, so that pip sees nothing but the wheel.
    """
    prefix = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", prefix], check=True)
    made = Installed(prefix, tmp_path_factory.mktemp("empty"))
    pip(made.python, "install", "--no-index", "--no-deps", wheel)
    shared = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (made.site / "shared.pth").write_text("\n".join(sorted(shared)) + "\n", encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def bare(wheel, tmp_path_factory) -> Path:
    """A folder with the unpacked wheel, what it lists, what that needs, and no other package.

    JupyterLab is left out too: it opens a lesson, and no module may need it.
    """
    folder = tmp_path_factory.mktemp("bare")
    zipfile.ZipFile(wheel).extractall(folder)
    (listing,) = folder.glob("*.dist-info")
    listed = metadata.Distribution.at(listing).requires
    for name in needed([line for line in listed if Requirement(line).name != "jupyterlab"]):
        for path in tops(name):
            (folder / path.name).exists() or (folder / path.name).symlink_to(path)
    return folder


def needed(lines: list[str]) -> set[str]:
    """The distributions that these requirements name, and all that those need in turn."""
    found: set[str] = set()
    todo = [*lines]
    while todo:
        requirement = Requirement(todo.pop())
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and requirement.name not in found:
            found.add(requirement.name)
            todo += metadata.distribution(requirement.name).requires or []
    return found


def tops(name: str) -> Iterator[Path]:
    """The files and folders that a distribution has put beside all others."""
    files = metadata.distribution(name).files
    for top in {file.parts[0] for file in files if file.parts[0] != ".."}:
        if top != "__pycache__":  # some packages read their own version from their .dist-info
            yield Path(metadata.distribution(name).locate_file(top))
