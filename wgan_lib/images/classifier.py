"""Two small classifiers, trained by this course and shipped with it: the eyes of the image metrics.

Pixel by pixel, a digit that is moved by one pixel is another image. A network that has learned to
tell digits apart sees the same digit. Its last hidden layer gives each image 64 numbers, and the
metrics of `image_metrics` compare samples by these. The classifier of "mnist" judges digits, the
one of "fashion-mnist" judges clothes; neither knows anything of the other's images.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn

from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import finite_number, finite_tensor, one_of
from wgan_lib.ground.reading import require_file
from wgan_lib.images.datasets import shipped
from wgan_lib.networks import half_precision

KINDS = {"mnist": "digit-classifier.pt", "fashion-mnist": "clothes-classifier.pt"}
# Of the files that the course ships: scores by other weights compare with no stored score.
SHA256 = {
    "mnist": "2a0b31c3b18fd52f5c253fcf79da36b80cd892bff5d58b1fa18b169dbdafceee",
    "fashion-mnist": "45119a99a8e39cb055bf4fbdfe633f9a42270a4a28a24b97924d6096df9f20e2",
}
MOST = 2**20  # bytes
FEATURES, CLASSES, SIDE = 64, 10, 28
CHUNK = 1000  # images at a time: more would leave the processor's cache


class ImageClassifier(nn.Module):
    """Grey images N×1×28×28 in [−1, 1] to ten logits, by way of 64 features.

    The features are the means of 64 maps after a ReLU, so none is negative. `accuracy` is the share
    of the official test set that it gets right, with the weights as they are shipped; `kind` says
    which test set, "mnist" or "fashion-mnist".
    """

    def __init__(self, accuracy: float = float("nan"), kind: str = "mnist"):
        super().__init__()
        self.kind = one_of("kind", kind, KINDS)
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
    missing, damaged, or another than the course ships. `data/build_classifier.py` makes others.
    """
    return _loaded(one_of("kind", kind, KINDS), str(device))


@cache
def _loaded(kind: str, device: str) -> ImageClassifier:
    path = shipped(KINDS[kind])
    got = hashlib.sha256(require_file(path, "a classifier", MOST).read_bytes()).hexdigest()
    if got != SHA256[kind]:
        raise checkpoints.CheckpointError(
            f"{path} is not the classifier of {kind} that the course ships: expected SHA-256 "
            f"{SHA256[kind]}, got {got}"
        )
    return read_classifier(path, device)


def read_classifier(path: str | Path, device: torch.device | str = "cpu") -> ImageClassifier:
    """A classifier from its file, where the weights are kept in half precision."""
    contents = checkpoints.load(path, device, MOST)
    try:
        accuracy = finite_number("accuracy", contents["accuracy"], minimum=0.0, maximum=1.0)
        classifier = ImageClassifier(accuracy, contents["kind"])
        classifier.load_state_dict(contents["weights"])
        for name, weights in classifier.state_dict().items():
            finite_tensor(name, weights)
    except (KeyError, RuntimeError, TypeError, ValueError, AttributeError) as error:
        wanted = "a kind, an accuracy, and finite weights that fit"
        what = f"does not hold an image classifier: {wanted}"
        raise checkpoints.CheckpointError(f"{path} {what}") from error
    return classifier.to(device).eval().requires_grad_(False)


def write_classifier(path: str | Path, classifier: ImageClassifier) -> None:
    """Keep a classifier in half precision, with the accuracy that it has so."""
    weights = half_precision(classifier.state_dict())
    about = {"kind": classifier.kind, "accuracy": classifier.accuracy}
    checkpoints.save(path, {**about, "weights": weights})
