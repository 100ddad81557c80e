"""What is measured on a run while it trains. A measure takes the run and gives named numbers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

from wgan_lib.experiments.recipes import IMAGES, TOYS, Recipe
from wgan_lib.ground.devices import random_source
from wgan_lib.images.judge import CLASSIFIERS, ImageJudge
from wgan_lib.metrics import SAMPLES, mode_coverage
from wgan_lib.training.run import Run
from wgan_lib.transport import wasserstein

COMPARED = 500  # samples on each side of an exact W₁, which takes about a tenth of a second
REAL_SEED = 1_000_003  # of the real ones; the fakes are drawn with seed 0
MEDIAN_OF = 25  # steps
TIMED = 20  # steps


@contextmanager
def one_thread() -> Iterator[None]:
    """A context in which torch computes with one thread; sums depend on how many share them."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def modes(run: Run, recipe: Recipe) -> dict[str, float]:
    """covered and high_quality by the rule of ``metrics.mode_coverage``, on 2,500 samples.

    favourite is the number of the mode that is nearest to most samples, and favourite_share is
    their share, whatever their quality: at best 1/M for M modes, and 1 where all sit at one mode.
    """
    law, samples = recipe.load_data(), run.sample(SAMPLES)
    found = mode_coverage(samples, law.modes, law.std)
    nearest = mode_coverage(samples, law.modes, law.std, threshold=1e9).counts
    return {
        "covered": found.covered,
        "high_quality": found.high_quality,
        "favourite": int(nearest.argmax()),
        "favourite_share": float(nearest.max()) / SAMPLES,
    }


def distance(run: Run, recipe: Recipe) -> dict[str, float]:
    """wasserstein: exact W₁ between 500 samples and 500 real ones (images from the test set).

    critic_estimate is what the critic makes of them: JS in nats, or K·W₁, as its objective has it.
    """
    fake, real = run.sample(COMPARED), _real_samples(run, recipe)
    middle = torch.full((COMPARED,), 0.5, dtype=fake.dtype, device=fake.device)
    run.critic.eval()  # so that measuring leaves the statistics of a batch norm as they were
    parts = run.objective.critic_loss(run.critic, real, fake, middle).parts
    run.critic.train()
    return {
        "wasserstein": float(wasserstein(fake, real)),
        "critic_estimate": float(parts["critic_estimate"]),
    }


def _real_samples(run: Run, recipe: Recipe) -> Tensor:
    split = {} if recipe.data in TOYS else {"split": "test"}
    law = recipe.load_data(run.device, **split)
    return law.sample(COMPARED, random_source(run.device, REAL_SEED), run.device)


def images(run: Run, recipe: Recipe) -> dict[str, float]:
    """All scores of an ``ImageJudge``, and the Fréchet distance of the raw generator as well."""
    judge = judge_of(recipe)
    raw = run.sample(judge.size, averaged=False)
    return {
        **judge.scores(run.sample(judge.size).cpu())._asdict(),
        "raw_frechet_distance": judge.frechet_distance(raw.cpu()),
    }


def judge_of(recipe: Recipe, root: str | None = None) -> ImageJudge:
    """The judge of a recipe's images: against held-out ones, and on the CPU."""
    return _judge(recipe.data, root)


@cache
def _judge(data: str, root: str | None) -> ImageJudge:
    where = {} if data == "digits" else {"root": root}
    training, held_out = (IMAGES[data](split, **where) for split in ("train", "test"))
    return ImageJudge(training, held_out, CLASSIFIERS[data])


def estimate(run: Run, recipe: Recipe) -> dict[str, float]:
    """critic_estimate: the critic's own while training, the median over the last 25 steps."""
    return {"critic_estimate": float(run.history["critic_estimate"][-MEDIAN_OF:].median())}


def speed(run: Run, recipe: Recipe) -> dict[str, float]:
    """seconds_a_step: processor time per step, over 20 steps of a fresh run with one thread.

    Processor time, because it does not count what else the machine does; not quite, since a busy
    neighbour slows memory down.
    """
    fresh = recipe.changed(steps=TIMED)
    with one_thread():
        start = time.process_time()
        fresh.train(device=run.device)
        return {"seconds_a_step": (time.process_time() - start) / TIMED}


MEASURES: dict[str, Callable[[Run, Recipe], dict[str, float]]] = {
    "modes": modes,
    "distance": distance,
    "images": images,
    "estimate": estimate,
    "speed": speed,
}
