"""Every named experiment of the course on one page: networks, data, objective, settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from wgan_lib import distributions, networks
from wgan_lib.distributions import Distribution
from wgan_lib.experiments.fingerprints import fingerprint
from wgan_lib.ground.arguments import one_of
from wgan_lib.ground.checkpoints import current_names
from wgan_lib.ground.devices import random_source
from wgan_lib.ground.literals import literal
from wgan_lib.images import datasets
from wgan_lib.images.dcgan_guidelines import dcgan_without
from wgan_lib.training.loop import train
from wgan_lib.training.objectives import GAN, WGAN, WGANGP, NonSaturatingGAN, Objective
from wgan_lib.training.run import Run
from wgan_lib.training.settings import Settings, setting_name

TOYS = {
    "ring": distributions.gaussian_ring,
    "grid": distributions.gaussian_grid,
    "swiss-roll": distributions.swiss_roll,
}
NETWORKS = {**networks.NETWORKS, "dcgan-without": dcgan_without}
IMAGES = {
    "digits": datasets.digits,
    "mnist": datasets.mnist,
    "fashion-mnist": datasets.fashion_mnist,
    "folder": datasets.image_folder,
}

# What no machine of a student's carries, or no patience: refused before anything is made.
MOST = {"steps": 10**9, "batch_size": 2**16, "critic_steps": 10**6, "critic_warmup": 10**6}
MOST_WEIGHTS = 12_000_000  # of both networks together


@dataclass(frozen=True)
class Recipe:
    """One experiment. ``changed`` gives a variant; ``train`` runs it.

    data       a name in TOYS or IMAGES
    networks   a name in NETWORKS, built with ``options``
    changes    what makes this a variant of the recipe in the table
    """

    name: str
    about: str
    data: str
    networks: str
    objective: Objective
    settings: Settings
    options: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        for name, most in MOST.items():
            if (value := getattr(self.settings, name)) > most:
                raise ValueError(
                    f"{name} must be at most {most:,} in a recipe, got {str(value)[:20]}"
                )
        random_source(torch.device("cpu"), self.settings.seed)  # says which seeds there are

    def changed(self, **changes: Any) -> Recipe:
        """The recipe with other settings, other fields of its objective, other network options.

        Raises ValueError with the nearest names for a key that none of the three has.
        """
        recipe = self
        for key, value in changes.items():
            known, value = recipe.values(), tuple(value) if isinstance(value, list) else value
            if known[setting_name("key", key, known)] != value:
                recipe = recipe._with(key, value)
        return recipe

    def values(self) -> dict[str, Any]:
        """Everything that ``changed`` can change, with the value it has here."""
        built = inspect.signature(NETWORKS[self.networks]).parameters
        defaults = {name: parameter.default for name, parameter in built.items()}
        return {**vars(self.settings), **vars(self.objective), **defaults, **self.options}

    def _with(self, key: str, value: Any) -> Recipe:
        changes = {**self.changes, key: value}
        for part in ("settings", "objective"):
            if key in vars(getattr(self, part)):
                changed = replace(getattr(self, part), **{key: value})
                return replace(self, changes=changes, **{part: changed})
        return replace(self, changes=changes, options={**self.options, key: value})

    def load_data(
        self,
        device: str | torch.device = "cpu",
        root: str | Path | None = None,
        split: str = "train",
    ) -> Distribution | datasets.Images:
        """The toy law, or the images on the device; ``.sample`` is what the loop asks for."""
        if self.data in TOYS:
            return TOYS[self.data]()
        if self.data == "folder":
            return self._load_folder(device, root, split)
        where = {} if self.data == "digits" else {"root": root}
        return IMAGES[self.data](split, device=device, **where)

    def _load_folder(self, device, root: str | Path | None, split: str):
        """Pictures of one's own, in the size and the colours that the networks are built for."""
        if root is None:
            raise ValueError(
                f"root must be a folder of images for the recipe {self.name}, got None; "
                "on the command line: --data FOLDER"
            )
        built = self.values()
        return datasets.image_folder(root, built["side"], built["channels"], device, split)

    def build_networks(self) -> tuple[nn.Module, nn.Module]:
        """Generator and critic with the weights that the seed gives; torch's own state is kept.

        Raises ValueError, before they are made, for networks of more than 12 million weights.
        """
        count = networks.count_weights(NETWORKS[self.networks], self.options)
        if count > MOST_WEIGHTS:
            options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
            wanted = f"networks must have at most {MOST_WEIGHTS:,} weights"
            raise ValueError(f"{wanted}, got {count:,g} with {options}")
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(self.settings.seed)  # and not those of CUDA
            return NETWORKS[self.networks](**self.options)

    def train(
        self, device: str | torch.device = "auto", root: str | Path | None = None, **options: Any
    ) -> Run:
        """Run the recipe; options (callbacks, checkpoint, …) are those of ``training.train``.

        Settings are no options here: labels in a checkpoint name those of ``changed`` alone.
        """
        if given := sorted(options.keys() & vars(self.settings).keys()):
            raise TypeError(f"settings are changed by .changed({given[0]}=…).train(), got {given}")
        data = self.load_data(root=root)
        return train(
            *self.build_networks(),
            data.sample,
            self.objective,
            self.settings,
            device=device,
            labels={**self.labels(), "data": fingerprint(data)},
            **options,
        )

    def description(self) -> dict[str, Any]:
        """What a JSON file says of the recipe: the labels make it again, the rest is to be read."""
        return {
            "labels": self.labels(),
            "objective": repr(self.objective),
            "settings": vars(self.settings),
            "networks": {"name": self.networks, **self.options},
        }

    def labels(self) -> dict[str, str]:
        """What a checkpoint must know in order to build this recipe again."""
        return {"recipe": self.name} | {f"set {k}": repr(v) for k, v in self.changes.items()}


