"""Many images in one PNG file, as a sheet to look at or edge to edge to be read again."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.ground.files import write_whole
from wgan_lib.ground.imports import import_whole
from wgan_lib.ground.reading import require_file

MOST = 2**24  # bytes in a file of many images
SIDE = 600  # pixels that a sheet of small images is enlarged to, about


def write_images(path: str | Path, images: Tensor) -> None:
    """Images N×C×H×W in [−1, 1] (C = 1 or 3) in as many rows as columns, or nearly so."""
    import_whole("torchvision.utils")  # takes a second
    from PIL import Image
    from torchvision.utils import make_grid

    columns = math.ceil(math.sqrt(len(images)))
    grid = make_grid((images.detach().float().cpu() + 1) / 2, nrow=columns, pad_value=0.5)
    pixels = grid.clamp(0, 1).mul(255).round().byte().movedim(0, 2).numpy()
    zoom = max(1, round(SIDE / pixels.shape[1]))
    # Each pixel becomes a square of zoom × zoom: enlarged, but not smoothed.
    write_whole(path, _png(Image.fromarray(pixels.repeat(zoom, axis=0).repeat(zoom, axis=1))))


def write_mosaic(path: str | Path, images: Tensor, columns: int) -> None:
    """Images N×C×H×W in [−1, 1] edge to edge, a pixel each: `read_mosaic` cuts them out again."""
    from PIL import Image

    rows, (channels, height, width) = -(-len(images) // columns), images.shape[1:]
    sheet = torch.full((rows * columns, channels, height, width), -1.0)
    sheet[: len(images)] = images.detach().float().cpu()
    sheet = sheet.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = sheet.add(1).mul(127.5).round().clamp(0, 255).byte()
    pixels = pixels.reshape(rows * height, columns * width, channels).squeeze(2)
    write_whole(path, _png(Image.fromarray(pixels.numpy())))


def read_mosaic(path: str | Path, rows: int, columns: int, shape: Sequence[int]) -> Tensor:
    """The images of `write_mosaic`, rows×columns×C×H×W in [−1, 1]; shape is C, H, W of one.

    Raises ValueError for a file that holds no such mosaic, before its pixels are read.
    """
    from PIL import Image

    channels, height, width = shape
    wanted = {"size": (columns * width, rows * height), "mode": {1: "L", 3: "RGB"}[channels]}
    path = require_file(path, "a mosaic", MOST)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what there is to say is said below
            image = Image.open(path, formats=["PNG"])
        with image:
            found = {"size": image.size, "mode": image.mode}
            content = bytearray(image.tobytes()) if found == wanted else b""
    except Exception as error:  # a decoder raises what it likes
        raise ValueError(f"{path} is damaged or is no PNG file") from error
    if found != wanted:
        raise ValueError(f"{path} must be a mosaic with {wanted}, got {found}")
    pixels = torch.frombuffer(content, dtype=torch.uint8)
    sheet = pixels.view(rows, height, columns, width, channels).permute(0, 2, 4, 1, 3)
    return sheet.float().div(127.5).sub(1)


def _png(image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
