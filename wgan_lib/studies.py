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
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import wgan_lib
from wgan_lib import checkpoints, datasets, image_looks, recipes, results
from wgan_lib.arguments import one_of, positive_integer
from wgan_lib.checkpoints import CheckpointError
from wgan_lib.devices import random_source
from wgan_lib.metrics import SAMPLES, mode_coverage
from wgan_lib.objectives import NonSaturatingGAN
from wgan_lib.recipes import TOYS, Recipe
from wgan_lib.results import Columns, Key, Results, ResultsError
from wgan_lib.run import Run
from wgan_lib.training import DivergedError
from wgan_lib.transport import wasserstein

COMPARED = 500  # samples on each side of an exact W₁, which takes about a tenth of a second
REAL_SEED = 1_000_003  # of the real ones; the fakes are drawn with seed 0
FINISHED = "finished"


# ------------------------------------------------------------------ what a look measures


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
    run.critic.eval()  # so that looking leaves the statistics of a batch norm as they were
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


MEASURES: dict[str, Callable[[Run, Recipe], dict[str, float]]] = {
    "modes": modes,
    "distance": distance,
    **image_looks.MEASURES,
}


# ------------------------------------------------------------------ studies


@dataclass(frozen=True)
class Study:
    """Recipes by the names that they bear in the study, each run with each of the seeds.

    every      generator steps between two looks; the last step is looked at in any case
    measures   names in MEASURES: what a look writes down
    """

    name: str
    about: str
    recipes: Mapping[str, Recipe]
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    every: int = 100
    measures: tuple[str, ...] = ("modes", "distance")

    def __post_init__(self):
        positive_integer("every", self.every)
        for seed in self.seeds:
            positive_integer("seeds", seed, minimum=0)
        for measure in self.measures:
            one_of("measures", measure, MEASURES)

    def pairs(self) -> list[Key]:
        """All runs of the study, seed by seed."""
        return [(name, seed) for seed in self.seeds for name in self.recipes]

    def recipe(self, name: str, seed: int) -> Recipe:
        """The recipe of one run."""
        return self.recipes[one_of("recipe", name, self.recipes)].changed(seed=seed)

    def identity(self) -> dict[str, str]:
        """What stored results must have in common with the study as it is now, in plain words."""
        words = {"every": str(self.every), "measures": ", ".join(self.measures)}
        for name, recipe in self.recipes.items():
            about = {"data": recipe.data, "networks": recipe.networks}
            about |= {"objective": type(recipe.objective).__name__, **recipe.values()}
            irrelevant = ("seed", "log_every")
            words |= {f"{name}: {k}": str(v) for k, v in about.items() if k not in irrelevant}
        return words


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
            "ring-objectives", "lesson 07: GAN, WGAN and WGAN-GP on the ring",
            _three_objectives("ring", steps=1200), every=100,
        ),
        Study(
            "grid-objectives", "lesson 07: GAN, WGAN and WGAN-GP on the grid",
            _three_objectives("grid", steps=3000), every=250,
        ),
    ]
}  # fmt: skip


def find(name: str) -> Study:
    """The study of that name; ValueError with the nearest names where there is none."""
    return STUDIES[one_of("study", name, STUDIES)]


class Looks:
    """A callback that measures a run every so often."""

    def __init__(self, study: Study, recipe: Recipe):
        self.study, self.recipe = study, recipe
        self.rows: list[dict[str, float]] = []

    def __call__(self, run: Run) -> None:
        if run.step % self.study.every and run.step < run.steps:
            return
        row: dict[str, float] = {"step": run.step}
        for measure in self.study.measures:
            row |= MEASURES[measure](run, self.recipe)
        self.rows.append(row)


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
