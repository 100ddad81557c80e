"""A run: everything that changes while a pair is trained, and what one asks of it afterwards."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.ground import checkpoints
from wgan_lib.ground.arguments import finite_tensor, positive_integer
from wgan_lib.ground.devices import autocast, own_share, process_count, random_source
from wgan_lib.training.history import History
from wgan_lib.training.objectives import Objective
from wgan_lib.training.optimisers import average_into, set_learning_rate
from wgan_lib.training.players import critic_player, generator_player
from wgan_lib.training.settings import Settings

SampleReal = Callable[..., Tensor]  # sample(n, generator=…, device=…) → n samples


class Run:
    """The state of one training run. ``train`` makes it and moves it on.

    generator, critic   the networks, in training mode, on ``device``
    averaged            the generator with averaged weights, or None
    history             one row of named numbers per step
    step, steps         generator steps done, and asked for
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        sample_real: SampleReal,
        objective: Objective,
        settings: Settings,
        device: torch.device,
        latent_dim: int | None = None,
        labels: Mapping[str, str] | None = None,
    ):
        check_kinds(generator, critic, objective)
        self.generator, self.critic = generator.to(device), critic.to(device)
        self.objective, self.settings, self.device = objective, settings, device
        self.latent_dim = latent_length(generator, latent_dim)
        self.sample_real = sample_real
        self.labels = dict(labels or {})
        check_fit(self)
        self.critic_player = critic_player(critic, objective, settings)
        self.generator_player = generator_player(generator, critic, objective, settings)
        self.averaged = copy.deepcopy(generator) if settings.averaging else None
        self.random = random_source(device, settings.seed)
        self.history = History()
        self.step = 0

    @property
    def steps(self) -> int:
        return self.settings.steps

    # -------------------------------------------------------------- random inputs of a step

    def draw_real(self) -> Tensor:
        """This process's share of a fresh batch of real samples."""
        n = self.settings.batch_size
        return own_share(self.sample_real(n, generator=self.random, device=self.device))

    def draw_latent(self) -> Tensor:
        """This process's share of fresh latent vectors, standard normal."""
        size = (self.settings.batch_size, self.latent_dim)
        return own_share(torch.randn(size, generator=self.random, device=self.device))

    @torch.no_grad()
    def draw_fake(self) -> Tensor:
        """Fresh fakes for the critic, without a graph: the generator is not asked to improve."""
        with autocast(self.device, self.settings.precision):
            return self.generator(self.draw_latent()).to(torch.get_default_dtype())

    def draw_epsilon(self) -> Tensor:
        """One uniform number per sample: where on its segment a critic is penalised."""
        n = self.settings.batch_size
        return own_share(torch.rand(n, generator=self.random, device=self.device))

    def set_learning_rate(self) -> None:
        """Both learning rates, as far down their straight line as the run has come."""
        rate = self.settings.learning_rate_at(self.step)
        set_learning_rate(self.critic_player.optimiser, rate)
        set_learning_rate(self.generator_player.optimiser, rate)

    def average(self) -> None:
        """Lets the averaged generator follow the trained one."""
        if self.averaged is not None:
            average_into(self.averaged, self.generator, self.settings.averaging)

    # -------------------------------------------------------------- what one asks of a run

    def sample(self, n: int, seed: int = 0, averaged: bool = True) -> Tensor:
        """n samples of the (averaged) generator, from latent vectors that the seed fixes."""
        chosen = self.averaged if averaged and self.averaged is not None else self.generator
        return draw_samples(chosen, n, seed, self.device, self.latent_dim)

    def summary(self) -> str:
        """One line: how far the run is, and the last row of its history."""
        last = self.history.last()
        last.pop("seconds", None)
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in last.items())
        return f"{self.objective}: step {self.step} of {self.steps}; {numbers or 'no rows yet'}"

    # -------------------------------------------------------------- to and from a checkpoint

    def identity(self) -> dict[str, str]:
        """What two runs must share so that one can take up where the other stopped."""
        words = {**self.labels, "objective": repr(self.objective), "device": self.device.type}
        settings = vars(self.settings).items()
        words |= {key: str(value) for key, value in settings if key != "log_every"}
        for name, network in (("generator", self.generator), ("critic", self.critic)):
            for key, value in network.state_dict().items():
                words[f"{name} {key}"] = "×".join(map(str, value.shape)) or "one number"
        return words

    def contents(self) -> dict[str, Any]:
        """All that a checkpoint needs so that the run goes on as if nothing had happened."""
        return {
            "identity": self.identity(),
            "step": self.step,
            "labels": self.labels,
            "random": self.random.get_state(),
            "history": dict(self.history),
            **{name: part.state_dict() for name, part in self._parts().items()},
        }

    def restore(self, path: str | Path, contents: dict[str, Any]) -> None:
        """Takes up where the checkpoint stopped; CheckpointError says what does not fit."""
        with checkpoints.entry(path, "identity"):
            checkpoints.require_same(path, contents["identity"], self.identity())
        for name, part in self._parts().items():
            with checkpoints.entry(path, name):
                part.load_state_dict(contents[name])
        with checkpoints.entry(path, "random"):
            self.random.set_state(contents["random"].cpu())
        with checkpoints.entry(path, "history"):
            self.history = History({k: v.cpu() for k, v in contents["history"].items()})
        with checkpoints.entry(path, "step"):
            self.step = positive_integer("step", contents["step"], minimum=0)

    def _parts(self) -> dict[str, Any]:
        parts = {
            "generator": self.generator,
            "critic": self.critic,
            "critic_optimiser": self.critic_player.optimiser,
            "generator_optimiser": self.generator_player.optimiser,
        }
        return parts if self.averaged is None else {**parts, "averaged": self.averaged}


