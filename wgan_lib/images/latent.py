"""Walking about in the latent space of a generator of digits: paths, means, directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.images.classifier import load_classifier
from wgan_lib.images.digit_attributes import slant, stroke_width
from wgan_lib.training.run import generate

FAINT = -0.5  # an image whose brightest pixel is below this has nothing on it


def straight(start: Tensor, end: Tensor, share: float | Tensor) -> Tensor:
    """The point so far along the straight line from start to end, each …×d.

    In the middle between two standard normal vectors it is too short: its length is that of the
    other latent vectors divided by √2, on average.
    """
    start, end, share = _path(start, end, share)
    return torch.lerp(start, end, share)


def on_the_sphere(start: Tensor, end: Tensor, share: float | Tensor) -> Tensor:
    """The point so far along the arc from start to end, each …×d (White 2016, "slerp").

    Between vectors of one length it keeps that length, so a generator only meets latent vectors of
    the length that it was trained on. Where the two point the same way, the arc is a straight line.
    """
    start, end, share = _path(start, end, share)
    cosine = nn.functional.cosine_similarity(start, end, dim=-1).clamp(-1, 1)[..., None]
    angle = cosine.acos()
    flat = angle.sin() < 1e-4
    safe = torch.where(flat, torch.ones_like(angle), angle)
    arc = (((1 - share) * safe).sin() * start + (share * safe).sin() * end) / safe.sin()
    return torch.where(flat, torch.lerp(start, end, share), arc)


def _path(start: Tensor, end: Tensor, share: float | Tensor) -> tuple[Tensor, Tensor, Tensor]:
    start, end = finite_tensor("start", start), finite_tensor("end", end)
    if start.shape != end.shape:
        raise ValueError(
            f"start and end must have one shape, got {tuple(start.shape)} and {tuple(end.shape)}"
        )
    if not isinstance(share, Tensor):
        share = finite_number("share", share, minimum=0.0, maximum=1.0)
    return start, end.to(start), torch.as_tensor(share, dtype=start.dtype, device=start.device)


class Survey(NamedTuple):
    """What a generator makes of N latent vectors (N×d), and what can be measured on it (N each).

    digit is the class that the classifier gives, sureness how sure it is of it.
    """

    latent: Tensor
    images: Tensor
    digit: Tensor
    sureness: Tensor
    slant: Tensor
    width: Tensor

    def where(self, chosen: Tensor) -> Survey:
        """The part of the survey for which `chosen` (N booleans, or indices) holds."""
        return Survey(*(column[chosen] for column in self))


@torch.no_grad()
def survey(generator: Callable[[Tensor], Tensor], latent: Tensor) -> Survey:
    """Have the generator draw a digit for each latent vector, N×d, and measure them all.

    Images with nothing on them are left out.
    """
    latent = finite_tensor("latent", latent, dimensions=(2,))
    module = isinstance(generator, nn.Module)
    images = generate(generator, latent) if module else generator(latent)
    kept = images.amax(dim=(1, 2, 3)) > FAINT
    latent, images = latent[kept], images[kept]
    chances = load_classifier(device=images.device)(images).softmax(dim=1)
    sureness, digit = chances.max(dim=1)
    return Survey(latent, images, digit, sureness, slant(images), stroke_width(images))


def standard_latents(n: int, latent_dim: int, seed: int = 0) -> Tensor:
    """Standard normal latent vectors n×latent_dim on the CPU, fixed by the seed."""
    size = (positive_integer("n", n), positive_integer("latent_dim", latent_dim))
    seed = positive_integer("seed", seed, minimum=0)
    return torch.randn(size, generator=random_source(torch.device("cpu"), seed))


def direction(latent: Tensor, values: Tensor, share: float = 0.2) -> Tensor:
    """From the mean latent of the lowest values to the mean latent of the highest: d numbers.

    latent N×d, values N; `share` of the samples count as high, as many as low. This is the "a − b"
    of latent arithmetic (Radford et al. 2016, sec. 6.3.2), over more than their three examples.
    """
    latent = finite_tensor("latent", latent, dimensions=(2,))
    values = finite_tensor("values", values, dimensions=(1,))
    share = finite_number("share", share, minimum=0.0, maximum=0.5)
    count = round(share * len(values))
    if len(values) != len(latent) or count < 1:
        raise ValueError(
            f"values must be one number for each of {len(latent)} latent vectors, and {share:g} of "
            f"them at least one, got {len(values)}"
        )
    order = values.argsort()
    return latent[order[-count:]].mean(dim=0) - latent[order[:count]].mean(dim=0)
