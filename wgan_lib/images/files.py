"""Pictures of one's own: finding them in a folder, and making each a square array of bytes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wgan_lib.ground.arguments import one_of

HELD_OUT_ONE_IN = 10  # one picture in ten is held out
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})


def find_images(path: str | os.PathLike[str]) -> list[Path]:
    """All pictures in a folder and its subfolders, in the order of their names.

    Hidden files and folders are left out: systems and editors keep copies there. Raises
    `NotADirectoryError` where `path` is no folder, and `ValueError` where it holds no images.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "that is a file" if folder.exists() else "there is nothing of that name"
        raise NotADirectoryError(f"path must be a folder of images, got {folder}: {what}")
    inside = (file.relative_to(folder) for file in folder.rglob("*"))
    chosen = [file for file in inside if file.suffix.lower() in SUFFIXES and not _hidden(file)]
    if not chosen:
        raise ValueError(f"path must hold images ({', '.join(sorted(SUFFIXES))}), got {folder}")
    # By the parts of the name, so that the order is the same on every system.
    return [folder / file for file in sorted(chosen, key=lambda file: file.parts)]


def positions(count: int, split: str) -> list[int]:
    """Which of `count` pictures to "train" on, which to "test" with, or "all" of them.

    Held out is every tenth in the order of the names, so that each subfolder gives its share.
    Raises `ValueError` for another split, and where there are too few pictures to hold one out.
    """
    one_of("split", split, ("train", "test", "all"))
    if split != "all" and count < HELD_OUT_ONE_IN:
        raise ValueError(f"path must hold {HELD_OUT_ONE_IN} images or more to split, got {count}")
    held_out = range(HELD_OUT_ONE_IN - 1, count, HELD_OUT_ONE_IN)
    return {
        "train": [k for k in range(count) if k not in held_out],
        "test": list(held_out),
        "all": list(range(count)),
    }[split]


def read_image(file: Path, size: int, channels: int) -> np.ndarray:
    """One picture as bytes, size×size×channels: its middle square, resized with antialiasing.

    `channels` is 1 (grey) or 3 (RGB). Raises `ValueError`, naming the file, for one that cannot be
    read.
    """
    from PIL import Image, ImageOps

    try:
        with Image.open(file) as image:
            _require_bytes(image.mode)
            upright = ImageOps.exif_transpose(image)  # cameras turn a picture by a remark in it
            converted = upright.convert("L" if channels == 1 else "RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"cannot read the image {file}: {error}") from error
    square = ImageOps.fit(converted, (size, size), method=Image.Resampling.BICUBIC)
    return np.asarray(square).reshape(size, size, channels)


def labels_by_folder(
    path: str | os.PathLike[str], files: Sequence[Path]
) -> tuple[list[int] | None, tuple[str, ...]]:
    """Class numbers, one per file, and class names, from the subfolders directly in `path`.

    Where a file lies in no subfolder there are no classes: None and no names.
    """
    inside = [file.relative_to(path) for file in files]
    if any(len(file.parts) == 1 for file in inside):
        return None, ()
    classes = [file.parts[0] for file in inside]
    names = sorted(set(classes))
    return [names.index(name) for name in classes], tuple(names)


def _hidden(file: Path) -> bool:
    return any(part.startswith(".") for part in file.parts)


def _require_bytes(mode: str) -> None:
    # Modes I and F hold wider numbers; PIL's conversion would cut them off at 255, not scale them.
    if mode.startswith(("I", "F")):
        raise ValueError(f"its mode is {mode}, expected 8 bits for each channel")
