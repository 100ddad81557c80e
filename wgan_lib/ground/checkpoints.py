"""Checkpoints: written whole or not at all, loaded without running code, refused if unfit.

A checkpoint is a dictionary of tensors, numbers and strings. Its entry ``identity`` says in plain
words which run it belongs to; a run resumes only from a checkpoint with its own identity.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

FORMAT = 1  # raise it when the contents change their meaning


class CheckpointError(ValueError):
    """A file that is no checkpoint of this course, or not of this run."""


def save(path: str | Path, contents: Mapping[str, Any]) -> None:
    """Write the contents aside, bring them to the disk, then rename: readers see old or new.

    Raises OSError where the disk is full or closed to us; what stood at path before still stands.
    """
    path = Path(path)
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **contents}, buffer)
    aside = path.with_name(path.name + ".part")
    try:
        _write_through(aside, buffer.getbuffer())
        os.replace(aside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        kept = "the checkpoint from before is untouched" if path.exists() else "nothing was saved"
        raise OSError(f"could not save {path}: {error}; {kept}") from error
    _flush_folder(path.parent)


def _write_through(path: Path, data) -> None:
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Brings the rename itself to the disk, where the system lets us open a folder."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def load(path: str | Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """The contents of a checkpoint, tensors on the device.

    Only tensors and plain values are read: a file cannot run code here. Raises FileNotFoundError,
    or CheckpointError for a damaged file, a foreign one, or one of another format.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no checkpoint at {path}")
    stored = io.BytesIO(path.read_bytes())  # what a disk refuses is told apart from what is damaged
    try:
        contents = torch.load(stored, map_location=device, weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path} is damaged or is not a checkpoint") from error
    found = contents.get("format") if isinstance(contents, dict) else None
    if found != FORMAT:
        raise CheckpointError(f"{path} must be a checkpoint of format {FORMAT}, got {found}")
    return contents


def require_same(path: str | Path, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raises CheckpointError with one line for each entry in which two identities differ."""
    differences = [
        f"{key}: the file has {found.get(key, 'nothing')}, "
        f"this run has {wanted.get(key, 'nothing')}"
        for key in sorted({*found, *wanted})
        if found.get(key) != wanted.get(key)
    ]
    if differences:
        raise CheckpointError(f"{path} belongs to another run: " + "; ".join(differences))
