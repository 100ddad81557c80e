"""What right looks like, a sentence for each probe, and the section of the course that shows it."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    """A section of a lesson: two digits, the number of the section and its title."""

    lesson: str
    number: int
    title: str

    def __str__(self) -> str:
        return f"lesson {self.lesson}, section {self.number}"


class Anchor(NamedTuple):
    """What right looks like, and where; no section where no lesson speaks of it."""

    sentence: str
    section: Section | None

    @property
    def place(self) -> str:
        return str(self.section or "")

    def __str__(self) -> str:
        return f"{self.sentence} ({self.place})" if self.section else self.sentence


HELD = Section("04", 8, "A critic that cannot be too steep")
ALGORITHM = Section("05", 2, "The algorithm, from the library")
CLIPPED = Section("05", 5, "What clipping does to a critic")
MOMENTUM = Section("05", 6, "RMSprop, not Adam with momentum")
PENALTY = Section("06", 2, "A penalty on the slope")
EVERY_WORD = Section("06", 3, "Every word of it, tried out")
SIGNS = Section("11", 6, "Third ward: the signs")
CLIPS = Section("11", 7, "Fourth ward: the clip")
CRITICS = Section("11", 8, "Fifth ward: the critic")
LOOPS = Section("11", 9, "Sixth ward: the loop")
SECTIONS = (
    *(HELD, ALGORITHM, CLIPPED, MOMENTUM, PENALTY, EVERY_WORD),
    *(SIGNS, CLIPS, CRITICS, LOOPS),
)

RIGHT = {
    # a loss
    "runs": Anchor("a loss takes a critic, real and fake samples, N×…, and gives one number", None),
    "scores": Anchor("the critic minimises mean D(fake) − mean D(real)", ALGORITHM),
    "opponents": Anchor("what the critic pushes down, the generator pushes up", SIGNS),
    "penalty": Anchor("a penalty costs more the farther the slope is from 1", PENALTY),
    "points": Anchor("x̂ = εx + (1 − ε)·G(z), with one uniform ε in [0, 1] per sample", EVERY_WORD),
    "norm": Anchor("one Euclidean norm per sample, over all its other axes", EVERY_WORD),
    "formula": Anchor("(‖∇D(x̂)‖ − 1)², or its rising half alone", EVERY_WORD),
    "sign": Anchor("λ > 0: slopes away from 1 are costly", PENALTY),
    "weight": Anchor("λ is the number you think it is", PENALTY),
    "reduction": Anchor("the mean over the batch, so that λ does not grow with it", PENALTY),
    "reaches weights": Anchor("create_graph=True, and nothing detached behind it", PENALTY),
    "zero gradient": Anchor("a norm with a finite derivative at 0", EVERY_WORD),
    "fakes": Anchor("fakes without a graph in the critic's step", ALGORITHM),
    "attached fakes": Anchor("a loss takes fakes with a graph and without one", None),
    "needs a graph": Anchor("a loss takes fakes with a graph and without one", None),
    "batch size": Anchor("shapes come from the samples, so that a smaller last batch runs", None),
    "channels": Anchor("shapes come from the samples", None),
    "dtype": Anchor("ε has the samples' dtype", None),
    "device": Anchor("ε is made on the samples' device, and nothing waits for a number", None),
    "randomness": Anchor("all draws come from torch, so that one seed repeats them", None),
    # a critic
    "answers": Anchor("a critic maps samples, N×…, to scores", None),
    "one score each": Anchor("one raw score per sample", ALGORITHM),
    "coupling": Anchor("each sample is judged on its own: layer norm or no norm", EVERY_WORD),
    "raw scores": Anchor("no sigmoid, softmax or ReLU after the last layer", CRITICS),
    "inner squashing": Anchor("activations whose slope is 1 somewhere, such as leaky ReLU", None),
    "moves": Anchor("the score hangs on the samples and on the weights", CRITICS),
    "blind pixels": Anchor("every number of a sample can change its score", CRITICS),
    "noise": Anchor("the same sample gets the same score twice", CRITICS),
    "slope": Anchor("steep enough to teach, and never steeper than the bound", CLIPPED),
    "spectral norm": Anchor("the bound is on the convolution, not on its kernel", HELD),
    # a clip
    "clip": Anchor("scores, backward, optimiser step, clip: in this order", CLIPS),
    "clipped weights": Anchor("every weight of the critic is clipped, biases too", ALGORITHM),
    "clip size": Anchor("the clip is the number you think it is", CLIPPED),
    # a loop
    "steps": Anchor(
        "a step of the critic through torch.optim, then one of the generator", ALGORITHM
    ),
    "all explained": Anchor("two mean scores and a penalty, and nothing else", ALGORITHM),
    "bound": Anchor("a penalty that moves the weights, or a clip", PENALTY),
    "one step": Anchor("scores and penalty in one loss, and one step for both", PENALTY),
    "momentum": Anchor("no momentum beside a clip: RMSprop, or Adam with β₁ = 0", MOMENTUM),
    "weights": Anchor("weights stay as they are between the scores and the step", ALGORITHM),
    "fresh gradients": Anchor("zero_grad before each backward", LOOPS),
    "rhythm": Anchor("the critic's full share of steps, then one of the generator", ALGORITHM),
    "latents": Anchor("fresh latent vectors for the generator's step", LOOPS),
    "modes": Anchor("both networks in training mode while they learn", None),
    "host syncs": Anchor("no .item() inside the loop; log once in a while", None),
    "looking": Anchor("the examiner can follow the loop", None),
}


def right(probe: str) -> Anchor:
    """What right looks like for a probe; KeyError for a name that no probe has."""
    return RIGHT[probe]
