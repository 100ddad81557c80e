"""Lesson 08's widget: a walk through the latent space of the stored generator of digits."""

from __future__ import annotations

from functools import cache, partial
from typing import NamedTuple

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from wgan_lib.classroom.figures.images import latent_view
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.experiments import stored_runs
from wgan_lib.images import latent
from wgan_lib.images.classifier import ImageClassifier, load_classifier
from wgan_lib.training.run import generate

RUN = "mnist-wgan-gp"
SURVEYED = 2000
STOPS = 11  # digits on a path, both ends included
DIGITS = tuple("0123456789")


class Map(NamedTuple):
    """A generator, and what was found in its latent space of d dimensions.

    landmarks  10×d: for each digit a latent vector of which the classifier is quite sure
    leaning    d numbers: added, they make digits lean to the right
    thickening d numbers: added, they make strokes thicker
    """

    generator: nn.Module
    classifier: ImageClassifier
    landmarks: Tensor
    leaning: Tensor
    thickening: Tensor


@cache
def explored(run: str = RUN) -> Map:
    """Survey the generator of a stored run of digits; the second time it is known already."""
    generator = stored_runs.load(run).generator
    found = latent.survey(generator, latent.standard_latents(SURVEYED, generator.latent_dim))
    by_digit = [found.where(found.digit == digit) for digit in range(10)]
    return Map(
        generator,
        load_classifier(),
        torch.stack([each.latent[each.sureness.argmax()] for each in by_digit]),
        # Within each digit, since sevens lean more than ones, and that is not what is meant.
        torch.stack([latent.direction(each.latent, each.slant) for each in by_digit]).mean(0),
        torch.stack([latent.direction(each.latent, each.width) for each in by_digit]).mean(0),
    )


def walk(known: Map, start: int, end: int, lean: float, thicken: float) -> Tensor:
    """11 latent vectors on the arc from one digit to another, all moved by as much: 11×d."""
    shares = torch.linspace(0, 1, STOPS)[:, None]
    ends = (known.landmarks[digit].expand(STOPS, -1) for digit in (start, end))
    return latent.on_the_sphere(*ends, shares) + lean * known.leaning + thicken * known.thickening


@torch.no_grad()
def draw_walk(
    start: str, end: str, stop: int, lean: float, thicken: float, figure: Figure | None = None
) -> Figure:
    """The way from one digit to another, the digit at one stop, and what the classifier sees."""
    known = explored()
    path = generate(known.generator, walk(known, int(start), int(end), lean, thicken))
    image = path[stop]
    chances = known.classifier(image[None]).softmax(dim=1)[0]
    return latent_view(image, path, stop, chances, figure)


def latent_explorer() -> Explorer:
    """Lesson 08: walk from one digit to another, lean and thicken it, and watch a classifier."""
    first = draw_walk("3", "8", STOPS // 2, 0.0, 0.0)
    return Explorer(
        "Latent explorer",
        partial(draw_walk, figure=first),
        {
            "start": choice("from", DIGITS, value="3"),
            "end": choice("to", DIGITS, value="8"),
            "stop": slider("stop on the way", 0, STOPS - 1, value=STOPS // 2),
            "lean": slider("lean (× a − b)", -1.5, 1.5, 0.1, value=0),
            "thicken": slider("thicken (× a − b)", -1.5, 1.5, 0.1, value=0),
        },
    )
