"""Steps that are taken in the wrong order, on the wrong samples, or not at all."""

from __future__ import annotations

from dataclasses import replace

from wgan_lib.clinic.reports import COST, DIFFERS
from wgan_lib.ward.case import Case
from wgan_lib.ward.healthy import PENALISED
from wgan_lib.ward.loop import Training, teach_critic, teach_generator


def attached_fakes(training: Training) -> None:
    """The backward pass runs on through the generator, and nobody uses what it finds there."""
    teach_critic(training, training.real(), training.fake())


def one_latent(training: Training) -> None:
    """The generator learns on the fakes that the critic has just learned on."""
    for _ in range(training.loop.critic_steps):
        latent = training.latent()
        teach_critic(training, training.real(), training.generator(latent).detach())
    teach_generator(training, training.generator(latent))


def generator_first(training: Training) -> None:
    """At step 0, `step % n == 0` holds: the first lesson comes from an untrained critic."""
    training.loop.generator_step(training)
    for _ in range(training.loop.critic_steps):
        training.loop.critic_step(training)


def forgotten_backward(training: Training) -> None:
    """The loss of the scores is computed and logged, and never sent backward."""
    real, fake = training.real(), training.fake().detach()
    training.logged = training.loop.critic_loss(training.critic, real, fake)
    penalty = training.loop.weight * training.loop.gradient_penalty(training.critic, real, fake)
    training.for_critic.zero_grad()
    penalty.backward()
    training.for_critic.step()


def stale_gradients(training: Training) -> None:
    """Gradients are cleared once a round: each step of the critic carries those before it."""
    training.for_critic.zero_grad()
    for _ in range(training.loop.critic_steps):
        real, fake = training.real(), training.fake().detach()
        training.loop.whole_loss(training.critic, real, fake).backward()
        training.for_critic.step()
    training.loop.generator_step(training)


CASES = (
    Case(
        "attached-fakes", "Fakes on the generator's graph", "the loop",
        complaint="Should it not be `generator(z).detach()` in the critic's step? It works either "
        "way.",
        cause="It does: the generator's gradients are cleared before its own step. But each "
        "backward pass of the critic goes through the generator in vain.",
        treatment="`generator(z).detach()`, or `torch.no_grad()` around it.",
        source="eriklindernoren/PyTorch-GAN #136; EmilienDupont/wgan-gp; Zeleni9/pytorch-wgan",
        code=attached_fakes, loop=replace(PENALISED, critic_step=attached_fakes), probe="fakes",
        by="watch", verdict=COST,
    ),
    Case(
        "one-latent", "One latent batch for both steps", "the loop",
        complaint="Is there a reason for using the same noise for critic and generator?",
        cause="The generator's step is taken on the very fakes that the critic has just fitted.",
        treatment="A fresh latent batch for each step.",
        source="AntreasAntoniou/DAGAN #9; eriklindernoren/PyTorch-GAN wgan_gp.py",
        code=one_latent, loop=replace(PENALISED, one_round=one_latent), probe="latents",
        by="watch", verdict=DIFFERS,
    ),
    Case(
        "generator-first", "The generator goes first", "the loop",
        complaint="The generator is trained whenever `step % 5 == 0`. That is true at step 0, is "
        "it not?",
        cause="The first step of the generator follows a critic that has learned nothing.",
        treatment="The critic's full share of steps, then one of the generator.",
        source="jalola/improved-wgan-pytorch 5bb0b72; after one step of the critic in "
        "eriklindernoren/PyTorch-GAN wgan_gp.py",
        code=generator_first, loop=replace(PENALISED, one_round=generator_first), probe="rhythm",
        by="watch", verdict=DIFFERS,
    ),
    Case(
        "forgotten-backward", "A loss that is never sent backward", "the loop",
        complaint="Why is only the penalty sent backward? The penalty goes to 0, and the samples "
        "leave the picture.",
        cause="The loss of the scores is computed, logged and forgotten: the critic learns to have "
        "slope 1, in whichever direction, and the generator follows it.",
        treatment="`(loss + penalty).backward()`.",
        source="eriklindernoren/PyTorch-GAN dragan.py, 36d3c77; asked, where it is right, in "
        "caogang/wgan-gp #36",
        code=forgotten_backward, loop=replace(PENALISED, critic_step=forgotten_backward),
        probe="scores", by="watch",
    ),
    Case(
        "stale-gradients", "Gradients that are not cleared", "the loop",
        complaint="Is there a reason not to call `zero_grad()` between the critic's steps?",
        cause="`backward` adds. The third step of a round carries the gradients of the first two.",
        treatment="`zero_grad()` before each `backward()`.",
        source="ajbrock/BigGAN-PyTorch #25, mended there",
        code=stale_gradients, loop=replace(PENALISED, one_round=stale_gradients),
        probe="fresh gradients", by="watch",
    ),
)  # fmt: skip
