"""Two small classifiers, trained by this course and shipped with it: the eyes of the image metrics.

Pixel by pixel, a digit that is moved by one pixel is another image. A network that has learned to
tell digits apart sees the same digit. Its last hidden layer gives each image 64 numbers, and the
metrics of `image_metrics` compare samples by these. The classifier of "mnist" judges digits, the
one of "fashion-mnist" judges clothes; neither knows anything of the other's images.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import finite_tensor, one_of
from wgan_lib.images.datasets import shipped
from wgan_lib.networks import half_precision

KINDS = {"mnist": "digit-classifier.pt", "fashion-mnist": "clothes-classifier.pt"}
FEATURES, CLASSES, SIDE = 64, 10, 28
CHUNK = 1000  # images at a time: more would leave the processor's cache


class ImageClassifier(nn.Module):
    """Grey images N×1×28×28 in [−1, 1] to ten logits, by way of 64 features.

    The features are the means of 64 maps after a ReLU, so none is negative. `accuracy` is the share
    of the official test set that it gets right, with the weights as they are shipped.
    """

    def __init__(self, accuracy: float = float("nan")):
        super().__init__()
        self.body = nn.Sequential(
            *_block(1, 16, kernel=5, stride=2),
            *_block(16, 32, kernel=3, stride=1),
            *_block(32, 64, kernel=3, stride=2),
            *_block(64, FEATURES, kernel=3, stride=1),
        )
        self.head = nn.Linear(FEATURES, CLASSES)
        self.accuracy = accuracy

    def features(self, images: Tensor) -> Tensor:
        """Images N×1×28×28 to features N×64. With a graph where the images have one."""
        images = _grey_images(images)
        return torch.cat([self.body(part).mean(dim=(2, 3)) for part in images.split(CHUNK)])

    def forward(self, images: Tensor) -> Tensor:
        """Images N×1×28×28 to logits N×10."""
        return self.head(self.features(images))


def _block(shallow: int, deep: int, kernel: int, stride: int) -> list[nn.Module]:
    convolution = nn.Conv2d(shallow, deep, kernel, stride, kernel // 2, bias=False)
    return [convolution, nn.BatchNorm2d(deep), nn.ReLU()]


def _grey_images(images: Tensor) -> Tensor:
    images = finite_tensor("images", images, dimensions=(4,))
    if images.shape[1:] != (1, SIDE, SIDE):
        raise ValueError(
            f"images must be grey, 1×{SIDE}×{SIDE}: the classifier knows no others, "
            f"got {'×'.join(map(str, images.shape[1:]))}"
        )
    low, high = (extreme.item() for extreme in torch.aminmax(images.detach()))
    if low < -1.001 or high > 1.001:  # bfloat16 rounds, tanh and a file do not
        raise ValueError(f"images must lie in [-1, 1], got values from {low:g} to {high:g}")
    return images


def load_classifier(kind: str = "mnist", device: torch.device | str = "cpu") -> ImageClassifier:
    """The shipped classifier of "mnist" or "fashion-mnist", in evaluation mode, its weights fixed.

    It is read once for each device. Raises FileNotFoundError or CheckpointError where the file is
    missing or damaged; `data/build_classifier.py` makes it again.
    """
    return _loaded(one_of("kind", kind, KINDS), str(device))


@cache
def _loaded(kind: str, device: str) -> ImageClassifier:
    return read_classifier(shipped(KINDS[kind]), device)


def read_classifier(path: str | Path, device: torch.device | str = "cpu") -> ImageClassifier:
    """A classifier from its file, where the weights are kept in half precision."""
    contents = checkpoints.load(path, device)
    try:
        classifier = ImageClassifier(contents["accuracy"])
        classifier.load_state_dict(contents["weights"])
    except (KeyError, RuntimeError) as error:
        raise checkpoints.CheckpointError(f"{path} does not hold an image classifier") from error
    return classifier.to(device).eval().requires_grad_(False)


def write_classifier(path: str | Path, classifier: ImageClassifier) -> None:
    """Keep a classifier in half precision, with the accuracy that it has so."""
    weights = half_precision(classifier.state_dict())
    checkpoints.save(path, {"accuracy": classifier.accuracy, "weights": weights})
