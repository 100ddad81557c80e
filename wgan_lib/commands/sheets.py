"""Samples of a toy law as a scatter in a PNG file; images are `images.mosaics`'s."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.distributions import Distribution
from wgan_lib.ground.files import write_whole

REAL_POINTS = 500


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
    write_whole(path, png(figure, describe(figure)))
