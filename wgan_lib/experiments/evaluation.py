"""How good a trained generator is: its numbers, and beside them those of real data.

The distance between two finite samples is not 0 even where both are real: that is the floor. Among
images it is high and not quite a floor, since 500 points are few in 784 dimensions: blurred images,
which lie nearer to the middle of the data, can get below it.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.experiments.recipes import TOYS
from wgan_lib.experiments.trained import TrainedPair
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.images.datasets import Images
from wgan_lib.images.judge import CLASSIFIERS, ImageJudge, ImageScores
from wgan_lib.metrics import SAMPLES, mode_coverage
from wgan_lib.training.objectives import GAN
from wgan_lib.transport import wasserstein

IMAGES = 500  # exact W₁ between clouds of this size takes about a second
ENDS = "real {{{0}_real:.4g}}, noise {{{0}_noise:.4g}}"  # the two ends of a metric's scale

# What a number is called in a table, and what to hold it against.
READINGS = {
    "modes_covered": ("modes covered", "of {modes}"),
    "high_quality_share": ("high-quality share", "a perfect sampler reaches 0.989"),
    "w1": ("W₁, samples to real", "the distance to make small"),
    "w1_floor": ("W₁, real to real", "the floor: what as many other real samples reach"),
    "w1_noise": ("W₁, noise to real", "the ceiling: uniform noise in every pixel"),
    "judged": ("images judged", "by a classifier that gets {classifier_accuracy:.2%} right"),
    "frechet_distance": ("Fréchet distance", ENDS.format("frechet_distance")),
    "classifier_score": ("classifier score", ENDS.format("classifier_score")),
    "classes_covered": ("classes covered", ENDS.format("classes_covered") + "; of 10"),
    "imbalance": ("imbalance of classes", ENDS.format("imbalance")),
    "precision": ("precision", ENDS.format("precision")),
    "recall": ("recall", ENDS.format("recall")),
    "copying": ("copying score", "0.5 as fresh real images, 1 copies; noise {copying_noise:.4g}"),
    "critic_estimate": ("critic's estimate", "of {critic_estimates}"),
}
# What stands in the reading of another number, and has no line of its own.
TOLD_ELSEWHERE = {"modes", "critic_estimates", "classifier_accuracy"}
TOLD_ELSEWHERE |= {f"{name}_{end}" for name in ImageScores._fields for end in ("real", "noise")}


def evaluate_trained(
    trained: TrainedPair, root: str | Path | None = None, seed: int = 0
) -> dict[str, float | int | str]:
    """Measure a generator by fresh samples: a flat dictionary of numbers and words.

    Points are compared with new points of the law, images with held-out images, pixel by pixel.
    root is the folder of the data sets that do not come with the course.
    """
    seed = positive_integer("seed", seed, minimum=0)
    about = {
        "recipe": trained.recipe.name,
        "step": trained.step,
        "weights": "averaged" if trained.averaged else "as trained",
    }
    # The samples take `seed` itself: the real data must not be drawn from the same numbers.
    random = random_source(trained.device, (seed + 1) % 2**64 if seed < 2**64 else seed)
    if trained.recipe.data in TOYS:
        return about | _on_points(trained, random, seed)
    return about | _on_images(trained, random, seed, root)


def as_rows(measured: dict[str, float | int | str]) -> list[tuple[str, str, str]]:
    """The measurements for a reader: name, value, and what to hold the value against."""
    rows = []
    for key, value in measured.items():
        name, reading = READINGS.get(key, (key, ""))
        shown = f"{value:.4g}" if isinstance(value, float) else str(value)
        if key not in TOLD_ELSEWHERE:
            rows.append((name, shown, reading.format(**measured)))
    return rows


def _on_points(trained: TrainedPair, random: torch.Generator, seed: int) -> dict:
    law, fake = trained.recipe.load_data(), trained.sample(SAMPLES, seed)
    real, more = (law.sample(SAMPLES, random, trained.device) for _ in range(2))
    measured = {"samples": SAMPLES}
    if hasattr(law, "modes"):
        found = mode_coverage(fake, law.modes, law.std)
        measured |= {"modes_covered": found.covered, "modes": found.total}
        measured["high_quality_share"] = found.high_quality
    measured |= {"w1": _w1(fake, real), "w1_floor": _w1(more, real)}
    return measured | _critic_view(trained, real, fake)


def _on_images(trained: TrainedPair, random: torch.Generator, seed: int, root) -> dict:
    splits = [trained.recipe.load_data(trained.device, root, s) for s in ("train", "test")]
    count = min(IMAGES, *map(len, splits))
    seen, held_out = (_some(split, count, random) for split in splits)
    fake = trained.sample(count, seed)
    noise = 2 * torch.rand(fake.shape, generator=random, device=fake.device) - 1
    measured = {"samples": count, "w1": _w1(fake, held_out)}
    measured |= {"w1_floor": _w1(seen, held_out), "w1_noise": _w1(noise, held_out)}
    if trained.recipe.data in CLASSIFIERS:
        measured |= _judged(trained, ImageJudge(*splits, CLASSIFIERS[trained.recipe.data]), seed)
    return measured | _critic_view(trained, held_out, fake)


def _judged(trained: TrainedPair, judge: ImageJudge, seed: int) -> dict[str, float]:
    """What a classifier makes of the samples, and at both ends of each scale."""
    found = {"judged": judge.size, "classifier_accuracy": judge.classifier.accuracy}
    found |= judge.scores(trained.sample(judge.size, seed))._asdict()
    for end, scores in judge.ends(seed).items():
        found |= {f"{name}_{end}": value for name, value in scores._asdict().items()}
    return found


def _some(images: Images, count: int, random: torch.Generator) -> Tensor:
    """Different images, unlike ``Images.sample``, which may draw one twice."""
    order = torch.randperm(len(images), generator=random, device=images.device)
    return images.images[order[:count]]


def _w1(x: Tensor, y: Tensor) -> float:
    return float(wasserstein(x, y))


def _critic_view(trained: TrainedPair, real: Tensor, fake: Tensor) -> dict[str, float | str]:
    """What the critic makes of the same samples, and what its estimate is an estimate of."""
    objective = trained.recipe.objective
    estimate = objective.critic_loss(trained.critic, real, fake).parts["critic_estimate"]
    meaning = (
        "the JS divergence, in nats" if isinstance(objective, GAN) else "K·W₁, where K is its slope"
    )
    return {"critic_estimate": float(estimate), "critic_estimates": meaning}
