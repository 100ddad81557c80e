"""Files that may be anything: looked at before they are opened, and read no further than a bound.

A pipe would be waited for, a device never ends, and a large file fills the memory: each is refused
by what the system says of it, before a byte is read. A link counts as what it leads to.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any


def require_file(path: str | os.PathLike[str], wanted: str, most: int) -> Path:
    """The path of a plain file of at most so many bytes; wanted says what for ("a picture").

    Raises FileNotFoundError where there is nothing, ValueError for a folder, a pipe, a device, or
    a larger file.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        what = "a folder" if stat.S_ISDIR(found.st_mode) else "a pipe or a device"
        raise ValueError(f"{path} is {what}, expected {wanted}")
    if found.st_size > most:
        got = f"got {found.st_size:,}"
        raise ValueError(f"{path} is too large: expected {wanted} of at most {most:,} bytes, {got}")
    return path


def read_text(path: str | os.PathLike[str], wanted: str, most: int) -> str:
    """A text in UTF-8, its line ends as they are; raises as ``require_file``, and for others."""
    path = require_file(path, wanted, most)
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        where = f"byte {error.start} is not UTF-8"
        raise ValueError(f"{path} is no text: {where}, expected {wanted}") from error


def read_json(path: str | os.PathLike[str], wanted: str, most: int) -> dict[str, Any]:
    """The object that a JSON file holds; raises as ``read_text``, and for what is no such file."""
    text = read_text(path, wanted, most)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged, expected {wanted}: a JSON file") from error
    if not isinstance(found, dict):
        got = type(found).__name__
        raise ValueError(f"{path} must hold {wanted}, values by name, got a {got}")
    return found
