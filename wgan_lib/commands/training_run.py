"""What `train` does in the folder of a run: it begins, goes on, and repairs what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch.distributed

from wgan_lib.commands.run_folder import RunFolder, write_history
from wgan_lib.commands.sheets import sheet_size, write_sheet
from wgan_lib.commands.terminal import Interrupt, duration, progress, show, spared
from wgan_lib.experiments import recipes
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.trained import TrainedPair, load_trained
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import choose_device, is_main_process, join_processes, process_count
from wgan_lib.training.history import History
from wgan_lib.training.loop import DivergedError
from wgan_lib.training.run import Run
from wgan_lib.training.settings import Settings

DONE, INTERRUPTED = 0, 130


def train(
    recipe: str,
    out: str,
    assignments: Sequence[tuple[str, Any]] = (),
    steps: Any = None,
    seed: Any = None,
    device: str = "auto",
    data: str | None = None,
    checkpoint_every: int = 500,
    sheet_every: int | None = None,
) -> int:
    """Train a recipe in a folder, or go on where the last time stopped."""
    chosen = recipes.find(recipe).changed(**changes(assignments, steps=steps, seed=seed))
    if sheet_every is None:
        sheet_every = max(1, chosen.settings.steps // 10)
    positive_integer("sheet_every", sheet_every)
    positive_integer("checkpoint_every", checkpoint_every)
    refuse_needless(data, chosen)
    home = choose_device(device)
    join_processes(home)
    folder = RunFolder(Path(out), chosen)
    with folder.in_use() if is_main_process() else nullcontext(folder.steps_done()) as done:
        if process_count() > 1:
            torch.distributed.barrier()  # nobody writes before everybody has looked
        writer = Sheets(folder, sheet_every)
        if done == chosen.settings.steps and data is not None:
            folder.require_data(chosen.load_data(root=data))
        before = _take_up(folder, writer, done, home) if is_main_process() else None
        if process_count() > 1:
            torch.distributed.barrier()  # nobody reads before all is written
        if done == chosen.settings.steps:
            show(f"{chosen.name} is finished in {out}: step {done} of {done}")
            return DONE
        if done:
            show(f"resuming at step {done}")
        if before:
            show(_new_length(chosen.settings, before, done))
        return _train_in(folder, writer, home, data, checkpoint_every)


def _take_up(folder: RunFolder, writer: Sheets, done: int, device: torch.device) -> int | None:
    """Puts in order what is there; returns how long the run was to be, if that has changed."""
    if not done:
        if folder.recipe_file.exists():
            folder.renew()
        return None
    before = folder.change_length()
    folder.renew()
    writer.rebuild(device)
    return before


def _new_length(settings: Settings, before: int, done: int) -> str:
    """What becomes of the learning rate in a run that is longer, or shorter, than it began."""
    then, now = (
        replace(settings, steps=n).learning_rate_at(done) for n in (before, settings.steps)
    )
    last = settings.learning_rate * settings.final_rate
    return (
        f"{settings.steps} steps instead of {before}: the learning rate goes on at {now:.3g}, not "
        f"{then:.3g}, on the straight line of a run of that length, down to {last:.3g}"
    )


def refuse_needless(data: str | None, recipe: Recipe) -> None:
    """ValueError for data that a recipe has no use for."""
    if data is not None and recipe.data in {*recipes.TOYS, "digits"}:
        wanted = f"--data must be left out for {recipe.name}, whose data come with the course"
        raise ValueError(f"{wanted}, got {data}")


def changes(assignments: Sequence[tuple[str, Any]], **options: Any) -> dict[str, Any]:
    """All `--set key=value` together with the options that are short for one."""
    pairs = [*assignments, *((k, v) for k, v in options.items() if v is not None)]
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} must be set once, got {names.count(name)} values for it")
    return dict(pairs)


def _train_in(folder: RunFolder, writer: Sheets, device, root: str | None, every: int) -> int:
    with Interrupt() as interrupt, progress() as show_progress:
        writers = [folder.claim, show_progress, writer]
        try:
            run = folder.recipe.train(
                device=device,
                root=root,
                callbacks=[*(writers if is_main_process() else []), interrupt],
                checkpoint=folder.checkpoint,
                checkpoint_every=every,
            )
        except DivergedError as error:
            advice = "Other settings make another run: give it another --out."
            raise DivergedError(f"{error} {advice}") from error
    return _take_leave(run, folder)


def _take_leave(run: Run, folder: RunFolder) -> int:
    """Say how the run ended, and leave its history up to the last step behind."""
    if is_main_process():
        leave_history(folder, run.history)
    if run.step < run.steps:
        show(f"interrupted at step {run.step} of {run.steps} and saved in {folder.path}")
        show("the same command again goes on from there")
        return INTERRUPTED
    seconds = duration(run.history.last()["seconds"])
    show(f"finished {run.steps} steps after {seconds}; see {folder.path}")
    return DONE


class Sheets:
    """Every so often: samples from latent vectors that stay the same, and the history so far."""

    def __init__(self, folder: RunFolder, every: int):
        self.folder, self.every = folder, every

    def __call__(self, run: Run) -> None:
        if self.due(run.step):
            self._draw(run)
            leave_history(self.folder, run.history)

    def due(self, step: int) -> bool:
        """Every so often, and at the end."""
        return step % self.every == 0 or step == self.folder.recipe.settings.steps

    def rebuild(self, device: torch.device) -> None:
        """Whatever the folder lacks up to its checkpoint, since a run is saved before it is shown.

        A sheet of an earlier step was drawn before that checkpoint was written.
        """
        leave_history(self.folder, self.folder.saved_history())
        trained = load_trained(self.folder.checkpoint, device)
        if self.due(trained.step) and not self._path(trained.step).exists():
            self._draw(trained)

    def _draw(self, run: Run | TrainedPair) -> None:
        recipe, path = self.folder.recipe, self._path(run.step)
        with spared(path):
            write_sheet(path, run.sample(sheet_size(recipe)), recipe, run.step)

    def _path(self, step: int) -> Path:
        return self.folder.path / f"samples-{step:06d}.png"


def leave_history(folder: RunFolder, history: History) -> None:
    """The history as a table, if it can be written."""
    with spared(folder.history):
        write_history(folder.history, history)
