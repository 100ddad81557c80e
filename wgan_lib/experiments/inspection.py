"""What the checkpoint of a recipe must hold, looked at before anything is done with it.

Each refusal is a CheckpointError that names the file and the entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from wgan_lib.experiments.recipes import Recipe, from_labels
from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import positive_integer
from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.training.optimisers import make_optimiser

# Bytes. A recipe's networks have 12 million weights at most: 16 bytes for each, with two moments
# and an average, and a million steps of history fit.
LARGEST = 2**28


def read(path: str | Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """The contents of a checkpoint that a recipe may have written."""
    return checkpoints.load(path, device, LARGEST)


def steps_of(path: str | Path, contents: Mapping[str, Any]) -> int:
    """How many steps were done."""
    try:
        return positive_integer("its entry 'step'", contents.get("step"), minimum=0)
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{path}: {error}") from error


def labels_of(
    path: str | Path, contents: Mapping[str, Any], name: str = "labels"
) -> dict[str, str]:
    """An entry of words by name, none where it is missing; the labels say which recipe it was."""
    found = contents.get(name, {})
    if not isinstance(found, dict) or not all(
        isinstance(word, str) for pair in found.items() for word in pair
    ):
        raise CheckpointError(f"{path}: its entry {name!r} must be words by name")
    return found


def recipe_of(path: str | Path, contents: Mapping[str, Any]) -> Recipe:
    """The recipe that the labels name."""
    labels = labels_of(path, contents)
    if "recipe" not in labels:
        raise CheckpointError(
            f"{path} does not name a recipe, so its networks cannot be built again; "
            "checkpoints written by `python -m wgan_lib train` do"
        )
    try:
        return from_labels(labels)
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{path}: its entry 'labels' names no recipe: {error}") from error


def networks_of(path: str | Path, recipe: Recipe) -> tuple[nn.Module, nn.Module]:
    """Generator and critic of the recipe that the labels named, as yet untrained."""
    try:
        return recipe.build_networks()
    except (ValueError, TypeError) as error:
        raise CheckpointError(f"{path}: its entry 'labels' names no networks: {error}") from error


def fill(path: str | Path, contents: Mapping[str, Any], name: str, network: nn.Module) -> None:
    """Gives the network the weights of an entry; they must fit, and be finite."""
    with checkpoints.entry(path, name):
        network.load_state_dict(contents[name])
    bad = [key for key, value in network.state_dict().items() if not value.isfinite().all()]
    if bad:
        raise CheckpointError(
            f"{path}: its entry {name!r} must hold finite numbers only, got others in {bad[0]}"
        )


def require_resumable(path: str | Path, contents: Mapping[str, Any], recipe: Recipe) -> None:
    """All that `Run.restore` takes, and what it does not ask: moments of each weight, say."""
    settings, steps = recipe.settings, steps_of(path, contents)
    _require_identity(path, labels_of(path, contents, "identity"), recipe)
    with checkpoints.entry(path, "random"):
        torch.Generator().set_state(contents["random"].cpu())
    for name, network in zip(("generator", "critic"), recipe.build_networks(), strict=True):
        if name == "generator" and settings.averaging:
            fill(path, contents, "averaged", network)
        fill(path, contents, name, network)
        fresh = make_optimiser(
            settings.optimiser, network.parameters(), settings.learning_rate, settings.betas
        )
        with checkpoints.entry(path, f"{name}_optimiser"):
            _require_moments(contents[f"{name}_optimiser"], fresh)
    with checkpoints.entry(path, "history"):
        _require_rows(contents["history"], steps)


def _require_identity(path: str | Path, found: Mapping[str, str], recipe: Recipe) -> None:
    """What the recipe knows of it: not the data, not the device, and the length may change."""
    wanted = {**recipe.labels(), "objective": repr(recipe.objective)}
    settings = vars(recipe.settings).items()
    wanted |= {key: str(value) for key, value in settings if key != "log_every"}
    wanted = {key: word for key, word in wanted.items() if key not in ("steps", "set steps")}
    named = checkpoints.current_names(found)
    checkpoints.require_same(path, {k: v for k, v in named.items() if k in wanted}, wanted)


def _require_moments(saved: Mapping[str, Any], fresh: torch.optim.Optimizer) -> None:
    """The optimiser's own settings, and for each parameter the same moments, each of its shape."""
    groups = fresh.state_dict()["param_groups"]
    for group, known in zip(saved["param_groups"], groups, strict=True):
        told = {key: value for key, value in group.items() if key not in ("lr", "initial_lr")}
        sound = all(known[key] == value for key, value in told.items())
        if not (sound and isinstance(group["lr"], float)):
            raise ValueError("param_groups must be those of the recipe")
    parameters = [parameter for group in fresh.param_groups for parameter in group["params"]]
    names = {*saved["state"][0]}
    for index, parameter in enumerate(parameters):
        moments = saved["state"][index]
        if {*moments} != names or len(saved["state"]) != len(parameters):
            raise ValueError("state must hold the same moments for each parameter")
        for moment in moments.values():
            if moment.shape not in ((), parameter.shape) or not moment.is_floating_point():
                raise ValueError("state must hold moments that are shaped like their parameter")


def _require_rows(columns: Mapping[str, torch.Tensor], rows: int) -> None:
    if rows and not columns:
        raise ValueError("history must hold what was measured")
    for name, column in columns.items():
        whole = column.shape == (rows,) and column.is_contiguous()
        if not (isinstance(name, str) and whole and column.dtype == torch.float64):
            raise ValueError(f"history must hold {rows} numbers by name")
