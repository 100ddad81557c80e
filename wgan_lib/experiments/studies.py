"""Studies: recipes run over several seeds, measured on the way, and kept as small tables.

A lesson trains one seed before the reader's eyes; what the other seeds did is stored with the
course, in `data/results`, and ``load_study`` gives it back. `python -m wgan_lib study NAME` makes
those files. Runs that are done are kept, so a study may be interrupted, or get more seeds later.
"""

from __future__ import annotations

import datetime
import platform
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

import wgan_lib
from wgan_lib.experiments import image_looks, recipes, results
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.results import Columns, Results, ResultsError
from wgan_lib.experiments.study import Looks, Study
from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import one_of
from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.images import datasets
from wgan_lib.training.loop import DivergedError
from wgan_lib.training.objectives import NonSaturatingGAN

FINISHED = "finished"


def _study(name: str, about: str, names: Iterable[str], **options: Any) -> Study:
    return Study(name, about, {each: recipes.find(each) for each in names}, **options)


def _three_objectives(data: str, steps: int) -> dict[str, Recipe]:
    """The same networks and numbers of critic steps; the GAN with its usual generator loss."""
    gan = replace(recipes.find(f"{data}-gan"), objective=NonSaturatingGAN())
    found = {"gan": gan} | {kind: recipes.find(f"{data}-{kind}") for kind in ("wgan", "wgan-gp")}
    return {kind: recipe.changed(steps=steps) for kind, recipe in found.items()}


STUDIES: dict[str, Study] = {
    study.name: study
    for study in [
        _study(
            "mode-dropping", "lesson 02: a GAN that hops round the ring, and one that stays",
            ["ring-gan-momentum", "ring-non-saturating-gan"], every=50,
        ),
        *(Study(**each) for each in image_looks.STUDIES),
        Study(
            "ring-objectives", "lesson 06: GAN, WGAN and WGAN-GP on the ring",
            _three_objectives("ring", steps=1200), every=100,
        ),
        Study(
            "grid-objectives", "lesson 06: GAN, WGAN and WGAN-GP on the grid",
            _three_objectives("grid", steps=3000), every=250,
        ),
    ]
}  # fmt: skip


def find(name: str) -> Study:
    """The study of that name; ValueError with the nearest names where there is none."""
    return STUDIES[one_of("study", name, STUDIES)]


def run_once(study: Study, name: str, seed: int, device: str = "cpu", **options: Any) -> Columns:
    """One run of a study, measured as the stored ones are; looking at a run does not change it.

    name is that of a recipe in the study; options (callbacks, …) are those of ``train``.
    """
    recipe = study.recipe(name, seed)
    looks = Looks(study, recipe)
    callbacks = [looks, *options.pop("callbacks", ())]
    recipe.train(device=device, callbacks=callbacks, **options)
    return results.columns(looks.rows)


def results_folder() -> Path:
    """Where the results lie that come with the course."""
    return datasets.shipped("results")


def run_study(
    study: Study,
    folder: str | Path | None = None,
    device: str | torch.device = "cpu",
    tell: Callable[[str], object] = lambda line: None,
) -> Results:
    """Run what is not there yet, and write the study's two files after each run.

    The folder is that of the course's own results unless told otherwise; ``tell`` is given a line
    after each run. A run that diverges keeps the looks it had, and its record says so. Raises
    ResultsError where the folder holds results of other recipes under this name.
    """
    folder = results_folder() if folder is None else Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    runs, record = _stored(study, folder) or Results({}, {})
    record = record | {"study": study.name, "about": study.about, "identity": study.identity()}
    notes = record.setdefault("runs", [])
    for name, seed in study.pairs():
        if (name, seed) in runs:
            continue
        runs[name, seed], note = _measured(study, name, seed, device)
        notes.append(note)
        results.write(folder, study.name, Results(runs, record))
        told = f"{name}, seed {seed}: {note['ended']} after {note['minutes']:.1f} minutes"
        tell(f"{told} ({len(runs)} of {len(study.pairs())})")
    return Results(runs, record)


def _measured(study: Study, name: str, seed: int, device) -> tuple[Columns, dict[str, Any]]:
    """The looks at one run, and the note on it for the record."""
    recipe, start, ended = study.recipe(name, seed), time.perf_counter(), FINISHED
    looks = Looks(study, recipe)
    try:
        recipe.train(device=device, callbacks=[looks])
    except DivergedError as error:
        ended = f"diverged: {error}"
    note = {"recipe": name, "seed": seed, "looks": len(looks.rows), "ended": ended}
    note |= {"minutes": round((time.perf_counter() - start) / 60, 2), "device": str(device)}
    return results.columns(looks.rows), note | _circumstances()


def _circumstances() -> dict[str, str | None]:
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": _commit(),
        "wgan_lib": wgan_lib.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
    }


def _commit() -> str | None:
    """The commit of the clone that this library runs from, "-dirty" if files differ; or None."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, cwd=datasets.PACKAGE, capture_output=True, text=True)
    except OSError:  # no git on this machine
        return None
    return done.stdout.strip() or None


def load_study(name: str, folder: str | Path | None = None) -> Results:
    """The stored results of a study: its runs by (recipe, seed), and the record.

    Each run is a dictionary of 1-D tensors, "step" and what was measured at it. Raises
    FileNotFoundError or ResultsError for results that are not there, not whole, or not those of the
    recipes as they are now.
    """
    study = find(name)
    folder = results_folder() if folder is None else Path(folder)
    stored = _stored(study, folder)
    again = f"`python -m wgan_lib study {name}` makes them"
    if stored is None:
        raise FileNotFoundError(f"there are no results of {name} in {folder}; {again}")
    missing = [key for key in study.pairs() if key not in stored.runs]
    if missing:
        shown = f"{missing[0][0]} with seed {missing[0][1]}"
        raise ResultsError(f"{folder} has {len(missing)} runs of {name} too few, {shown}; {again}")
    return stored


def _stored(study: Study, folder: Path) -> Results | None:
    """What is there, if it belongs to this study.

    A setting that the file does not know of is newer than the file, and its default is how things
    were before; a recipe that it does not know of has yet to be run.
    """
    stored = results.read(folder, study.name)
    if stored is not None:
        path = folder / f"{study.name}.json"
        try:
            known = stored.record["identity"]
            now = {k: v for k, v in study.identity().items() if k in known}
            checkpoints.require_same(path, known, now)
        except CheckpointError as error:
            raise ResultsError(f"{error}; delete the file to make it afresh") from error
    return stored
