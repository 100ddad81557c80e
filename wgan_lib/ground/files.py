"""Files that are written whole or not at all.

A reader sees the file from before or the new one, never a part. The new one is written under a name
of its own in the same folder, is brought to the disk, and then takes the place of the old one.
"""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import time
from pathlib import Path

ABANDONED = 3600  # seconds: no write takes as long, so the process that began it was killed


def write_whole(path: str | os.PathLike[str], content: str | bytes) -> None:
    """Replace the file by the content; text is written in UTF-8, its line ends as they are.

    The file gets the permissions of any new file. A symbolic link at path is replaced, and what it
    points to is left alone. Raises OSError, of the kind that the system gave, with the file's name;
    what stood at path before still stands then, and nothing is left beside it.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        _remove_abandoned(path)
        _write_through(aside, data)
        os.replace(aside, path)
    except OSError as error:
        kept = "what was there before is untouched" if os.path.lexists(path) else "nothing is there"
        reason = f"could not be written: {error.strerror or error}; {kept}"
        raise OSError(error.errno, reason, str(path)) from error
    finally:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _remove_abandoned(path: Path) -> None:
    """What processes that were killed in the middle of a write left beside the file."""
    for file in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - file.lstat().st_mtime > ABANDONED:
                file.unlink()


def _write_through(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:  # x: never into a file or through a link that is there already
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Brings the rename itself to the disk, where the system lets us open and flush a folder."""
    if os.name == "posix":
        with contextlib.suppress(OSError):  # some network file systems cannot; the file is whole
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
