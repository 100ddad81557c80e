"""Runs that take longer than a lesson: made once, kept small, loaded with the run that made them.

A stored run is a folder with four files, never a picture without its run:

    run.json       recipe, seed, commit, versions, processor time, and the scores at the end
    curve.csv      what was measured at each look: scores of the averaged and of the raw generator
    progress.png   the same latent vectors at each look, a row each
    generator.pt   the averaged generator's weights in half precision

`record` makes one, `load` reads it, and `StoredRun.sample` draws new images from it.
"""

from __future__ import annotations

import csv
import json
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

import wgan_lib
from wgan_lib.experiments.image_looks import estimate, images, judge_of
from wgan_lib.experiments.recipes import Recipe, from_labels
from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.images import mosaics
from wgan_lib.images.datasets import shipped
from wgan_lib.training.run import Run, generate

RESULTS = "results"  # in data/, or inside an installed package
LATENTS = 10


# ------------------------------------------------------------------ reading


@dataclass(frozen=True)
class StoredRun:
    """A run as it was kept.

    about      what run.json says
    curve      columns of equal length by name, a row a look: "step", "cpu_seconds", scores, …
    progress   images looks × latents × C × H × W: the same latent vectors at each look
    generator  with the averaged weights of the last step, in evaluation mode
    """

    name: str
    recipe: Recipe
    about: dict[str, Any]
    curve: dict[str, Tensor]
    progress: Tensor
    generator: nn.Module

    def sample(self, n: int, seed: int = 0) -> Tensor:
        """n new images, from the latent vectors that the seed fixes."""
        source = random_source(torch.device("cpu"), positive_integer("seed", seed, minimum=0))
        latent = torch.randn(positive_integer("n", n), self.generator.latent_dim, generator=source)
        return generate(self.generator, latent)


def load(name: str, root: Path | None = None) -> StoredRun:
    """The stored run of that name, such as "objectives/wgan-gp".

    Raises FileNotFoundError where there is none, naming those that there are.
    """
    root = shipped(RESULTS) if root is None else root
    folder = root / name
    if not (folder / "run.json").is_file():
        raise FileNotFoundError(
            f"there is no stored run {name!r}; there are {', '.join(names(root))}"
        )
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    recipe = from_labels(about["labels"])
    curve, shape = read_curve(folder / "curve.csv"), about["image"]
    progress = mosaics.read_mosaic(folder / "progress.png", len(curve["step"]), LATENTS, shape)
    return StoredRun(name, recipe, about, curve, progress, _generator(folder, recipe))


def names(root: Path | None = None) -> list[str]:
    """All stored runs."""
    root = shipped(RESULTS) if root is None else root
    return sorted(file.parent.relative_to(root).as_posix() for file in root.rglob("run.json"))


def read_curve(path: Path) -> dict[str, Tensor]:
    """A CSV file of numbers as one tensor a column."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: torch.tensor([float(row[key]) for row in rows]) for key in rows[0]}


def _generator(folder: Path, recipe: Recipe) -> nn.Module:
    generator, _ = recipe.build_networks()
    generator.load_state_dict(checkpoints.load(folder / "generator.pt")["generator"])
    return generator.eval().requires_grad_(False)


# ------------------------------------------------------------------ making


def record(recipe: Recipe, folder: Path, looks: int = 16) -> None:
    """Train the recipe on the CPU, look at it so many times on the way, and keep it in `folder`.

    A run that was stopped goes on where it was, from the folder beside it that ends in ".part";
    `folder` itself appears when the run is complete. Raises FileExistsError where it is there.
    """
    if folder.exists():
        raise FileExistsError(f"{folder} is there already: delete it to make the run again")
    aside = folder.with_name(folder.name + ".part")
    aside.mkdir(parents=True, exist_ok=True)
    every = max(1, recipe.settings.steps // positive_integer("looks", looks))
    camera = Camera(recipe, every, aside)
    checkpoint = aside / "checkpoint.pt"
    options = {"callbacks": [camera], "checkpoint": checkpoint, "checkpoint_every": every}
    run = recipe.train(device="cpu", **options)
    _keep(run, recipe, camera, aside)
    checkpoint.unlink()
    os.replace(aside, folder)


class Camera:
    """A callback that measures and photographs a run every so many steps.

    The seconds of the processor that it takes itself are not those of the run. What it has seen is
    kept in the folder, so that another process can go on.
    """

    def __init__(self, recipe: Recipe, every: int, folder: Path):
        self.recipe, self.every, self.kept = recipe, every, folder / "camera.pt"
        earlier = checkpoints.load(self.kept) if self.kept.exists() else {}
        self.rows: list[dict[str, float]] = earlier.get("rows", [])
        self.frames: list[Tensor] = earlier.get("frames", [])
        self.zero = time.process_time() - (self.rows[-1]["cpu_seconds"] if self.rows else 0.0)

    def __call__(self, run: Run) -> None:
        if run.step % self.every == 0:
            began = time.process_time()
            self.rows.append(self._measured(run, began - self.zero))
            self.frames.append(run.sample(LATENTS))
            checkpoints.save(self.kept, {"rows": self.rows, "frames": self.frames})
            self.zero += time.process_time() - began

    def _measured(self, run: Run, seconds: float) -> dict[str, float]:
        row = {"step": run.step, "cpu_seconds": round(seconds, 1)}
        return row | estimate(run, self.recipe) | images(run, self.recipe)


def _keep(run: Run, recipe: Recipe, camera: Camera, folder: Path) -> None:
    generator = run.averaged or run.generator
    halved = {
        name: value.half() if value.is_floating_point() else value
        for name, value in generator.state_dict().items()
    }
    checkpoints.save(folder / "generator.pt", {"generator": halved})
    generator.load_state_dict(halved)  # what is kept is what is scored
    write_curve(folder / "curve.csv", camera.rows)
    frames = torch.cat(camera.frames)
    mosaics.write_mosaic(folder / "progress.png", frames, LATENTS)
    about = _about(run, recipe, list(frames.shape[1:])) | {
        "cpu_minutes": round(camera.rows[-1]["cpu_seconds"] / 60, 1)
    }
    (folder / "run.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    camera.kept.unlink()


def _about(run: Run, recipe: Recipe, image: list[int]) -> dict[str, Any]:
    judge = judge_of(recipe)
    return {
        "labels": recipe.labels(),
        "objective": repr(recipe.objective),
        "settings": vars(recipe.settings),
        "networks": {"name": recipe.networks, **recipe.options},
        "image": image,
        "samples": judge.size,
        "scores": judge.scores(run.sample(judge.size))._asdict(),
        "ends": {name: each._asdict() for name, each in judge.ends().items()},
        "threads": torch.get_num_threads(),
        "commit": commit(),
        "versions": {"wgan_lib": wgan_lib.__version__, "torch": torch.__version__},
        "python": platform.python_version(),
    }


def write_curve(path: Path, rows: Sequence[dict[str, float]]) -> None:
    """Rows of numbers by name as CSV, six digits each."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([f"{row[name]:.6g}" for name in rows[0]] for row in rows)


def commit() -> str:
    """The commit that the code is at, with a "+" where files differ from it; "" outside a clone."""
    command = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
