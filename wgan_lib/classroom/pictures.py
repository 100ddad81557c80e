"""A figure as a picture: in a file, in a notebook, or as the bytes of either.

`show(figure)` ends a cell: it displays the picture and prints its description.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from typing import Any

from wgan_lib.classroom.descriptions import describe
from wgan_lib.ground.files import write_whole


def show(figure: Any, digits: int = 2, values: bool = True) -> None:
    """Display a matplotlib figure and print what `describe(figure, digits, values)` says of it.

    The picture is stored in the notebook; the printed description is what the tests compare.
    Outside a notebook only the description is printed.
    """
    description = describe(figure, digits, values)
    if in_notebook():
        from IPython.display import display

        data, metadata = bundle(figure, text="<figure>", alt=description)
        display(data, metadata=metadata, raw=True)
    print(description)


def savefig(figure: Any, path: str | os.PathLike[str]) -> None:
    """Write the figure to a PNG file, with its description inside."""
    write_whole(path, png(figure, describe(figure)))


def png(figure: Any, description: str = "") -> bytes:
    """The figure as the bytes of a PNG file; `description`, if given, goes into the file."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # takes a while: only for drawing

    buffer = io.BytesIO()
    # matplotlib would write its version into the file, which then changes with each release.
    metadata = {"Software": None} | ({"Description": description} if description else {})
    # The canvas itself: `figure.savefig` gives the same picture, and draws twice to get there.
    # Packed loosely: under a slider a millisecond counts for more than a byte.
    loosely = {"compress_level": 1}
    FigureCanvasAgg(figure).print_png(buffer, metadata=metadata, pil_kwargs=loosely)
    return buffer.getvalue()


def bundle(figure: Any, text: str, alt: str) -> tuple[dict[str, str], dict[str, dict]]:
    """What a notebook stores of a figure: the data (picture and `text`), and the metadata (`alt`).

    `text` stands where no picture can be shown, and `alt` is read out by a screen reader.
    """
    picture = base64.b64encode(with_few_colours(png(figure))).decode("ascii")
    return {"image/png": picture, "text/plain": text}, {"image/png": {"alt": alt}}


def with_few_colours(picture: bytes, colours: int = 256) -> bytes:
    """The same PNG with so few colours; 256 make a third of the bytes, and no difference to see."""
    from PIL import Image

    buffer = io.BytesIO()
    plain = Image.open(io.BytesIO(picture)).convert("RGB")
    few = plain.quantize(colours, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def in_notebook() -> bool:
    """Whether a kernel runs this code, so that pictures can be displayed."""
    if "IPython" not in sys.modules:  # whoever runs in a kernel has imported it
        return False
    from IPython import get_ipython

    return hasattr(get_ipython(), "kernel")
