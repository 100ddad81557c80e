"""The training loop of every GAN in the course.

Read it from top to bottom: a critic step, a generator step, an iteration of both, and the loop.
Only ``Recorder.flush``, once every ``log_every`` steps, and ``save`` wait for the device.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.ground import checkpoints, devices
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.training.history import CLOCK
from wgan_lib.training.objectives import Objective
from wgan_lib.training.players import Player, frozen
from wgan_lib.training.run import Run, SampleReal
from wgan_lib.training.settings import Settings, settings_of


class StopTraining(Exception):
    """Raised by a callback: the run is saved, if it has a checkpoint, and returned as it is."""


class DivergedError(RuntimeError):
    """The losses are no longer finite. The last checkpoint, if any, is from before that."""


def critic_step(
    critic: Player,
    objective: Objective,
    real: Tensor,
    fake: Tensor,
    epsilon: Tensor | None = None,
) -> dict[str, Tensor]:
    """One step of the critic; returns its loss and the named parts of it.

    real and fake N×…, both without a graph; epsilon N; all on the critic's device.
    """
    loss, parts = critic.step(real, fake, epsilon)
    objective.constrain(critic.network)
    return {"critic_loss": loss, **parts}


def generator_step(generator: Player, critic: nn.Module, latent: Tensor) -> dict[str, Tensor]:
    """One step of the generator against the critic as it stands; latent N×latent_dim."""
    with frozen(critic):
        loss, parts = generator.step(latent)
    return {"generator_loss": loss, **parts}


def training_iteration(run: Run) -> dict[str, Tensor]:
    """The critic's full share of steps, then one step of the generator, each on fresh draws."""
    run.set_learning_rate()
    warmup = run.settings.critic_warmup if run.step == 0 else 0
    for _ in range(run.settings.critic_steps + warmup):
        draws = run.draw_real(), run.draw_fake(), run.draw_epsilon()
        statistics = critic_step(run.critic_player, run.objective, *draws)
    statistics |= generator_step(run.generator_player, run.critic, run.draw_latent())
    run.average()
    run.step += 1
    return statistics


def train(
    generator: nn.Module,
    critic: nn.Module,
    sample_real: SampleReal,
    objective: Objective,
    settings: Settings | None = None,
    *,
    latent_dim: int | None = None,
    device: str | torch.device = "auto",
    callbacks: Iterable[Callable[[Run], None]] = (),
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 500,
    labels: Mapping[str, str] | None = None,
    **changes: Any,
) -> Run:
    """Train the pair, in place, and return the run.

    ``Settings`` explains the numbers, and changes are those that differ from the settings given:
    ``steps=400, seed=1``. sample_real(n, generator=…, device=…) draws n real samples;
    latent_dim may be left out where the generator has an attribute of that name. Each callback is
    called with the run after each step. With a checkpoint file the run saves itself there every
    ``checkpoint_every`` steps and at the end, and takes up again from a file that is there; labels
    (words such as a recipe's name) are kept in it and must agree.

    Raises ValueError or TypeError for arguments that do not fit each other, CheckpointError for a
    checkpoint of another run, DivergedError as soon as a logged loss is not finite.
    """
    settings = settings_of(settings, changes)
    if not isinstance(callbacks, Iterable) or not all(map(callable, callbacks := [*callbacks])):
        raise TypeError(f"callbacks must be a list of functions of a run, got {callbacks!r}")
    checkpoint = None if checkpoint is None else Path(checkpoint)
    if checkpoint is not None and not checkpoint.parent.is_dir():
        raise FileNotFoundError(f"checkpoint must lie in a folder that exists, got {checkpoint}")
    positive_integer("checkpoint_every", checkpoint_every)
    device = devices.choose_device(device)
    devices.join_processes(device)
    run = Run(generator, critic, sample_real, objective, settings, device, latent_dim, labels)
    if checkpoint is not None and checkpoint.exists():
        run.restore(checkpoint, checkpoints.load(checkpoint, device))
    return training_loop(run, callbacks, checkpoint, checkpoint_every)


def training_loop(
    run: Run, callbacks: list[Callable[[Run], None]], checkpoint: Path | None, every: int
) -> Run:
    """Train the run to its last step, or to where a callback stops it."""
    recorder = Recorder(run)
    try:
        while run.step < run.steps:
            recorder.add(training_iteration(run))
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
    if devices.is_main_process():
        checkpoints.save(path, run.contents())


class Recorder:
    """Keeps statistics on the device, and moves a whole interval of them to the history at once."""

    def __init__(self, run: Run):
        self.run = run
        self.names, self.rows, self.times = [], [], []
        self.start = time.perf_counter() - run.history.last().get(CLOCK, 0.0)

    def add(self, statistics: dict[str, Tensor]) -> None:
        """Adds a row; waits for nothing."""
        self.names = list(statistics)
        self.rows.append(torch.stack(list(statistics.values())))
        self.times.append(time.perf_counter() - self.start)

    def flush(self) -> None:
        """Moves the rows to the run's history. Raises DivergedError at the first bad one."""
        if not self.rows:
            return
        rows = devices.average_over_processes(torch.stack(self.rows)).cpu().double()
        times = torch.tensor(self.times, dtype=rows.dtype)[:, None]
        sound = int(rows.isfinite().all(dim=1).cumprod(dim=0).sum())
        self.run.history.append([*self.names, CLOCK], torch.cat([rows, times], dim=1)[:sound])
        if sound < len(rows):
            step = self.run.step - len(rows) + sound + 1
            pairs = zip(self.names, rows[sound].tolist(), strict=True)
            bad = [f"{name} = {value}" for name, value in pairs if not math.isfinite(value)]
            raise self.diverged(step, ", ".join(bad))
        self.rows, self.times = [], []

    def diverged(self, step: int, culprit: str) -> DivergedError:
        last = {k: v for k, v in self.run.history.last().items() if k != CLOCK}
        statistics = ", ".join(f"{name} {value:.4g}" for name, value in last.items())
        return DivergedError(
            f"the run diverged at step {step}: {culprit} is not finite. "
            f"The last finite statistics: {statistics or 'none'}. "
            "Try a smaller learning_rate, more critic_steps, a larger penalty or a smaller clip, "
            "and look for extreme values in the data."
        )
