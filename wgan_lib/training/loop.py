"""The training loop of every GAN in the course.

Read it from top to bottom: a critic step, a generator step, a round of both, and the loop.
Nothing in it waits for the device except ``Recorder.flush``, once every ``log_every`` steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import (
    autocast,
    average_over_processes,
    choose_device,
    is_main_process,
    join_processes,
    random_source,
)
from wgan_lib.training.history import CLOCK, History
from wgan_lib.training.objectives import Objective
from wgan_lib.training.optimisers import decayed, set_learning_rate
from wgan_lib.training.players import CriticPlayer, GeneratorPlayer, frozen
from wgan_lib.training.run import Run, SampleReal
from wgan_lib.training.settings import Settings


class StopTraining(Exception):
    """Raised by a callback: the run is saved, if it has a checkpoint, and returned as it is."""


class DivergedError(RuntimeError):
    """The losses are no longer finite. The last checkpoint, if any, is from before that."""


def critic_step(
    player: CriticPlayer, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
) -> dict[str, Tensor]:
    """One step of the critic; returns its loss and the named parts of it.

    real and fake N×…, both without a graph; epsilon N; all on the critic's device.
    """
    with autocast(real.device, player.precision):
        loss, parts = player.loss(real, fake, epsilon)
    player.optimiser.zero_grad()
    loss.backward()
    player.optimiser.step()
    player.objective.constrain(player.network)
    return {"critic_loss": loss.detach(), **parts}


def generator_step(player: GeneratorPlayer, latent: Tensor) -> dict[str, Tensor]:
    """One step of the generator against the critic as it stands; latent N×latent_dim."""
    with frozen(player.critic):
        with autocast(latent.device, player.precision):
            loss, parts = player.loss(latent)
        player.optimiser.zero_grad()
        loss.backward()
    player.optimiser.step()
    return {"generator_loss": loss.detach(), **parts}


def take_round(run: Run) -> dict[str, Tensor]:
    """The critic's full share of steps, then one step of the generator, each on fresh draws."""
    run.set_learning_rate()
    warmup = run.settings.critic_warmup if run.step == 0 else 0
    for _ in range(run.settings.critic_steps + warmup):
        statistics = critic_step(
            run.critic_player, run.draw_real(), run.draw_fake(), run.draw_epsilon()
        )
    statistics |= generator_step(run.generator_player, run.draw_latent())
    run.average()
    run.step += 1
    return statistics


def train_critic(
    critic: nn.Module,
    sample_real: SampleReal,
    sample_fake: SampleReal,
    objective: Objective,
    **settings: Any,
) -> History:
    """Train a critic alone, in place, between two laws that stand still; returns its history.

    This is how a critic comes near its optimum, as in Figure 2 of Arjovsky et al. 2017. settings
    are fields of ``Settings``; steps are those of the critic.
    Raises DivergedError if a loss was not finite.
    """
    settings = Settings(**settings)
    player = CriticPlayer.ready(critic, objective, settings)
    device = next(critic.parameters()).device
    draws = {"generator": random_source(device, settings.seed), "device": device}
    n, rows = settings.batch_size, []
    for step in range(settings.steps):
        progress = step / settings.steps
        set_learning_rate(
            player.optimiser, decayed(settings.learning_rate, settings.decay, progress)
        )
        real, fake = sample_real(n, **draws), sample_fake(n, **draws)
        statistics = critic_step(player, real, fake, torch.rand(n, **draws))
        rows.append(torch.stack(list(statistics.values())))
    history = History()
    history.append(list(statistics), torch.stack(rows).cpu().double())
    if not all(column.isfinite().all() for column in history.values()):
        raise DivergedError("the critic's loss is not finite; try a smaller learning_rate")
    return history


