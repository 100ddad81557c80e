"""What each command of `python -m wgan_lib` does; `__main__` reads their arguments."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch.distributed
from torch import Tensor

from wgan_lib.commands import distance, sheets
from wgan_lib.commands.doctor import examine
from wgan_lib.commands.examination import examined
from wgan_lib.commands.run_folder import RunFolder, write_history
from wgan_lib.commands.terminal import Interrupt, duration, progress, show, table
from wgan_lib.experiments import recipes, studies
from wgan_lib.experiments.evaluation import as_rows, evaluate_trained
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.trained import load_trained
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import choose_device, is_main_process, join_processes, process_count
from wgan_lib.images import mosaics
from wgan_lib.training.loop import DivergedError
from wgan_lib.training.run import Run

DONE, INTERRUPTED = 0, 130


# ---------------------------------------------------------------------- train


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
    home = choose_device(device)
    join_processes(home)
    folder = RunFolder(Path(out), chosen)
    done = folder.steps_done()
    if process_count() > 1:
        torch.distributed.barrier()  # nobody writes before everybody has looked
    if done >= chosen.settings.steps:
        show(f"{chosen.name} is finished in {folder.path}: step {done} of {chosen.settings.steps}")
        return DONE
    folder.make()
    if done:
        show(f"resuming at step {done}")
    return _train_in(folder, device=home, root=data, every=(checkpoint_every, sheet_every))


def changes(assignments: Sequence[tuple[str, Any]], **options: Any) -> dict[str, Any]:
    """All `--set key=value` together with the options that are short for one."""
    pairs = [*assignments, *((k, v) for k, v in options.items() if v is not None)]
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} must be set once, got {names.count(name)} values for it")
    return dict(pairs)


def _train_in(folder: RunFolder, device, root: str | None, every: tuple[int, int]) -> int:
    checkpoint_every, sheet_every = every
    with Interrupt() as interrupt, progress() as show_progress:
        writers = [folder.claim, show_progress, Sheets(folder, sheet_every)]
        try:
            run = folder.recipe.train(
                device=device,
                root=root,
                callbacks=[*(writers if is_main_process() else []), interrupt],
                checkpoint=folder.checkpoint,
                checkpoint_every=checkpoint_every,
            )
        except DivergedError as error:
            advice = "Other settings make another run: give it another --out."
            raise DivergedError(f"{error} {advice}") from error
    return _take_leave(run, folder)


def _take_leave(run: Run, folder: RunFolder) -> int:
    """Say how the run ended, and leave its history up to the last step behind."""
    if is_main_process():
        write_history(folder.history, run.history)
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
        if run.step % self.every == 0 or run.step == run.steps:
            recipe, path = self.folder.recipe, self.folder.path / f"samples-{run.step:06d}.png"
            write_sheet(path, run.sample(sheet_size(recipe)), recipe, run.step)
            write_history(self.folder.history, run.history)


def sheet_size(recipe: Recipe) -> int:
    """How many samples make a picture: a cloud takes more points than a grid takes images."""
    return 1000 if recipe.data in recipes.TOYS else 64


def write_sheet(path: Path, samples: Tensor, recipe: Recipe, step: int) -> None:
    """A PNG file of the samples: a grid of images, or points beside real ones."""
    if recipe.data in recipes.TOYS:
        sheets.write_points(path, samples, recipe.load_data(), f"{recipe.name}, step {step}")
    else:
        mosaics.write_images(path, samples)


# ---------------------------------------------------------------------- the other commands


def sample(
    checkpoint: str,
    out: str,
    count: int | None = None,
    seed: int = 0,
    device: str = "auto",
    raw: bool = False,
    force: bool = False,
) -> int:
    """Draw samples from a trained generator into a PNG file."""
    path = _picture_path(out, force)
    trained = load_trained(checkpoint, device, averaged=not raw)
    count = sheet_size(trained.recipe) if count is None else count
    write_sheet(path, trained.sample(count, seed), trained.recipe, trained.step)
    show(f"{count} samples of {trained.recipe.name} at step {trained.step}: {path}")
    return DONE


def _picture_path(out: str, force: bool) -> Path:
    """Refuses, before any work is done, what could not be written in the end."""
    path = Path(out)
    if path.suffix.lower() != ".png":
        raise ValueError(f"--out must name a file that ends in .png, got {out}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"--out must lie in a folder that exists; {path.parent} does not")
    if path.exists() and not force:
        raise FileExistsError(f"{out} exists already; --force replaces it")
    return path


def evaluate(
    checkpoint: str,
    as_json: bool = False,
    device: str = "auto",
    data: str | None = None,
    seed: int = 0,
) -> int:
    """Measure how good the samples of a trained generator are."""
    measured = evaluate_trained(load_trained(checkpoint, device), root=data, seed=seed)
    show(json.dumps(measured, indent=2) if as_json else table(as_rows(measured)))
    return DONE


def study(name: str, out: str | None = None, device: str = "cpu", jobs: Any = 1) -> int:
    """Run the recipes of a study with all its seeds; runs that are there already are kept."""
    chosen = studies.find(name)
    folder = studies.results_folder() if out is None else Path(out)
    found = studies.run_study(chosen, folder, choose_device(device), show, jobs)
    show(f"{chosen.name} is complete in {folder}: {len(found.runs)} runs")
    return DONE


def list_recipes() -> int:
    """List the experiments that have a name."""
    rows = [("recipe", "data", "objective", "steps", "about")]
    for recipe in recipes.RECIPES.values():
        objective, steps = type(recipe.objective).__name__, f"{recipe.settings.steps:,}"
        rows.append((recipe.name, recipe.data, objective, steps, recipe.about))
    show(table(rows))
    return DONE


def doctor() -> int:
    """Look at this machine; the exit code is 0 where everything that the lessons need is there."""
    findings = examine()
    show(table([(finding.mark, finding.subject, finding.text) for finding in findings]))
    return 1 if any(finding.needed for finding in findings) else DONE


def examine_code(loss: str | None = None, as_json: bool = False, **options: Any) -> int:
    """Look for known faults in somebody's code; the exit code is 1 where there is a BUG."""
    report = examined(loss, **options)
    show(report.to_json() if as_json else str(report))
    return 1 if report.bugs else DONE


def measure_distance(first: str, second: str, as_json: bool = False, **options: Any) -> int:
    """An interval for W₁ between the laws of two samples."""
    found = distance.measured(first, second, **options)
    show(distance.as_json(found) if as_json else distance.in_words(found, first, second))
    return DONE
