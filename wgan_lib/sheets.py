"""Samples as a picture in a PNG file, which is written whole or not at all."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.distributions import Distribution

SIDE = 600  # pixels that a sheet of small images is enlarged to, about
REAL_POINTS = 500


def write_images(path: str | Path, images: Tensor) -> None:
    """Images N×C×H×W in [−1, 1] (C = 1 or 3) in as many rows as columns, or nearly so."""
    from PIL import Image
    from torchvision.utils import make_grid  # takes a second to import

    columns = math.ceil(math.sqrt(len(images)))
    grid = make_grid((images.detach().float().cpu() + 1) / 2, nrow=columns, pad_value=0.5)
    pixels = grid.clamp(0, 1).mul(255).round().byte().movedim(0, 2).numpy()
    zoom = max(1, round(SIDE / pixels.shape[1]))
    # Each pixel becomes a square of zoom × zoom: enlarged, but not smoothed.
    _write(path, _png(Image.fromarray(pixels.repeat(zoom, axis=0).repeat(zoom, axis=1))))


def write_mosaic(path: str | Path, images: Tensor, columns: int) -> None:
    """Images N×C×H×W in [−1, 1] edge to edge, a pixel each: `read_mosaic` cuts them out again."""
    from PIL import Image

    rows, (channels, height, width) = -(-len(images) // columns), images.shape[1:]
    sheet = torch.full((rows * columns, channels, height, width), -1.0)
    sheet[: len(images)] = images.detach().float().cpu()
    sheet = sheet.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = sheet.add(1).mul(127.5).round().clamp(0, 255).byte()
    pixels = pixels.reshape(rows * height, columns * width, channels).squeeze(2)
    _write(path, _png(Image.fromarray(pixels.numpy())))


def read_mosaic(path: str | Path, rows: int, columns: int, shape: Sequence[int]) -> Tensor:
    """The images of `write_mosaic`, rows×columns×C×H×W in [−1, 1]; shape is C, H, W of one."""
    from PIL import Image

    channels, height, width = shape
    with Image.open(path) as image:
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    sheet = pixels.view(rows, height, columns, width, channels).permute(0, 2, 4, 1, 3)
    return sheet.float().div(127.5).sub(1)


def write_points(path: str | Path, points: Tensor, law: Distribution, title: str = "") -> None:
    """Points N×2 beside real ones and the modes, in a frame that depends on the law alone.

    In one frame, the sheets of a run can be leafed through like a film.
    """
    from wgan_lib.classroom.figures import describe, scatter  # matplotlib: only where needed
    from wgan_lib.classroom.pictures import png

    real = law.sample(REAL_POINTS, generator=torch.Generator().manual_seed(0))
    reach = 1.5 * float(real.abs().max())
    outside = int((points.abs() > reach).any(dim=1).sum())
    title += f"\n{outside} of {len(points)} points outside" if outside else ""
    clouds = {"real": real, "fake": points}
    figure = scatter(clouds, modes=getattr(law, "modes", None), title=title)
    figure.axes[0].set(xlim=(-reach, reach), ylim=(-reach, reach))
    _write(path, png(figure, describe(figure)))


def _png(image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def _write(path: str | Path, content: bytes) -> None:
    """Write aside, then rename."""
    aside = Path(f"{path}.part")
    aside.write_bytes(content)
    os.replace(aside, path)
