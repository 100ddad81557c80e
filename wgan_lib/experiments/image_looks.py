"""What the studies of lesson 07 measure on the way, and which recipes they run."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import torch

from wgan_lib.experiments import recipes
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.images.dcgan_guidelines import GUIDELINES
from wgan_lib.images.judge import CLASSIFIERS, ImageJudge
from wgan_lib.training.run import Run

MEDIAN_OF, TIMED = 25, 20


def judge_of(recipe: Recipe, root: str | None = None) -> ImageJudge:
    """The judge of a recipe's images: against held-out ones, and on the CPU."""
    return _judge(recipe.data, root)


@cache
def _judge(data: str, root: str | None) -> ImageJudge:
    splits = (
        recipes.IMAGES[data](split, **({} if data == "digits" else {"root": root}))
        for split in ("train", "test")
    )
    return ImageJudge(*splits, CLASSIFIERS[data])


def images(run: Run, recipe: Recipe) -> dict[str, float]:
    """All the scores of `image_judge`, and the Fréchet distance of the raw generator as well."""
    judge = judge_of(recipe)
    raw = run.sample(judge.size, averaged=False)
    return {
        **judge.scores(run.sample(judge.size).cpu())._asdict(),
        "raw_frechet_distance": judge.frechet_distance(raw.cpu()),
    }


def estimate(run: Run, recipe: Recipe) -> dict[str, float]:
    """critic_estimate: the critic's own while training, the median over the last 25 steps."""
    return {"critic_estimate": float(run.history["critic_estimate"][-MEDIAN_OF:].median())}


def speed(run: Run, recipe: Recipe) -> dict[str, float]:
    """seconds_a_step: processor time of a step, over 20 steps of a fresh run with one thread.

    Processor time, because it does not count what else the machine does; not quite, since a busy
    neighbour slows memory down.
    """
    fresh = recipe.changed(steps=TIMED)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    start = time.process_time()
    fresh.train(device=run.device)
    torch.set_num_threads(threads)
    return {"seconds_a_step": (time.process_time() - start) / TIMED}


MEASURES = {"images": images, "estimate": estimate, "speed": speed}


def _variants() -> dict[str, Recipe]:
    """The four objectives on the same networks, none of them with a norm in the critic."""
    penalised = recipes.find("digits-wgan-gp").changed(critic_norm=None)
    return {
        "gan": recipes.find("digits-gan"),
        "non-saturating-gan": recipes.find("digits-non-saturating-gan"),
        "wgan": recipes.find("digits-wgan"),
        "wgan-gp": penalised,
        "wgan-gp-rmsprop": penalised.changed(optimiser="rmsprop"),
        "dcgan": recipes.find("digits-dcgan"),
    }


def _guidelines() -> dict[str, Recipe]:
    """DCGAN after all its guidelines ("nothing" is left out), and without each of them."""
    followed = recipes.find("digits-dcgan").changed(steps=400)
    return {without: followed.changed(without=without) for without in ("nothing", *GUIDELINES)}


def _critics() -> dict[str, Recipe]:
    """A critic that can teach, one that gets too few steps, and a clipped one that is weak too."""
    sound = recipes.find("digits-wgan-gp").changed(critic_norm=None, steps=300)
    weak = recipes.find("digits-wgan").changed(steps=400, critic_steps=1, critic_width=4)
    return {"sound": sound, "hurried": sound.changed(critic_steps=1), "weak": weak}


def _about(name: str, about: str, chosen: dict[str, Recipe], every: int) -> dict[str, Any]:
    shared = {"seeds": (0, 1, 2), "every": every, "measures": ("images", "estimate")}
    return {"name": name, "about": f"lesson 07: {about}", "recipes": chosen} | shared


# What `studies.Study` is made from.
STUDIES: tuple[dict[str, Any], ...] = (
    _about("image-objectives", "objectives and optimisers on the same digits", _variants(), 50),
    _about("dcgan-guidelines", "DCGAN without each of its guidelines", _guidelines(), 100),
    _about("image-critics", "critics that are sound, hurried, or weak", _critics(), 50),
    {
        "name": "image-speed",
        "about": "lesson 07: what a step of each recipe of image-objectives takes",
        "recipes": {name: recipe.changed(steps=1) for name, recipe in _variants().items()},
        "seeds": (0, 1, 2, 3, 4),
        "every": 1,
        "measures": ("speed",),
    },
)
