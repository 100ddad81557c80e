"""Pictures of one's own: finding them in a folder, and making each a square array of bytes.

Whoever made the folder may have been careless, or worse. So a file is what its first bytes say and
not what its suffix says, each picture has a bound, and nothing is left out without a word.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from wgan_lib.ground.arguments import one_of
from wgan_lib.ground.reading import require_file

HELD_OUT_ONE_IN = 10  # one picture in ten is held out
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")  # all that is decoded, whatever a suffix says
MOST_BYTES = 2**28  # in one file
MOST_PIXELS = 2**26  # in one picture: 67 million, 8192 × 8192
MOST_IN_ALL = 2**30  # bytes of all pictures together, each in the size that was asked for


def read_folder(
    path: str | os.PathLike[str], size: int, channels: int, split: str
) -> tuple[np.ndarray, list[int] | None, tuple[str, ...]]:
    """The pictures of a split, N×size×size×channels, with their class numbers and class names.

    Raises what `find_images`, `positions` and `read_image` raise, and `ValueError` where all of
    them would take more than 2³⁰ bytes.
    """
    folder = Path(os.path.expanduser(path))
    files = find_images(folder)
    chosen, (labels, names) = positions(len(files), split), labels_by_folder(folder, files)
    if (total := len(chosen) * size * size * channels) > MOST_IN_ALL:
        raise ValueError(
            f"path must hold at most {MOST_IN_ALL:,} bytes of pictures, got {total:,}: "
            f"{len(chosen):,} pictures of {size}×{size}×{channels} in {folder}"
        )
    pixels = np.empty((len(chosen), size, size, channels), dtype=np.uint8)
    for row, k in zip(pixels, chosen, strict=True):
        row[:] = read_image(files[k], size, channels)
    _tell_of_the_others(folder)
    return pixels, None if labels is None else [labels[k] for k in chosen], names


def find_images(path: str | os.PathLike[str]) -> list[Path]:
    """All pictures in a folder and its subfolders, in the order of their names.

    Hidden files and folders are left out: systems and editors keep copies there. Files without the
    suffix of a picture are left out, and `read_folder` warns of them. A link to a picture counts as
    that picture, wherever it leads; links to folders are refused, since they may lead round in a
    circle.

    Raises `NotADirectoryError` where `path` is no folder, and `ValueError` where it holds no images
    or a link to a folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        what = "that is a file" if folder.exists() else "there is nothing of that name"
        raise NotADirectoryError(f"path must be a folder of images, got {folder}: {what}")
    chosen = [file for file in _visible_files(folder) if file.suffix.lower() in SUFFIXES]
    if not chosen:
        raise ValueError(f"path must hold images ({', '.join(sorted(SUFFIXES))}), got {folder}")
    # By the parts of the name, so that the order is the same on every system.
    return [folder / file for file in sorted(chosen, key=lambda file: file.parts)]


def _visible_files(folder: Path) -> Iterator[Path]:
    """Relative to the folder; ValueError at a link to a folder, OSError at a locked one."""
    for place, folders, files in os.walk(folder, onerror=_raise):
        here = Path(place)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            if (here / name).is_symlink():
                raise ValueError(
                    f"path must hold no links to folders, got {here / name}: "
                    "put the folder itself there, or links to its pictures"
                )
        inside = here.relative_to(folder)
        yield from (inside / name for name in files if not name.startswith("."))


def _raise(error: OSError) -> NoReturn:
    raise error


def _tell_of_the_others(folder: Path) -> None:
    others = [file for file in _visible_files(folder) if file.suffix.lower() not in SUFFIXES]
    if others:
        count = f"{len(others)} file" + ("s" if len(others) > 1 else "")
        warnings.warn(
            f"{count} in {folder} left out, such as {min(others)}: the suffix is none of "
            f"{', '.join(sorted(SUFFIXES))}",
            stacklevel=4,
        )


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

    `channels` is 1 (grey) or 3 (RGB). What is transparent shows a white ground. Raises
    `ValueError`, naming the file, for one that is damaged, of no format named here, or too large.
    """
    from PIL import Image

    require_file(file, "an image", MOST_BYTES)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it has to say is an error here
            with Image.open(file, formats=FORMATS) as image:
                image.verify()  # the sums of a PNG
            with Image.open(file, formats=FORMATS) as image:
                square = _square(image, size, "L" if channels == 1 else "RGB")
    except _Unfit as error:
        raise ValueError(f"cannot read the image {file}: {error}") from error
    except Image.DecompressionBombError as error:
        limit = f"it has far too many pixels, expected at most {MOST_PIXELS:,}"
        raise ValueError(f"cannot read the image {file}: {limit}") from error
    except Exception as error:  # each decoder has errors of its own
        known = "PNG, JPEG, BMP or WebP"
        raise ValueError(f"cannot read the image {file}: it is damaged, or no {known}") from error
    return np.asarray(square).reshape(size, size, channels)


class _Unfit(ValueError):
    """A sound picture that is too large, or of a mode that would lose something."""


def _square(image, size: int, mode: str):
    """The middle of the picture, upright, in the mode "L" or "RGB"."""
    from PIL import Image, ImageOps

    _require_moderate(image)
    ImageOps.exif_transpose(image, in_place=True)  # cameras turn a picture by a remark in it
    clear = image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info
    wanted = "RGBA" if clear else mode
    converted = image if image.mode == wanted else image.convert(wanted)
    square = ImageOps.fit(converted, (size, size), method=Image.Resampling.BICUBIC)
    if clear:
        ground = Image.new("RGBA", square.size, "white")
        square = Image.alpha_composite(ground, square).convert(mode)
    return square


def _require_moderate(image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _Unfit(f"it has {width}×{height} pixels, expected at most {MOST_PIXELS:,}")
    # Modes I and F hold wider numbers; PIL's conversion would cut them off at 255, not scale them.
    if image.mode.startswith(("I", "F")):
        raise _Unfit(f"its mode is {image.mode}, expected 8 bits for each channel")


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
    numbers = {name: number for number, name in enumerate(sorted(set(classes)))}
    return [numbers[name] for name in classes], tuple(numbers)
