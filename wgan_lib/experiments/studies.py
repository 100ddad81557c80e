"""Studies: recipes run over several seeds, measured on the way, and kept as small tables.

A lesson trains one seed before the reader's eyes; what the other seeds did is stored with the
course, in `data/results`, and ``load_study`` gives it back. `python -m wgan_lib study NAME` makes
those files. Runs that are done are kept, so a study may be interrupted, or get more seeds later.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from wgan_lib.experiments import results
from wgan_lib.experiments.bug_clinic import BUG_CLINIC
from wgan_lib.experiments.interval_study import INTERVAL_COVERAGE
from wgan_lib.experiments.measurers import MEASURER_STUDIES
from wgan_lib.experiments.measures import one_thread
from wgan_lib.experiments.measuring_study import W1_BENCHMARK
from wgan_lib.experiments.recipe_studies import RECIPE_STUDIES
from wgan_lib.experiments.results import Columns, Key, Results, ResultsError, Row
from wgan_lib.experiments.study import RecipeStudy, Study
from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.images import datasets

_OTHERS = (INTERVAL_COVERAGE, W1_BENCHMARK, *MEASURER_STUDIES, BUG_CLINIC)
STUDIES: dict[str, Study] = {study.name: study for study in (*RECIPE_STUDIES, *_OTHERS)}

MOST_JOBS = 1024  # processes


def find(name: str) -> Study:
    """The study of that name; ValueError with the nearest names where there is none."""
    return STUDIES[one_of("study", name, STUDIES)]


def results_folder() -> Path:
    """Where the results lie that come with the course."""
    return datasets.shipped("results")


# ------------------------------------------------------------------ running


def run_once(
    study: RecipeStudy, name: str, seed: int, device: str = "cpu", **options: Any
) -> Columns:
    """One run of a study of recipes, measured as the stored ones are, which does not change it.

    name is that of a recipe in the study; options (callbacks, …) are those of ``train``.
    """
    recipe = study.recipe(name, seed)
    measurements = study.measurements(recipe)
    callbacks = [measurements, *options.pop("callbacks", ())]
    recipe.train(device=device, callbacks=callbacks, **options)
    return results.columns(measurements.rows)


def measured_run(
    study: Study, name: str, seed: int, device: str | torch.device = "cpu"
) -> tuple[list[Row], dict[str, Any]]:
    """One run of a study: a row per measurement, and what is to be said about the run.

    All that goes in and comes out can be pickled, so that another process may do the work.
    """
    start = time.perf_counter()
    rows, ended = study.measured(name, seed, device)
    about = {"recipe": name, "seed": seed, results.COUNT: len(rows), "ended": ended}
    about |= {"minutes": round((time.perf_counter() - start) / 60, 2), "device": str(device)}
    return list(rows), about | results.circumstances()


def run_study(
    study: Study,
    folder: str | Path | None = None,
    device: str | torch.device = "cpu",
    tell: Callable[[str], object] = lambda line: None,
    jobs: int | None = 1,
) -> Results:
    """Run what is not there yet, and write the study's two files after each run.

    The folder is that of the course's own results unless told otherwise; ``tell`` is given a line
    after each run. A run that diverges keeps the measurements it had, and the JSON file says so.
    With several jobs so many processes share the runs, of one thread each: the numbers are those of
    one process with one thread. With jobs None the runs go wherever ``joblib.parallel_config``
    sends them, to the machines of a dask cluster, say. Raises ResultsError where the folder holds
    results of other recipes under this name.
    """
    jobs = None if jobs is None else positive_integer("jobs", jobs)
    if jobs is not None and jobs > MOST_JOBS:
        raise ValueError(f"jobs must be at most {MOST_JOBS:,}, got {str(jobs)[:20]}")
    folder = results_folder() if folder is None else Path(folder)
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"the results must go into a folder, got the file {folder}")
    folder.mkdir(parents=True, exist_ok=True)
    found = _stored(study, folder) or Results({}, {"runs": []})
    missing = [pair for pair in study.pairs() if pair not in found.runs]
    progress = Progress(len(found.runs), len(missing))
    for rows, about in _measured_runs(study, missing, device, jobs):
        found.runs[about["recipe"], about["seed"]] = results.columns(rows)
        found.about["runs"].append(about)
        found = _in_order(study, found)
        results.write(folder, study.name, found)
        tell(progress.line(about))
    return found


def _measured_runs(
    study: Study, pairs: Sequence[Key], device: str | torch.device, jobs: int | None
) -> Iterator[tuple[list[Row], dict[str, Any]]]:
    """The runs as they are finished; those of several jobs in any order."""
    if jobs == 1:
        yield from (measured_run(study, name, seed, device) for name, seed in pairs)
        return
    import joblib

    here = joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1) if jobs else None
    with here or nullcontext():
        parallel = joblib.Parallel(return_as="generator_unordered")
    yield from parallel(joblib.delayed(_in_a_worker)(study, *pair, device) for pair in pairs)


def _in_a_worker(*arguments: Any) -> tuple[list[Row], dict[str, Any]]:
    if threading.current_thread() is threading.main_thread():  # a dask worker's tasks are in others
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever gathers the runs
    with one_thread():
        return measured_run(*arguments)


class Progress:
    """How far a study is: the line that is told after each run."""

    def __init__(self, before: int, missing: int):
        self.done, self.all = before, before + missing
        self.before, self.start = before, time.perf_counter()

    def line(self, about: Mapping[str, Any]) -> str:
        """The run that was just finished, and how long the others will take at this rate."""
        self.done += 1
        minutes = (time.perf_counter() - self.start) / 60 / (self.done - self.before)
        left = self.all - self.done
        counted = f"{self.done} of {self.all}"
        counted += f", {minutes * left:.1f} minutes left" if left else ""
        run = f"{about['recipe']}, seed {about['seed']}: {about['ended']}"
        return f"{run} after {about['minutes']:.1f} minutes ({counted})"


def _in_order(study: Study, found: Results) -> Results:
    """The runs in the order of the study, whichever was finished first; then those of old seeds."""
    order = {pair: at for at, pair in enumerate(dict.fromkeys([*study.pairs(), *found.runs]))}
    runs = {pair: found.runs[pair] for pair in sorted(found.runs, key=order.__getitem__)}
    told = sorted(found.about["runs"], key=lambda run: order[run["recipe"], run["seed"]])
    about = {"study": study.name, "about": study.about, "identity": study.identity(), "runs": told}
    return Results(runs, found.about | about)


# ------------------------------------------------------------------ reading


def load_study(name: str, folder: str | Path | None = None) -> Results:
    """The stored results of a study: its runs by (recipe, seed), and how they came about.

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
        raise ResultsError(
            f"{folder} lacks {len(missing)} runs of {name}, such as {shown}; {again}"
        )
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
            known = checkpoints.current_names(stored.about["identity"])
            now = {k: v for k, v in study.identity().items() if k in known}
            checkpoints.require_same(path, known, now)
        except CheckpointError as error:
            raise ResultsError(f"{error}; delete the file to make it afresh") from error
    return stored
