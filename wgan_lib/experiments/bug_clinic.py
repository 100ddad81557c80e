"""The study of lesson 11: every case of the ward and what is healthy, over several seeds."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from wgan_lib.experiments.results import Key
from wgan_lib.experiments.study import Measured, Study
from wgan_lib.ground.files import write_whole
from wgan_lib.images.datasets import digits, shipped
from wgan_lib.ward import CASES, HEALTHY, Loop, run

DIGITS_SEEDS = 3  # images take longer


def _all_loops() -> dict[str, Loop]:
    """The healthy loops, the sick ones, and what a treatment makes of those that are built apart.

    Where nothing is wrong with a case, it is a healthy loop, and has no run of its own.
    """
    loops = dict(HEALTHY)
    for case in CASES.values():
        for name, loop in ((case.name, case.loop), (f"{case.name}, mended", case.mended)):
            if loop not in loops.values():
                loops[name] = loop
    return loops


@dataclass(frozen=True)
class LoopStudy(Study):
    """Loops of the ward by name; those on images run with the first three seeds alone."""

    name: str
    about: str
    loops: Mapping[str, Loop]
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)

    def names(self) -> Collection[str]:
        """The names of the loops."""
        return self.loops.keys()

    def pairs(self) -> list[Key]:
        """All runs, seed by seed."""
        return [pair for pair in super().pairs() if self._runs(*pair)]

    def _runs(self, name: str, seed: int) -> bool:
        return seed in self.seeds[:DIGITS_SEEDS] or self.loops[name].data is not digits

    def measured(self, name: str, seed: int, device: str | torch.device) -> Measured:
        """One stay on the ward, on the CPU whatever the device."""
        stay = run(self.loops[name], seed)
        return Measured(stay.rows, stay.ended)

    def identity(self) -> dict[str, str]:
        """The pieces of each loop by name, and its numbers."""
        return {
            f"{name}: {field.name}": _in_words(getattr(loop, field.name))
            for name, loop in self.loops.items()
            for field in fields(loop)
        }


def _in_words(piece: Any) -> str:
    return getattr(piece, "__name__", str(piece))


BUG_CLINIC = LoopStudy("bug-clinic", "lesson 11: bugs of real WGANs, sick and mended", _all_loops())


# ------------------------------------------------------------------ samples for a picture

POINTS, IMAGES = 200, 16
SHOWN = 4  # looks of a stay, beside the start
STEP = 1 / 256  # of a coordinate, in 16 bits
GREYS = 15  # steps from black to white


def sample_file() -> Path:
    """Where the samples of seed 0 lie; `python -m workshop.ward_samples` makes them."""
    return shipped("results") / "bug-clinic-samples.npz"


def packed(samples: Mapping[int, Tensor]) -> dict[str, np.ndarray]:
    """The samples of a stay as small arrays: "steps", and "points" or "images" of each step."""
    steps = sorted(samples)
    chosen = sorted({steps[round(i * (len(steps) - 1) / SHOWN)] for i in range(SHOWN + 1)})
    kept = torch.stack([samples[step] for step in chosen])
    if kept.ndim > 3:
        images = ((kept[:, :IMAGES, 0] + 1) / 2 * GREYS).round().byte()
        return {"steps": np.array(chosen), "images": images.numpy()}
    points = (kept[:, :POINTS] / STEP).round().clamp(-32767, 32767).short()
    return {"steps": np.array(chosen), "points": points.numpy()}


def write_samples(samples: Mapping[str, Mapping[int, Tensor]]) -> Path:
    """Store the samples of stays by the names of their loops; returns the file."""
    arrays = {
        f"{name}/{key}": array
        for name, stay in samples.items()
        for key, array in packed(stay).items()
    }
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_whole(sample_file(), content.getvalue())
    return sample_file()


def load_samples(name: str) -> dict[int, Tensor]:
    """Samples of a run with seed 0 by step: points 200×2, or images 16×1×28×28 in [−1, 1].

    A coordinate beyond ±128 is kept as ±128. Raises KeyError for an unknown name.
    """
    with np.load(sample_file()) as found:
        steps = found[f"{name}/steps"].tolist()
        if f"{name}/points" in found:
            kept = torch.from_numpy(found[f"{name}/points"]).float() * STEP
        else:
            kept = torch.from_numpy(found[f"{name}/images"]).float()[:, :, None] / GREYS * 2 - 1
    return dict(zip(steps, kept, strict=True))
