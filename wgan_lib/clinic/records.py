"""What was seen of a training loop, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field

from wgan_lib.clinic.clipping import Clip
from wgan_lib.clinic.steps import Explained


@dataclass
class Step:
    """One step of an optimiser.

    explained  None beyond the first dozen
    reached    whether a gradient came to the generator since the last step
    moved      the critic's weights are not those that gave its scores
    sizes      the largest size of each of the critic's weights
    momentum   β₁ of Adam, or the momentum of SGD and RMSprop
    """

    who: str
    explained: Explained | None
    reached: bool
    moved: bool
    sizes: dict[str, float]
    momentum: float


@dataclass
class Record:
    """All that was seen of a loop, in its order."""

    steps: list[Step] = field(default_factory=list)
    clips: list[Clip] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    coupling: float | None = None
    squared: bool = False
    waits: dict[str, list[int]] = field(default_factory=dict)
    changing: set[str] = field(default_factory=set)

    def of(self, who: str) -> list[Step]:
        """The steps of one network."""
        return [step for step in self.steps if step.who == who]
