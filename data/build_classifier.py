"""Train the two small classifiers that judge images, and write them into this folder.

    python data/build_classifier.py                    train both aside, say how good they are
    python data/build_classifier.py mnist --write      train that one and replace its file here

They are trained on the official training sets of MNIST and Fashion-MNIST, which are looked for as
`data/README.md` says. The 5,000 embedded digits are part of MNIST's training set: they are left
out, so that the classifier has never seen the digits that it is asked to judge in the lessons.

The images are moved by up to two pixels at random while training. What is printed, and kept in the
file, is the accuracy on the official test set after the weights have been rounded to half
precision. Other machines add in another order: there the weights come out differently, and the
accuracy differs in its fourth digit.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, pad

from wgan_lib.images import datasets
from wgan_lib.images.classifier import KINDS, ImageClassifier, read_classifier, write_classifier
from wgan_lib.images.datasets import Images

FOLDER = Path(__file__).resolve().parent
OFFICIAL = {"mnist": datasets.mnist, "fashion-mnist": datasets.fashion_mnist}
EPOCHS, BATCH, RATE, REACH, SEED = 12, 128, 4e-3, 2, 0


def training_images(kind: str) -> tuple[Tensor, Tensor]:
    """Images and labels to train on: of MNIST all but the first 500 of each digit."""
    official = OFFICIAL[kind]("train")
    kept = torch.ones(len(official), dtype=torch.bool)
    if kind == "mnist":
        for digit in range(10):
            kept[(official.labels == digit).nonzero()[:500]] = False
    return official.images[kept], official.labels[kept]


def moved(images: Tensor, source: torch.Generator) -> Tensor:
    """Each image moved by up to REACH pixels either way, with background where it came from."""
    n, _, side, _ = images.shape
    framed = pad(images, [REACH] * 4, value=-1.0)
    down, right = torch.randint(2 * REACH + 1, (2, n, 1), generator=source)
    rows, columns = (shift + torch.arange(side) for shift in (down, right))
    return framed[torch.arange(n)[:, None, None], 0, rows[:, :, None], columns[:, None]][:, None]


def trained(images: Tensor, labels: Tensor) -> ImageClassifier:
    """A classifier after EPOCHS rounds through the images; Adam, the rate up and down once."""
    torch.manual_seed(SEED)
    source = torch.Generator().manual_seed(SEED)
    classifier = ImageClassifier(accuracy=0.0)  # until it is measured
    optimiser = torch.optim.Adam(classifier.parameters())
    steps = EPOCHS * (len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        order = torch.randperm(len(images), generator=source)
        for chosen in order[: len(order) // BATCH * BATCH].split(BATCH):
            loss = cross_entropy(classifier(moved(images[chosen], source)), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss of the last batch {loss.item():.4f}")
    return classifier.eval()


@torch.no_grad()
def accuracy(classifier: ImageClassifier, images: Images) -> float:
    """The share of the images that the classifier gets right."""
    right = classifier(images.images).argmax(dim=1) == images.labels
    return right.double().mean().item()


def build(kind: str, write: bool) -> None:
    """Train one classifier, measure it as it will be read, and with `write` put it in place."""
    classifier = trained(*training_images(kind))
    classifier.kind = kind
    with tempfile.TemporaryDirectory() as name:
        aside = Path(name) / KINDS[kind]
        write_classifier(aside, classifier)
        classifier.accuracy = accuracy(read_classifier(aside), OFFICIAL[kind]("test"))
        target = FOLDER / KINDS[kind] if write else aside
        write_classifier(target, classifier)
        stored = target.read_bytes()
    print(f"{kind}: {classifier.accuracy:.2%} of the official test set, {len(stored):,} bytes")
    print(f"SHA-256, for wgan_lib/images/classifier.py: {hashlib.sha256(stored).hexdigest()}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kind", nargs="?", choices=KINDS, help="default: both")
    parser.add_argument("--write", action="store_true", help="replace the files in this folder")
    options = parser.parse_args()
    try:
        for kind in [options.kind] if options.kind else KINDS:
            build(kind, options.write)
    except (OSError, ValueError) as error:
        print(f"build_classifier: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