def train(
    generator: nn.Module,
    critic: nn.Module,
    sample_real: SampleReal,
    objective: Objective,
    *,
    steps: int = Settings.steps,
    batch_size: int = Settings.batch_size,
    critic_steps: int = Settings.critic_steps,
    critic_warmup: int = Settings.critic_warmup,
    optimiser: str = Settings.optimiser,
    learning_rate: float = Settings.learning_rate,
    betas: tuple[float, float] = Settings.betas,
    decay: float = Settings.decay,
    averaging: float = Settings.averaging,
    precision: str = Settings.precision,
    compile: bool = Settings.compile,
    seed: int = Settings.seed,
    log_every: int = Settings.log_every,
    latent_dim: int | None = None,
    device: str | torch.device = "auto",
    callbacks: Iterable[Callable[[Run], None]] = (),
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 500,
    labels: Mapping[str, str] | None = None,
) -> Run:
    """Train the pair, in place, and return the run.

    ``Settings`` explains the numbers. sample_real(n, generator=…, device=…) draws n real samples;
    latent_dim may be left out where the generator has an attribute of that name. Each callback is
    called with the run after each step. With a checkpoint file the run saves itself there every
    ``checkpoint_every`` steps and at the end, and takes up again from a file that is there; labels
    (words such as a recipe's name) are kept in it and must agree.

    Raises ValueError or TypeError for arguments that do not fit each other, CheckpointError for a
    checkpoint of another run, DivergedError as soon as a logged loss is not finite.
    """
    settings = Settings(
        steps=steps,
        batch_size=batch_size,
        critic_steps=critic_steps,
        critic_warmup=critic_warmup,
        optimiser=optimiser,
        learning_rate=learning_rate,
        betas=betas,
        decay=decay,
        averaging=averaging,
        precision=precision,
        compile=compile,
        seed=seed,
        log_every=log_every,
    )
    checkpoint = None if checkpoint is None else Path(checkpoint)
    positive_integer("checkpoint_every", checkpoint_every)
    device = choose_device(device)
    join_processes(device)
    run = Run(generator, critic, sample_real, objective, settings, device, latent_dim, labels)
    if checkpoint is not None and checkpoint.exists():
        run.restore(checkpoint, checkpoints.load(checkpoint, device))
    return advance(run, list(callbacks), checkpoint, checkpoint_every)


def advance(
    run: Run, callbacks: list[Callable[[Run], None]], checkpoint: Path | None, every: int
) -> Run:
    """Move the run on to its last step, or to where a callback stops it."""
    recorder = Recorder(run)
    try:
        while run.step < run.steps:
            recorder.record(take_round(run))
            last = run.step == run.steps
            if last or run.step % run.settings.log_every == 0:
                recorder.flush()
            if checkpoint is not None and (last or run.step % every == 0):
                save(run, recorder, checkpoint)
            for callback in callbacks:
                callback(run)
    except StopTraining:
        recorder.flush()
        if checkpoint is not None:
            save(run, recorder, checkpoint)
    return run


def save(run: Run, recorder: Recorder, path: Path) -> None:
    """A checkpoint of a run that is known to be sound; one process writes for all."""
    recorder.flush()
    networks = [p for network in (run.generator, run.critic) for p in network.parameters()]
    if not torch.stack([parameter.isfinite().all() for parameter in networks]).all():
        raise recorder.diverged(run.step, "a weight")
    if is_main_process():
        checkpoints.save(path, run.contents())


class Recorder:
    """Keeps statistics on the device, and brings them home a whole interval at a time."""

    def __init__(self, run: Run):
        self.run = run
        self.names: list[str] = []
        self.rows: list[Tensor] = []
        self.times: list[float] = []
        self.start = time.perf_counter() - run.history.last().get(CLOCK, 0.0)

    def record(self, statistics: dict[str, Tensor]) -> None:
        """Adds a row; waits for nothing."""
        self.names = list(statistics)
        self.rows.append(torch.stack(list(statistics.values())))
        self.times.append(time.perf_counter() - self.start)

    def flush(self) -> None:
        """Moves the rows to the run's history. Raises DivergedError at the first bad one."""
        if not self.rows:
            return
        rows = average_over_processes(torch.stack(self.rows)).cpu().double()
        times = torch.tensor(self.times, dtype=rows.dtype)[:, None]
        sound = int(rows.isfinite().all(dim=1).cumprod(dim=0).sum())
        self.run.history.append([*self.names, CLOCK], torch.cat([rows, times], dim=1)[:sound])
        if sound < len(rows):
            step = self.run.step - len(rows) + sound + 1
            raise self.diverged(step, self._culprit(rows[sound]))
        self.rows, self.times = [], []

    def _culprit(self, row: Tensor) -> str:
        pairs = zip(self.names, row.tolist(), strict=True)
        return ", ".join(f"{name} = {value}" for name, value in pairs if not math.isfinite(value))

    def diverged(self, step: int, culprit: str) -> DivergedError:
        last = {k: v for k, v in self.run.history.last().items() if k != CLOCK}
        statistics = ", ".join(f"{name} {value:.4g}" for name, value in last.items())
        return DivergedError(
            f"the run diverged at step {step}: {culprit} is not finite. "
            f"The last finite statistics: {statistics or 'none'}. "
            "Try a smaller learning_rate, more critic_steps, a larger penalty or a smaller clip, "
            "and look for extreme values in the data."
        )
