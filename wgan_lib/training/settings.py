"""The settings of a run: everything but the networks, the data and the objective."""

from __future__ import annotations

from dataclasses import dataclass

from wgan_lib.ground.arguments import finite_number, one_of, positive_integer
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
    decay: float = 1.0  # the share of the learning rate that is left at the end, on a straight line
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
        finite_number("decay", self.decay, minimum=0.0, maximum=1.0)
        self._set("betas", _pair_of_betas(self.betas))
        _below_one("averaging", self.averaging)

    def _set(self, name: str, value) -> None:
        object.__setattr__(self, name, value)


def _pair_of_betas(betas) -> tuple[float, float]:
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"betas must be two numbers in [0, 1), got {betas!r}")
    return _below_one("betas", betas[0]), _below_one("betas", betas[1])


def _below_one(name: str, value) -> float:
    if finite_number(name, value, minimum=0.0) >= 1:
        raise ValueError(f"{name} must be at least 0 and less than 1, got {value!r}")
    return float(value)
