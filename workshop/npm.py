"""Packages from npm for the pages that we make, fetched once and kept beside what is built."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

MISSING = """\
This needs npm, once and with a network: it fetches what {wanted} names.
  Debian, Ubuntu:  sudo apt install npm
  macOS:           brew install node
  anywhere:        https://nodejs.org
"""


class NoPackagesError(RuntimeError):
    """The packages cannot be fetched; the message says what is missing."""


def packages(wanted: Path, folder: Path) -> Path:
    """The folder with the packages that `wanted`, a package.json, names.

    They are installed in `folder`; npm is asked only when `wanted` has changed. Raises
    NoPackagesError where npm is not there, or fails.
    """
    text = wanted.read_text(encoding="utf-8")
    stamp = folder / "installed.json"
    if not (stamp.exists() and stamp.read_text(encoding="utf-8") == text):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(wanted, folder / "package.json")
        _install(folder, MISSING.format(wanted="/".join(wanted.parts[-3:])))
        stamp.write_text(text, encoding="utf-8")
    return folder / "node_modules"


def _install(folder: Path, missing: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise NoPackagesError(f"There is no npm here. {missing}")
    quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"]
    done = subprocess.run([npm, "install", *quiet], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoPackagesError(f"npm failed:\n{done.stdout}{done.stderr}\n{missing}")
