"""A small picture for each lesson on the map: one of its stored figures, made small.

The lesson's header may say which (`thumbnail: 3`); without a word it is the first.
"""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from workshop.course_map import HeaderError, Lesson, course

WIDTH, HEIGHT, COLOURS = 400, 240, 64
LARGEST = 40_000  # bytes
ALIKE = 0.98  # correlation: another release of the library that writes PNGs changes less


def stored_pictures(notebook: Path) -> list[bytes]:
    """The PNGs that the outputs of an .ipynb hold, in their order."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    found = [output.get("data", {}).get("image/png") for output in outputs]
    return [base64.b64decode("".join(picture)) for picture in found if picture]


def thumbnail(lesson: Lesson, notebook: Path) -> Image.Image:
    """The picture that stands for a lesson, small. Raises HeaderError if the lesson has none."""
    pictures = stored_pictures(notebook)
    if lesson.thumbnail > len(pictures):
        raise HeaderError(
            f"{notebook.stem} has {len(pictures)} stored pictures, its header asks for number "
            f"{lesson.thumbnail}: build it, or change `thumbnail`"
        )
    picture = Image.open(io.BytesIO(pictures[lesson.thumbnail - 1])).convert("RGB")
    picture.thumbnail((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return picture


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of two pictures, pixel by pixel; 0 where their sizes differ."""
    if one.size != other.size:
        return 0.0
    grey = [np.asarray(each.convert("L"), dtype=float).ravel() for each in (one, other)]
    return float(np.corrcoef(*grey)[0, 1])


def outdated(folder: Path) -> dict[Path, Image.Image]:
    """The files whose thumbnail is missing or shows something else, and what they should show.

    `folder` holds the lessons; the thumbnails lie under docs/ beside it. A lesson that has not been
    built yet has none.
    """
    found = {}
    for lesson in course(folder):
        notebook, path = folder / f"{lesson.stem}.ipynb", folder.parent / lesson.picture
        if not notebook.exists():
            continue
        wanted = thumbnail(lesson, notebook)
        if not path.exists() or likeness(Image.open(path), wanted) < ALIKE:
            found[path] = wanted
    return found


def draw(folder: Path) -> list[Path]:
    """Write the thumbnails that are missing or outdated; returns their paths."""
    wanted = outdated(folder)
    for path, picture in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    return list(wanted)
