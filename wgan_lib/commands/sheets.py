"""Samples in a PNG file: of a toy law as a scatter, of images as a grid."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.distributions import Distribution
from wgan_lib.experiments import recipes
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.ground.files import write_whole
from wgan_lib.images import mosaics

REAL_POINTS = 500


def sheet_size(recipe: Recipe) -> int:
    """How many samples make a picture: a cloud takes more points than a grid takes images."""
    return 1000 if recipe.data in recipes.TOYS else 64


def write_sheet(path: Path, samples: Tensor, recipe: Recipe, step: int) -> None:
    """A PNG file of the samples: a grid of images, or points beside real ones."""
    if recipe.data in recipes.TOYS:
        write_points(path, samples, recipe.load_data(), f"{recipe.name}, step {step}")
    else:
        mosaics.write_images(path, samples)


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
