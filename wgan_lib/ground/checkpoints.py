"""Checkpoints: written whole or not at all, loaded without running code, refused if unfit.

A checkpoint is a dictionary of tensors, numbers and strings. Its entry ``identity`` says in plain
words which run it belongs to; a run resumes only from a checkpoint with its own identity.
"""

from __future__ import annotations

import io
import re
import reprlib
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from wgan_lib.ground.files import write_whole

FORMAT = 1  # raise it when the contents change their meaning
RENAMED = {"decay": "final_rate"}  # settings that older files know by another name
WHOLE = re.compile(r"(?<![\w.])(\d+)\.0(?![\w.])")


class CheckpointError(ValueError):
    """A file that is no checkpoint of this course, or not of this run."""


def save(path: str | Path, contents: Mapping[str, Any]) -> None:
    """Write the contents whole or not at all; OSError, with the file's name, where that fails."""
    buffer = io.BytesIO()
    torch.save({"format": FORMAT, **contents}, buffer)
    write_whole(path, buffer.getvalue())


def load(path: str | Path, device: torch.device | str = "cpu", most: int = 2**62) -> dict:
    """The contents of a checkpoint of at most so many bytes, tensors on the device.

    Only tensors and plain values are read: a file cannot run code here. Raises FileNotFoundError,
    or CheckpointError for a damaged file, a foreign one, a larger one, or one of another format.
    """
    path = Path(path)
    if not path.is_file():
        what = ", which is a folder: name the file in it" if path.is_dir() else ", or no plain file"
        raise FileNotFoundError(f"there is no checkpoint at {path}{what}")
    if path.stat().st_size > most:
        raise CheckpointError(f"{path} is too large: a checkpoint has at most {most:,} bytes here")
    stored = path.read_bytes()  # what a disk refuses is told apart from what is damaged
    try:
        _require_whole(stored)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            contents = torch.load(io.BytesIO(stored), map_location=device, weights_only=True)
    except Exception as error:  # nobody can list what an unpickler stumbles over
        raise CheckpointError(f"{path} is damaged or is not a checkpoint") from error
    found = reprlib.repr(contents.get("format") if isinstance(contents, dict) else None)
    if found != str(FORMAT):
        raise CheckpointError(f"{path} must be a checkpoint of format {FORMAT}, got {found}")
    return contents


def _require_whole(stored: bytes) -> None:
    """Members that are not packed, as long as they say, with their sums, which torch ignores."""
    with zipfile.ZipFile(io.BytesIO(stored)) as archive:
        sizes = [float("inf") if m.compress_type else m.file_size for m in archive.infolist()]
        if sum(sizes) > len(stored) or archive.testzip():
            raise ValueError


@contextmanager
def entry(path: str | Path, name: str) -> Iterator[None]:
    """Inside, what goes wrong is a CheckpointError that names the file and this entry of it."""
    try:
        yield
    except (CheckpointError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        raise CheckpointError(f"{path}: its entry {name!r} is missing, or does not fit") from error


def current_names(words: Mapping[str, Any]) -> dict[str, Any]:
    """What a file says of a run ("decay", "set decay", "wgan: decay"), by the names of today."""
    found = {}
    for key, value in words.items():
        of_whom, blank, name = key.rpartition(" ")
        found[of_whom + blank + RENAMED.get(name, name)] = value
    return found


def _plain(word: str | None) -> str:
    """The same for values that are equal and typed otherwise: 1 and 1.0, a list and a tuple."""
    return WHOLE.sub(r"\1", word or "nothing").translate({ord("["): "(", ord("]"): ")"})


def require_same(path: str | Path, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raises CheckpointError with one line for each entry in which two identities differ."""
    if not all(isinstance(word, str) for pair in found.items() for word in pair):
        raise CheckpointError(f"{path} must say whose it is in words by name")
    unsaid = {key: word for key, word in wanted.items() if key == "data"}  # in the first edition
    found = unsaid | current_names(found)
    differences = [
        f"{k}: the file has {found.get(k, 'nothing')}, this run has {wanted.get(k, 'nothing')}"
        for k in sorted({*found, *wanted})
        if _plain(found.get(k)) != _plain(wanted.get(k))
    ]
    if differences:
        raise CheckpointError(f"{path} belongs to another run: " + "; ".join(differences))
