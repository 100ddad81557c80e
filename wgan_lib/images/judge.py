"""One judge for all the images of a lesson: the same held-out images, the same classifier."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.ground.devices import random_source
from wgan_lib.images.classifier import ImageClassifier, load_classifier
from wgan_lib.images.datasets import Images
from wgan_lib.images.metrics import (
    chance_nearer,
    class_coverage,
    classifier_score,
    frechet_distance,
    nearest_training,
    precision_recall,
)

# The data sets that a classifier of ours can judge, and which one. The others have none.
CLASSIFIERS = {"digits": "mnist", "mnist": "mnist", "fashion-mnist": "fashion-mnist"}
MOST_IMAGES = 2500  # images on each side: more cost minutes and change the third digit


class ImageScores(NamedTuple):
    """What `image_metrics` says of a sample of images, each number as its function gives it."""

    frechet_distance: float
    classifier_score: float
    classes_covered: int
    imbalance: float
    precision: float
    recall: float
    copying: float


class ImageJudge:
    """Scores images against held-out real ones and against the training set, N×1×28×28 each.

    The Fréchet distance, precision and recall depend on how many images are compared: take as many
    as there are held-out ones (`size`), and hold the scores against `ends()`.
    """

    def __init__(self, training: Images, held_out: Images, kind: str = "mnist"):
        self.classifier: ImageClassifier = load_classifier(kind, held_out.device)
        self.held_out, self.training = held_out.images[:MOST_IMAGES], training.images
        self.features = self.classifier.features(self.held_out)
        self.wanted = None if held_out.labels is None else held_out.labels[:MOST_IMAGES].bincount()
        self.held_out_distance = nearest_training(self.held_out, self.training).distance

    @property
    def size(self) -> int:
        """How many images to bring."""
        return len(self.held_out)

    @torch.no_grad()
    def scores(self, images: Tensor) -> ImageScores:
        """All the numbers for these images."""
        features = self.classifier.features(images)
        logits = self.classifier.head(features)
        coverage = class_coverage(logits, self.wanted)
        return ImageScores(
            float(frechet_distance(features, self.features)),
            float(classifier_score(logits)),
            coverage.covered,
            coverage.imbalance,
            *precision_recall(self.features, features),
            chance_nearer(nearest_training(images, self.training).distance, self.held_out_distance),
        )

    @torch.no_grad()
    def frechet_distance(self, images: Tensor) -> float:
        """The first of the numbers alone."""
        return float(frechet_distance(self.classifier.features(images), self.features))

    def ends(self, seed: int = 0) -> dict[str, ImageScores]:
        """Both ends of every scale: training images handed out as if they were new, and noise.

        "real" is the best that can be reached by all numbers but the last, which says where these
        images come from.
        """
        source = random_source(self.held_out.device, seed)
        order = torch.randperm(len(self.training), generator=source, device=self.held_out.device)
        noise = torch.rand(self.held_out.shape, generator=source, device=self.held_out.device)
        real = self.training[order[: self.size]]
        return {"real": self.scores(real), "noise": self.scores(2 * noise - 1)}
