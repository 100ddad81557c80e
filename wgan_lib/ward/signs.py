"""Scores that stand wrongly in a loss."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor, nn

from wgan_lib.ward.case import Case
from wgan_lib.ward.healthy import PENALISED


def flipped(critic: nn.Module, fake: Tensor) -> Tensor:
    """The generator lowers the scores of its fakes, as the critic does."""
    return critic(fake).mean()


def log_of_scores(critic: nn.Module, fake: Tensor) -> Tensor:
    """A score is no probability: it may be negative."""
    return -critic(fake).log().mean()


def first_of_each(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """An index too many: one real and one fake sample of the batch."""
    return (critic(fake)[0] - critic(real)[0]).mean()


CASES = (
    Case(
        "flipped-generator", "A sign flipped for the generator", "the signs",
        complaint="Since the fix of the loss's sign the samples fly away from the data.",
        cause="The critic lowers D(fake), and so does the generator. Some write both losses with "
        "the other sign; whoever turns one of them alone turns two opponents into partners.",
        treatment="What the critic pushes down, the generator pushes up.",
        source="Zeleni9/pytorch-wgan 2e7851d, a fix of #51",
        code=flipped, loop=replace(PENALISED, generator_loss=flipped), probe="opponents",
    ),
    Case(
        "log-of-scores", "A log in the loss", "the signs",
        complaint="The generator's loss is nan, and yet the program runs on. The samples fly away.",
        cause="`-log D(fake)` is a GAN's. A critic's score may be negative: then its log is not a "
        "number, and the derivative −1/D is one, with the wrong sign.",
        treatment="`-critic(fake).mean()`.",
        source="marian42/shapegan #2",
        code=log_of_scores, loop=replace(PENALISED, generator_loss=log_of_scores),
        probe="opponents",
    ),
    Case(
        "one-of-each", "One real and one fake sample", "the signs",
        complaint="Training is very noisy, the samples stay a smear, and a larger batch does not "
        "help.",
        cause="`scores[0]` is the score of the first sample, not the scores of the first tensor: "
        "the rest of the batch has no say.",
        treatment="`.mean()` over all scores.",
        source="deepchem/deepchem models/torch_models/gan.py, line 1181",
        code=first_of_each, loop=replace(PENALISED, critic_loss=first_of_each), probe="scores",
    ),
)  # fmt: skip