def _recipe(
    name: str,
    about: str,
    objective: Objective,
    *,
    data: str,
    networks: str,
    options: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Recipe:
    return Recipe(name, about, data, networks, objective, Settings(**settings), options or {})


# Weights as torch makes them train these small networks faster than N(0, 0.02) does.
DIGITS = {"steps": 750, "batch_size": 32, "critic_steps": 3, "final_rate": 0.1, "averaging": 0.99}
DIGITS_NETWORKS = {
    "width": 24, "latent_dim": 32, "critic_norm": None, "initialisation": "torch",
}  # fmt: skip
DCGAN = {
    "steps": 750, "batch_size": 32, "critic_steps": 1, "betas": (0.5, 0.999), "final_rate": 0.1,
}  # fmt: skip
# The same networks, larger: about half an hour on one core.
FULL = {
    "steps": 5000, "batch_size": 64, "critic_steps": 2, "learning_rate": 2e-3, "final_rate": 0.0,
    "averaging": 0.999,
}  # fmt: skip
FULL_NETWORKS = {**DIGITS_NETWORKS, "width": 32, "latent_dim": 64}
TOY = {"steps": 2400, "batch_size": 256, "critic_steps": 3, "final_rate": 0.0}
GRID = {**TOY, "steps": 20_000}  # as the ring goes, some five minutes
TOY_NETWORKS = {"width": 128}
CLIPPED = {
    "optimiser": "rmsprop",
    "learning_rate": 2e-3,
}  # momentum and clipping do not go together
ADAM = {"learning_rate": 3e-3}
TURN_BY_TURN = {"batch_size": 128, "critic_steps": 1}


def _toys(data: str, about: str, settings: Mapping[str, Any]) -> list[Recipe]:
    """The same networks and the same number of critic steps under three objectives."""
    toy = {"data": data, "networks": "toy-mlp", "options": TOY_NETWORKS}
    return [
        _recipe(f"{data}-gan", about, GAN(), **toy, **settings, learning_rate=1e-3),
        _recipe(f"{data}-wgan", about, WGAN(clip=0.1), **toy, **settings, **CLIPPED),
        # The paper's own toys use λ = 0.1: "smaller lambda makes things faster for toy tasks".
        _recipe(f"{data}-wgan-gp", about, WGANGP(penalty=0.1), **toy, **settings, **ADAM),
    ]


def _digits(kind: str, objective: Objective, norm: str | None = None, **settings: Any) -> Recipe:
    """Small convolutional networks, sized for a minute on two cores."""
    return _recipe(
        f"digits-{kind}", "4,000 real digits, a minute on two cores", objective,
        data="digits", networks="dcgan", options={**DIGITS_NETWORKS, "critic_norm": norm},
        **DIGITS, **settings,
    )  # fmt: skip


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in [
        _digits("gan", GAN(), learning_rate=2e-3),
        _digits("non-saturating-gan", NonSaturatingGAN(), learning_rate=2e-3),
        _digits("wgan", WGAN(clip=0.01), optimiser="rmsprop", learning_rate=5e-4),
        # Layer norm, which the paper recommends beside the penalty, spoils the other two.
        _digits("wgan-gp", WGANGP(penalty=10.0), norm="layer", learning_rate=2e-3),
        _recipe(
            "digits-dcgan", "DCGAN, each of whose guidelines can be left out", NonSaturatingGAN(),
            data="digits", networks="dcgan-without", **DCGAN, averaging=0.99, learning_rate=1e-3,
        ),
        *(
            _recipe(
                f"{data}-wgan-gp", f"{title}, half an hour on one core", WGANGP(penalty=10.0),
                data=data, networks="dcgan", options=FULL_NETWORKS, **FULL,
            )
            for data, title in (("mnist", "full MNIST"), ("fashion-mnist", "full Fashion-MNIST"))
        ),
        _recipe(
            "folder-wgan-gp", "a folder of your own pictures: --data FOLDER", WGANGP(penalty=10.0),
            data="folder", networks="dcgan", options={**FULL_NETWORKS, "side": 32, "channels": 3},
            **FULL,
        ),
        *_toys("ring", "8 Gaussians on a circle", TOY),
        *_toys("grid", "25 Gaussians on a grid", GRID),
        *_toys("swiss-roll", "the Swiss roll", TOY),
        _recipe(
            "ring-non-saturating-gan", "8 Gaussians, the usual generator loss", NonSaturatingGAN(),
            data="ring", networks="toy-mlp", options=TOY_NETWORKS, **TURN_BY_TURN,
            steps=2400, learning_rate=1e-3, betas=(0.5, 0.9), final_rate=0.0,
        ),
        _recipe(
            "ring-gan-momentum", "8 Gaussians, momentum carries the generator from mode to mode",
            NonSaturatingGAN(), data="ring", networks="toy-mlp", options={"width": 64},
            **TURN_BY_TURN, steps=1000, learning_rate=3e-4, betas=(0.95, 0.999),
        ),
        _recipe(
            "mnist-mlp-wgan", "dense networks under clipping, full MNIST", WGAN(clip=0.01),
            data="mnist", networks="mnist-mlp",
            steps=37_500, optimiser="rmsprop", learning_rate=5e-5,
        ),
        _recipe(
            "mnist-conv-wgan-gp", "small convolutions under the penalty, full MNIST", WGANGP(),
            data="mnist", networks="mnist-conv",
            steps=20_000, batch_size=128, learning_rate=2e-4, betas=(0.5, 0.999),
        ),
    ]
}  # fmt: skip


def find(name: str) -> Recipe:
    """The recipe of that name; ValueError with the nearest names where there is none."""
    return RECIPES[one_of("recipe", name, RECIPES)]


def from_labels(labels: Mapping[str, str]) -> Recipe:
    """The recipe that ``Recipe.labels`` described; ValueError where they name none."""
    if "recipe" not in labels:
        raise ValueError(f"labels must name a recipe, got {dict(labels)}")
    told = {key: text for key, text in current_names(labels).items() if key.startswith("set ")}
    changes = {key.removeprefix("set "): literal(text, key) for key, text in told.items()}
    return find(labels["recipe"]).changed(**changes)
