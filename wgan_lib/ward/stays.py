"""A stay on the ward: a loop is trained, and measured on the way."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from wgan_lib.distributions import GaussianMixture
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.images.datasets import digits
from wgan_lib.images.judge import CLASSIFIERS, ImageJudge
from wgan_lib.lipschitz.gradients import gradient_norms
from wgan_lib.metrics import SAMPLES, critic_estimate, mode_coverage
from wgan_lib.transport import wasserstein
from wgan_lib.ward.loop import Loop, Training, seeded

COMPARED = 500  # samples on each side of an exact W₁
REAL_SEED, LATENT_SEED = 1_000_003, 1_000_033
LOOKS = 10  # in a stay, after the first


@dataclass(frozen=True)
class Stay:
    """What was seen of a loop while it trained.

    rows      for each look "step" (rounds so far, from 0 on) and the numbers of ``run``
    samples   what 500 latent vectors give, always the same ones, by step: N×2, or N×1×28×28
    ended     "finished", or "diverged: …" where something was no finite number any more
    """

    rows: list[dict[str, float]]
    samples: dict[int, Tensor]
    ended: str

    @property
    def columns(self) -> dict[str, Tensor]:
        """A 1-D tensor for each name in the rows."""
        return {name: torch.tensor([row[name] for row in self.rows]) for name in self.rows[0]}


def run(loop: Loop, seed: int = 0, steps: int | None = None, looks: int = LOOKS) -> Stay:
    """Train a loop from this seed, and look at it at the start and ``looks`` times on the way.

    steps is how many rounds to train, all of them unless told otherwise; the learning rate falls
    over those of the loop. The numbers of a stay, all on samples that training never sees:

    wasserstein      exact W₁ from 500 samples to 500 real ones (images from the test set)
    critic_estimate  the critic's own, on the same samples: K·W₁ for the best critic of slope K
    covered, high_quality   modes and share of good samples of 2,500, by ``metrics.mode_coverage``;
                     of images the classes, and the precision by the course's classifier
    steepest_slope, median_slope   ‖∇D‖ at 500 points between real and fake samples

    A loop whose weights or numbers are no longer finite diverges: the stay ends with the last look
    before.
    """
    steps = positive_integer("steps", loop.steps if steps is None else steps)
    every = max(1, steps // positive_integer("looks", looks))
    rows, samples, ended = [], {}, "finished"
    with seeded(seed):
        training = Training(loop)
        for step in [0, *range(every, steps, every), steps]:
            training.rounds(step - training.round)
            with torch.random.fork_rng(devices=[]):
                found = look(training)
            if found is None:
                ended = f"diverged: no finite numbers after {step} steps"
                break
            row, samples[step] = found
            rows.append({"step": step} | row)
    return Stay(rows, samples, ended)


def look(training: Training) -> tuple[dict[str, float], Tensor] | None:
    """The numbers of a training as it is now, and 500 samples; None where they are not finite.

    Both networks are in evaluation mode meanwhile, and no random number of the training is used.
    """
    networks = (training.critic, training.generator)
    if not all(bool(p.isfinite().all()) for network in networks for p in network.parameters()):
        return None
    for network in networks:
        network.eval()
    fake = sampled(training, SAMPLES)
    row = _measured(training, fake) if bool(fake.isfinite().all()) else {"fake": math.nan}
    for network in networks:
        network.train()
    return (row, fake[:COMPARED]) if all(map(math.isfinite, row.values())) else None


@torch.no_grad()
def sampled(training: Training, count: int) -> Tensor:
    """Samples of the generator as it is now, the same latent vectors each time."""
    source = torch.Generator().manual_seed(LATENT_SEED)
    return training.generator(torch.randn(count, training.loop.latent, generator=source))


def _measured(training: Training, fake: Tensor) -> dict[str, float]:
    real, some = held_out(training, COMPARED), fake[:COMPARED]
    share = torch.linspace(0, 1, COMPARED).reshape(-1, *[1] * (real.ndim - 1))
    slopes = gradient_norms(training.critic, share * real + (1 - share) * some)
    row = {"wasserstein": float(wasserstein(some, real))}
    row["critic_estimate"] = critic_estimate(training.critic, real, some)
    row |= _good(training, fake)
    return row | {"steepest_slope": slopes.max().item(), "median_slope": slopes.median().item()}


def _good(training: Training, fake: Tensor) -> dict[str, float]:
    if isinstance(training.data, GaussianMixture):
        found = mode_coverage(fake, training.data.modes, training.data.std)
        return {"covered": found.covered, "high_quality": found.high_quality}
    judge = _judge()
    scores = judge.scores(fake[: judge.size])
    return {"covered": scores.classes_covered, "high_quality": scores.precision}


def held_out(training: Training, count: int) -> Tensor:
    """Real samples that training never sees."""
    source = torch.Generator().manual_seed(REAL_SEED)
    fresh = isinstance(training.data, GaussianMixture)
    return (training.data if fresh else digits("test")).sample(count, source)


@cache
def _judge() -> ImageJudge:
    return ImageJudge(digits("train"), digits("test"), CLASSIFIERS["digits"])


class Work(TorchDispatchMode):
    """Counts the floating-point operations of matrix products and convolutions meanwhile."""

    def __init__(self):
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        count = flop_registry.get(function.overloadpacket)
        self.total += count(*args, **(kwargs or {}), out_val=out) if count else 0
        return out


def critic_work(loop: Loop) -> int:
    """Floating-point operations of one step of the critic, forward and backward.

    Counted, not timed: this is what fakes on the generator's graph cost.
    """
    with seeded(0):
        training = Training(loop)
        with Work() as work:  # torch's FlopCounterMode stumbles over a gradient inside a loss
            loop.critic_step(training)
        return work.total