def latent_length(generator: nn.Module, latent_dim: int | None) -> int:
    """How long a latent vector is: as told, or as the generator itself says."""
    latent_dim = getattr(generator, "latent_dim", None) if latent_dim is None else latent_dim
    if latent_dim is None:
        raise ValueError("latent_dim must be given: this generator has no attribute latent_dim")
    return positive_integer("latent_dim", latent_dim)


@torch.no_grad()
def generate(generator: nn.Module, latent: Tensor) -> Tensor:
    """Samples for latent vectors N×latent_dim, in evaluation mode; the generator's mode is kept."""
    training = generator.training
    try:
        return generator.eval()(latent)
    finally:
        generator.train(training)


def draw_samples(
    generator: nn.Module,
    n: int,
    seed: int = 0,
    device: torch.device | str = "cpu",
    latent_dim: int | None = None,
) -> Tensor:
    """n samples of a generator on the device, from standard normal latents that the seed fixes."""
    size = (positive_integer("n", n), latent_length(generator, latent_dim))
    random = random_source(torch.device(device), positive_integer("seed", seed, minimum=0))
    return generate(generator, torch.randn(size, generator=random, device=device))


def check_kinds(generator: nn.Module, critic: nn.Module, objective: Objective) -> None:
    """TypeError for what is no network or no objective, ValueError for a frozen network."""
    for name, network in (("generator", generator), ("critic", critic)):
        if not isinstance(network, nn.Module):
            raise TypeError(f"{name} must be a torch.nn.Module, got {network!r}")
        if not any(parameter.requires_grad for parameter in network.parameters()):
            raise ValueError(f"{name} must have weights that require a gradient, got none")
    if isinstance(objective, type) or not hasattr(objective, "critic_loss"):
        raise TypeError(f"objective must be one such as WGANGP(), got {objective!r}")


def check_fit(run: Run) -> None:
    """Tries data, generator and critic on two samples; raises before any time is spent."""
    if not callable(run.sample_real):
        got = type(run.sample_real).__name__
        got += "; pass its .sample" if hasattr(run.sample_real, "sample") else ""
        raise TypeError(f"sample_real must be a function sample(n, generator, device), got {got}")
    if run.settings.batch_size % process_count():
        wanted = f"batch_size must be a multiple of the {process_count()} processes"
        raise ValueError(f"{wanted}, got {run.settings.batch_size}")
    random = random_source(run.device, 0)
    drawn = run.sample_real(2, generator=random, device=run.device)
    real, dtype = finite_tensor("real samples", drawn), getattr(drawn, "dtype", type(drawn))
    if real.shape[:1] != (2,) or dtype != torch.get_default_dtype():
        wanted = f"sample_real must give n samples of {torch.get_default_dtype()}, n×…"
        raise ValueError(f"{wanted}, got shape {tuple(real.shape)} of {dtype} for n = 2")
    latent = torch.randn(2, run.latent_dim, generator=random, device=run.device)
    fakes = generate(run.generator, latent)
    if fakes.shape != real.shape:
        wanted = f"generator must make samples shaped like the real ones, {tuple(real.shape[1:])}"
        raise ValueError(f"{wanted}, got {tuple(fakes.shape[1:])}")
    scores = generate(run.critic, real)
    if scores.numel() != 2:
        raise ValueError(
            "critic must give one score per sample, "
            f"got shape {tuple(scores.shape)} for 2 samples of shape {tuple(real.shape[1:])}"
        )
