"""What each command of `python -m wgan_lib` does; `__main__` reads their arguments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from wgan_lib.commands import distance
from wgan_lib.commands.doctor import examine
from wgan_lib.commands.examination import examined
from wgan_lib.commands.run_folder import CHECKPOINT
from wgan_lib.commands.sheets import sheet_size, write_sheet
from wgan_lib.commands.terminal import show, table
from wgan_lib.commands.training_run import DONE, refuse_needless, train
from wgan_lib.experiments import recipes, studies
from wgan_lib.experiments.evaluation import as_rows, evaluate_trained
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.trained import load_trained
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import choose_device

__all__ = [  # what `__main__` asks for
    "doctor",
    "evaluate",
    "examine_code",
    "list_recipes",
    "measure_distance",
    "sample",
    "study",
    "train",
]
MOST_POINTS, MOST_IMAGES = 100_000, 4096  # in one picture


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
    trained = load_trained(_in_folder(checkpoint), device, averaged=not raw)
    count = sheet_size(trained.recipe) if count is None else _count_of(count, trained.recipe)
    write_sheet(path, trained.sample(count, seed), trained.recipe, trained.step)
    show(f"{count} samples of {trained.recipe.name} at step {trained.step}: {path}")
    return DONE


def _in_folder(checkpoint: str) -> Path:
    """The checkpoint itself where the folder of a run was named."""
    inside = Path(checkpoint) / CHECKPOINT
    return inside if inside.is_file() else Path(checkpoint)


def _count_of(count: Any, recipe: Recipe) -> int:
    """How many samples one picture may show."""
    most = MOST_POINTS if recipe.data in recipes.TOYS else MOST_IMAGES
    if positive_integer("n", count) > most:
        got = str(count)[:20]
        raise ValueError(f"n must be at most {most:,} for a picture of {recipe.data}, got {got}")
    return int(count)


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
    trained = load_trained(_in_folder(checkpoint), device)
    refuse_needless(data, trained.recipe)
    measured = evaluate_trained(trained, root=data, seed=seed)
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
