"""The settings of a run: everything but the networks, the data and the objective."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wgan_lib.ground.arguments import finite_number, one_of, positive_integer
from wgan_lib.ground.checkpoints import RENAMED
from wgan_lib.training.optimisers import OPTIMISERS

PRECISIONS = ("float32", "bf16")


@dataclass(frozen=True)
class Settings:
    """How long and how fast to train; checked when it is made.

    The defaults are those of Gulrajani et al. 2017, Algorithm 1.
    """

    steps: int = 1000  # steps of the generator
    batch_size: int = 64  # of all processes together
    critic_steps: int = 5  # before each step of the generator
    critic_warmup: int = 0  # further critic steps before the generator moves for the first time
    optimiser: str = "adam"  # "adam", "adamw" or "rmsprop"
    learning_rate: float = 1e-4
    betas: tuple[float, float] = (0.0, 0.9)  # of Adam and AdamW
    final_rate: float = 1.0  # share of the learning rate at the end of a straight line down to it
    averaging: float = 0.0  # decay of the generator's moving average; 0 keeps none
    precision: str = "float32"  # "bf16" multiplies in bfloat16 and keeps weights in float32
    compile: bool = False  # torch.compile on the whole of each loss
    seed: int = 0
    log_every: int = 25  # steps between looks at the device; nothing waits for it in between

    def __post_init__(self):
        for name in ("steps", "batch_size", "critic_steps", "log_every"):
            self._set(name, positive_integer(name, getattr(self, name)))
        for name in ("critic_warmup", "seed"):
            self._set(name, positive_integer(name, getattr(self, name), minimum=0))
        if not isinstance(self.compile, bool):
            raise TypeError(f"compile must be True or False, got {self.compile!r}")
        one_of("optimiser", self.optimiser, OPTIMISERS)
        one_of("precision", self.precision, PRECISIONS)
        finite_number("learning_rate", self.learning_rate, minimum=0.0, strict=True)
        finite_number("final_rate", self.final_rate, minimum=0.0, maximum=1.0)
        self._set("betas", _pair_of_betas(self.betas))
        _below_one("averaging", self.averaging)

    def learning_rate_at(self, step: int) -> float:
        """On the straight line from learning_rate at step 0 down to final_rate times it."""
        return self.learning_rate * (1 - (1 - self.final_rate) * (step / self.steps))

    def _set(self, name: str, value) -> None:
        object.__setattr__(self, name, value)


def settings_of(given: Settings | None, changes: Mapping[str, Any]) -> Settings:
    """The settings given, or the defaults, with these changes; ValueError for unknown names."""
    settings = Settings() if given is None else given
    if not isinstance(settings, Settings):
        raise TypeError(f"settings must be Settings(…) or None, got {given!r}")
    named = {setting_name("setting", k, vars(settings)): changes[k] for k in changes}
    return replace(settings, **named)


def setting_name(argument: str, name: str, allowed: Iterable[str]) -> str:
    """Return a name that is allowed; ValueError with the nearest one, or with its name of today."""
    if name in RENAMED:
        raise ValueError(f"{argument} {name!r} has another name now: {RENAMED[name]!r}")
    return one_of(argument, name, allowed)


def _pair_of_betas(betas) -> tuple[float, float]:
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas must be two numbers in [0, 1), got {betas!r}")
    return _below_one("betas", betas[0]), _below_one("betas", betas[1])


def _below_one(name: str, value) -> float:
    if finite_number(name, value, minimum=0.0) >= 1:
        raise ValueError(f"{name} must be at least 0 and less than 1, got {value!r}")
    return float(value)
