"""One generator, trained by different ways to measure the distance: lesson 12.

Steps, batches and the generator are the same. The measurer is a critic under the penalty, a critic
that is 1-Lipschitz by construction, or the exact plan between each two batches, without a critic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor, nn

from wgan_lib import networks
from wgan_lib.distributions import Distribution, gaussian_ring
from wgan_lib.experiments.measures import COMPARED, REAL_SEED, judge_of
from wgan_lib.experiments.recipes import find
from wgan_lib.experiments.study import FINISHED, Measured, Study
from wgan_lib.ground.arguments import one_of
from wgan_lib.images.datasets import digits
from wgan_lib.lipschitz.layers import lipschitz_mlp
from wgan_lib.metrics import SAMPLES, critic_estimate, mode_coverage
from wgan_lib.training.loop import DivergedError, train
from wgan_lib.training.objectives import WGANGP
from wgan_lib.training.plan_only import train_on_plans
from wgan_lib.training.run import draw_samples
from wgan_lib.training.settings import Settings
from wgan_lib.transport import wasserstein

MEASURERS = ("penalty", "certified", "plans")


@dataclass(frozen=True)
class Match:
    """One generator and one set of data, for all three measurers.

    real       the data that is trained on, and held_out what samples are compared with
    generator  builds it
    critic     widths of either critic, from the flattened sample to its score
    penalty    λ of the penalised critic
    settings   of both critics' runs; certified_rate is the learning rate under the certified one
    scores     other numbers of a sample than its distance
    """

    real: Callable[[], Distribution]
    held_out: Callable[[], Distribution]
    generator: Callable[[], nn.Module]
    critic: tuple[int, ...]
    penalty: float
    settings: Settings
    certified_rate: float
    scores: Callable[[Tensor], dict[str, float]]

    def play(self, measurer: str, seed: int, steps: int | None = None) -> Played:
        """Train the generator under one of MEASURERS, from weights and draws of this seed."""
        one_of("measurer", measurer, MEASURERS)
        steps = self.settings.steps if steps is None else steps
        settings = replace(self.settings, seed=seed, steps=steps)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            generator, critic = self.generator(), self._critic(measurer)
        if critic is None:
            train_on_plans(generator, self.real().sample, settings)
            return Played(generator, None)
        if measurer == "certified":
            settings = replace(settings, learning_rate=self.certified_rate)
        objective = WGANGP(penalty=self.penalty if measurer == "penalty" else 0.0)
        train(generator, critic, self.real().sample, objective, settings, device="cpu")
        return Played(generator, critic.eval())

    def _critic(self, measurer: str) -> nn.Module | None:
        builders = {"penalty": networks.mlp, "certified": lipschitz_mlp}
        if measurer not in builders:
            return None
        return nn.Sequential(nn.Flatten(), *builders[measurer](list(self.critic)))


@dataclass(frozen=True)
class Played:
    """A trained generator, and the critic that it was trained by, if there was one."""

    generator: nn.Module
    critic: nn.Module | None

    def sample(self, n: int) -> Tensor:
        """n samples, the same ones for the same generator."""
        return draw_samples(self.generator, n)


@dataclass(frozen=True)
class MeasurerStudy(Study):
    """A generator trained under each of MEASURERS, and what its samples are worth at the end.

    wasserstein  exact W₁ between 500 samples and 500 held-out real ones
    estimate     what the measurer itself says, of 500 of each
    """

    name: str
    about: str
    match: Match
    seeds: tuple[int, ...] = (0, 1, 2)

    def names(self) -> tuple[str, ...]:
        """The measurers."""
        return MEASURERS

    def measured(self, name: str, seed: int, device: str | torch.device) -> Measured:
        """One run, measured at its end; always on the CPU."""
        try:
            played = self.match.play(name, seed)
        except DivergedError as error:
            return Measured([], f"diverged: {error}")
        fake = played.sample(SAMPLES)
        source = torch.Generator().manual_seed(REAL_SEED)
        real = self.match.held_out().sample(COMPARED, source)
        exact = float(wasserstein(fake[:COMPARED], real))
        said = critic_estimate(played.critic, real, fake[:COMPARED]) if played.critic else exact
        row = {"step": self.match.settings.steps, "wasserstein": exact, "estimate": said}
        return Measured([row | self.match.scores(fake)], FINISHED)

    def identity(self) -> dict[str, str]:
        """All that decides a run: widths, λ and settings."""
        match = self.match
        words = {"generator": str(match.generator()), "critic": str(match.critic)}
        words |= {"penalty": str(match.penalty), "certified_rate": str(match.certified_rate)}
        settings = vars(match.settings).items()
        return words | {k: str(v) for k, v in settings if k not in ("seed", "log_every")}


def _ring_generator() -> nn.Module:
    return networks.toy_mlp(width=128)[0]


def _modes(samples: Tensor) -> dict[str, float]:
    law = gaussian_ring()
    found = mode_coverage(samples, law.modes, law.std)
    return {"covered": found.covered, "high_quality": found.high_quality}


def _images(samples: Tensor) -> dict[str, float]:
    judge = judge_of(find("digits-wgan-gp"))
    scores = judge.scores(samples[: judge.size])
    return {"frechet_distance": scores.frechet_distance, "recall": scores.recall}


RING = Match(
    real=gaussian_ring,
    held_out=gaussian_ring,
    generator=_ring_generator,
    critic=(2, 64, 64, 64, 1),
    penalty=0.1,
    settings=Settings(
        steps=600, batch_size=256, critic_steps=3, learning_rate=3e-3, final_rate=0.0
    ),
    certified_rate=5e-3,
    scores=_modes,
)
DIGITS = Match(
    real=digits,
    held_out=partial(digits, "test"),
    generator=partial(networks.image_generator, 28, 1, 24, 32, "torch"),
    critic=(28 * 28, 256, 256, 1),
    penalty=10.0,
    settings=Settings(steps=300, batch_size=64, critic_steps=3, learning_rate=2e-3, final_rate=0.0),
    certified_rate=5e-3,
    scores=_images,
)
MEASURER_STUDIES = (
    MeasurerStudy("ring-measurers", "lesson 12: who measures the distance, on the ring", RING),
    MeasurerStudy("digits-measurers", "lesson 12: who measures the distance, on digits", DIGITS),
)
