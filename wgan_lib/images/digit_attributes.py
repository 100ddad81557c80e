"""What one can measure on a handwritten digit besides its class: how it leans, how thick it is."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_tensor

PAPER = 0.1  # ink below this is background: what a generator calls black is not quite −1


def slant(images: Tensor) -> Tensor:
    """How far digits lean to the right, in columns a row: N×1×H×W in [−1, 1] to N.

    The slope of the line that predicts a column from its row, over the ink: 0 stands upright, 1
    leans by 45°. To move every row by s columns more than the row below adds exactly s.
    Raises ValueError for an image without ink, or with all its ink in one row.
    """
    ink = _ink(images)
    rows, columns = (torch.arange(n, dtype=ink.dtype, device=ink.device) for n in ink.shape[1:])
    mass = ink.sum(dim=(1, 2))
    height = (ink.sum(dim=2) @ rows / mass)[:, None]
    along = (ink @ columns) / mass[:, None]  # a row's share of the mass times its mean column
    tall = ((rows - height).square() * ink.sum(dim=2)).sum(dim=1) / mass
    if (tall <= 0).any():
        raise ValueError("images must have ink in more than one row each")
    return -((rows - height) * along).sum(dim=1) / tall


def stroke_width(images: Tensor) -> Tensor:
    """How thick the strokes are, about, in pixels: N×1×H×W in [−1, 1] to N.

    Twice the ink over its outline, where the outline is the total variation of the image: a bar of
    width w and length L has w·L ink and an outline of about 2L + 2w.
    Raises ValueError for an image without ink.
    """
    framed = torch.nn.functional.pad(_ink(images), (1, 1, 1, 1))
    down = framed[:, 1:, :-1] - framed[:, :-1, :-1]
    right = framed[:, :-1, 1:] - framed[:, :-1, :-1]
    outline = (down.square() + right.square()).sqrt().sum(dim=(1, 2))
    return 2 * framed.sum(dim=(1, 2)) / outline


def _ink(images: Tensor) -> Tensor:
    """Images N×1×H×W to ink N×H×W: 0 is paper, 1 as black as it gets."""
    images = finite_tensor("images", images, dimensions=(4,))
    if images.shape[1] != 1:
        raise ValueError(f"images must be grey, N×1×H×W, got {images.shape[1]} channels")
    ink = (((images[:, 0] + 1) / 2 - PAPER) / (1 - PAPER)).clamp_min(0)
    blank = (ink.sum(dim=(1, 2)) == 0).nonzero().flatten().tolist()
    if blank:
        raise ValueError(f"images must have ink on them, number {blank[0]} has none")
    return ink
