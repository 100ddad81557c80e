"""Which version of the library made a number: the commit that it runs from."""

from __future__ import annotations

import subprocess
from pathlib import Path


def commit() -> str | None:
    """The commit of the clone that the library runs from, "-dirty" added where files differ.

    None where it runs from no clone, such as an installed package, or where there is no git.
    """
    if _git("ls-files", "--error-unmatch", Path(__file__).name) is None:
        return None
    return _git("describe", "--always", "--dirty", "--exclude=*")


def _git(*words: str) -> str | None:
    """What git prints in the folder of this file; None where it fails or is not there."""
    options = {"cwd": Path(__file__).parent, "capture_output": True, "text": True, "check": True}
    try:
        return subprocess.run(["git", *words], **options).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
