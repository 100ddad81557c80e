"""Runs that take longer than a lesson: made once, kept small, loaded with the run that made them.

A stored run is a folder with four files, never a picture without its run:

    run.json       recipe, seed, commit, versions, processor time, and the scores at the end
    curve.csv      a row per measurement: scores of the averaged and of the raw generator
    progress.png   the same latent vectors at each measurement, each time in a row of its own
    generator.pt   the averaged generator's weights in half precision

`make` makes one, `load` reads it, and `StoredRun.sample` draws new images from it.
"""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.experiments import inspection, results
from wgan_lib.experiments.measures import judge_of
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.experiments.results import Columns
from wgan_lib.experiments.study import Measurements
from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.reading import read_json
from wgan_lib.images import mosaics
from wgan_lib.images.datasets import shipped
from wgan_lib.networks import half_precision
from wgan_lib.training.run import Run, draw_samples, generate

RESULTS = "results"  # in data/, or inside an installed package
LATENTS = 10
MEASURES = ("estimate", "images")


# ------------------------------------------------------------------ reading


@dataclass(frozen=True)
class StoredRun:
    """A run as it was kept.

    about      what run.json says
    curve      columns of equal length, an entry per measurement: "step", "cpu_seconds", scores, …
    progress   images measurements × latents × C × H × W, from the same latent vectors each time
    generator  with the averaged weights of the last step, in evaluation mode
    """

    name: str
    recipe: Recipe
    about: dict[str, Any]
    curve: Columns
    progress: Tensor
    generator: nn.Module

    def sample(self, n: int, seed: int = 0) -> Tensor:
        """n new images, from the latent vectors that the seed fixes."""
        return draw_samples(self.generator, n, seed)


def load(name: str, root: Path | None = None) -> StoredRun:
    """The stored run of that name, such as "objectives/wgan-gp".

    Raises FileNotFoundError where there is none, naming those that there are, and ValueError, with
    the file's name, for a file of it that is damaged or not of this run.
    """
    root = shipped(RESULTS) if root is None else root
    folder = root / name
    if not (folder / "run.json").is_file():
        raise FileNotFoundError(
            f"there is no stored run {name!r}; there are {', '.join(names(root))}"
        )
    about = read_json(folder / "run.json", "what is said about a run", results.MOST)
    recipe = inspection.recipe_of(folder / "run.json", about)
    curve, generator = results.read_table(folder / "curve.csv"), _generator(folder, recipe)
    shape = generate(generator, torch.zeros(1, generator.latent_dim)).shape[1:]
    rows = len(curve.get("step", []))
    progress = mosaics.read_mosaic(folder / "progress.png", rows, LATENTS, shape)
    return StoredRun(name, recipe, about, curve, progress, generator)


def names(root: Path | None = None) -> list[str]:
    """All stored runs."""
    root = shipped(RESULTS) if root is None else root
    return sorted(file.parent.relative_to(root).as_posix() for file in root.rglob("run.json"))


def _generator(folder: Path, recipe: Recipe) -> nn.Module:
    generator, _ = inspection.networks_of(folder / "run.json", recipe)
    path = folder / "generator.pt"
    inspection.fill(path, inspection.read(path), "generator", generator)
    return generator.eval().requires_grad_(False)


# ------------------------------------------------------------------ making


def make(recipe: Recipe, folder: Path, times: int = 16) -> None:
    """Train the recipe on the CPU, measure it so many times on the way, and keep it in `folder`.

    A run that was stopped continues after its last measurement, from the folder beside it that ends
    in ".part"; `folder` itself appears when the run is complete. Raises FileExistsError where it
    is there.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: delete it to make the run again")
    aside = folder.with_name(folder.name + ".part")
    aside.mkdir(parents=True, exist_ok=True)
    every = max(1, recipe.settings.steps // positive_integer("times", times))
    camera = Camera(recipe, every, aside)
    options = {"checkpoint": camera.checkpoint, "checkpoint_every": every}
    run = recipe.train(device="cpu", callbacks=[camera], **options)
    _keep(run, recipe, camera, aside)
    camera.clear_away()
    os.replace(aside, folder)


class Camera(Measurements):
    """Measures and photographs a run every so many steps.

    The processor time that it takes itself is not counted as the run's. What it has seen is kept in
    the folder together with the run as it was then, so that another process can continue from there
    and lacks no measurement, wherever the first was stopped.
    """

    def __init__(self, recipe: Recipe, every: int, folder: Path):
        super().__init__(recipe, MEASURES, range(every, recipe.settings.steps + 1, every))
        self.frames: list[Tensor] = []
        self.checkpoint, self.kept = folder / "checkpoint.pt", folder / "measured.pt"
        self.zero = time.process_time()
        if self.kept.exists():
            self._go_back_to_the_last_measurement()
        else:
            self.checkpoint.unlink(missing_ok=True)

    def _go_back_to_the_last_measurement(self) -> None:
        kept = checkpoints.load(self.kept)
        self.rows, self.frames = kept["rows"], kept["frames"]
        self.zero -= self.rows[-1]["cpu_seconds"]
        shutil.copyfile(self.kept, self.checkpoint)

    def __call__(self, run: Run) -> None:
        if run.step in self.steps:
            began = time.process_time()
            super().__call__(run)
            clock = {"step": run.step, "cpu_seconds": round(began - self.zero, 1)}
            self.rows[-1] = clock | self.rows[-1]
            self.frames.append(run.sample(LATENTS))
            seen = {"rows": self.rows, "frames": self.frames}
            checkpoints.save(self.kept, checkpoints.load(self.checkpoint) | seen)
            self.zero += time.process_time() - began

    def clear_away(self) -> None:
        """Removes what only an unfinished run needs."""
        for file in (self.checkpoint, self.kept):
            file.unlink(missing_ok=True)


def _keep(run: Run, recipe: Recipe, camera: Camera, folder: Path) -> None:
    generator = run.averaged or run.generator
    halved = half_precision(generator.state_dict())
    checkpoints.save(folder / "generator.pt", {"generator": halved})
    generator.load_state_dict(halved)  # what is kept is what is scored
    rows = camera.rows
    results.write_table(folder / "curve.csv", rows[0], (row.values() for row in rows))
    frames = torch.cat(camera.frames)
    mosaics.write_mosaic(folder / "progress.png", frames, LATENTS)
    about = _about(run, recipe, list(frames.shape[1:]))
    about["cpu_minutes"] = round(rows[-1]["cpu_seconds"] / 60, 1)
    results.write_json(folder / "run.json", about)


def _about(run: Run, recipe: Recipe, image: list[int]) -> dict[str, Any]:
    judge = judge_of(recipe)
    return {
        **recipe.description(),
        "image": image,
        "samples": judge.size,
        "scores": judge.scores(run.sample(judge.size))._asdict(),
        "ends": {name: each._asdict() for name, each in judge.ends().items()},
        **results.circumstances(),
    }
