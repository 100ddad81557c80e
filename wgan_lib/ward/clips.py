"""Clips in the wrong place."""

from __future__ import annotations

from dataclasses import replace

from torch import nn

from wgan_lib.clinic.reports import OK
from wgan_lib.ward.case import Case
from wgan_lib.ward.healthy import CLIPPED
from wgan_lib.ward.loop import CLIP, Training, clip

EPOCH = 100  # rounds


def clip_early(training: Training) -> None:
    """The generator will meet weights that have moved since the clip."""
    clip(training.critic)
    real, fake = training.real(), training.fake().detach()
    loss = training.loop.critic_loss(training.critic, real, fake)
    training.for_critic.zero_grad()
    loss.backward()
    training.for_critic.step()


def clip_between(training: Training) -> None:
    """The weights change between the scores and the step that they call for."""
    real, fake = training.real(), training.fake().detach()
    loss = training.loop.critic_loss(training.critic, real, fake)
    training.for_critic.zero_grad()
    loss.backward()
    clip(training.critic)
    training.for_critic.step()


def clip_once_per_epoch(training: Training) -> None:
    """In between the weights go where they like."""
    real, fake = training.real(), training.fake().detach()
    loss = training.loop.critic_loss(training.critic, real, fake)
    training.for_critic.zero_grad()
    loss.backward()
    training.for_critic.step()
    if training.round % EPOCH == EPOCH - 1:
        clip(training.critic)


def clip_of_nothing(critic: nn.Module) -> None:
    """Without the underscore, `clamp` returns new weights, and nobody takes them."""
    for p in critic.parameters():
        p.data.clamp(-CLIP, CLIP)


CASES = (
    Case(
        "clip-early", "A clip before the step", "the clip",
        complaint="The paper clips after the update, this code before it. Is that why my runs are "
        "unstable?",
        cause="The optimiser's step comes last, so that every score, and the generator, meets "
        "weights that are a step beyond the clip.",
        treatment="Scores, backward, step, clip: in this order.",
        source="martinarjovsky/WassersteinGAN #50, main.py line 186; Zeleni9/pytorch-wgan; "
        "jiamings/wgan #2",
        code=clip_early, loop=replace(CLIPPED, critic_step=clip_early), probe="clip",
        mended=CLIPPED,
    ),
    Case(
        "clip-between", "A clip between scores and step", "the clip",
        complaint="I clip before `optimizer.step()`, as one does with gradients. Is this right?",
        cause="Gradients are clipped before a step, weights after it. Here the gradient belongs to "
        "weights that are gone when the step is taken.",
        treatment="Scores, backward, step, clip: in this order.",
        source="nocotan/pytorch-lightning-gans 394b309",
        code=clip_between, loop=replace(CLIPPED, critic_step=clip_between), probe="clip",
        mended=CLIPPED,
    ),
    Case(
        "clip-once-per-epoch", "A clip once per epoch", "the clip",
        complaint="The critic's estimate swings wider and wider, and once per epoch it is small "
        "again.",
        cause="The clip stands behind the wrong loop: for a whole epoch nothing holds the weights.",
        treatment="A clip after each step of the critic.",
        source="vsooda/mxnet-wgan #2",
        code=clip_once_per_epoch, loop=replace(CLIPPED, critic_step=clip_once_per_epoch),
        probe="clip", mended=CLIPPED,
    ),
    Case(
        "clip-of-nothing", "A clip of nothing", "the clip",
        complaint="The critic's estimate swings by thousands, now above 0 and now below.",
        cause="`clamp` without its underscore changes nothing. There is no clip at all.",
        treatment="`p.data.clamp_(…)`.",
        source="torchgan/torchgan #42 and archsyscall/GANs-TensorFlow2 #2, without a clip; "
        "pytorch/tutorials #30, without the underscore, on gradients",
        code=clip_of_nothing, loop=replace(CLIPPED, clip=clip_of_nothing), probe="clip",
        mended=CLIPPED,
    ),
    Case(
        "asked-to-clip-early", "Somebody asks for the clip before the step", "the clip",
        complaint="Bug report: the clip is placed after `optimizer.step()`. In PyTorch it comes "
        "before the step.",
        cause="Nothing is wrong. What comes before the step is a clip of gradients; this is a clip "
        "of weights.",
        treatment="Leave it as it is.",
        source="znxlwm/pytorch-generative-model-collections #31",
        code=clip, loop=CLIPPED, probe="clip", verdict=OK, mended=CLIPPED,
    ),
)  # fmt: skip
