"""Exercises in which a training step is written: each slip gets its hint, each right way passes."""

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy
from torch.nn.functional import logsigmoid

from wgan_lib import lipschitz
from wgan_lib.classroom.exercises import writing_rounds, writing_steps
from wgan_lib.classroom.exercises.checking import verdict

SLIPS = [
    *[("gan_round", *slip) for slip in writing_rounds._SLIPS.items()],
    *[("clipped_step", *slip) for slip in writing_steps._SLIPS_IN_A_CLIP.items()],
    *[("penalised_step", *slip) for slip in writing_steps._SLIPS_IN_A_PENALTY.items()],
]


def wrong(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def right(name, answer):
    assert verdict(name, answer).state == "right", verdict(name, answer)


@pytest.mark.parametrize(("name", "hint", "slip"), SLIPS, ids=lambda value: str(value)[:40])
def test_each_slip_gets_the_hint_that_names_it(name, hint, slip):
    if "no weight has moved" in hint:  # as it stands, that is an empty function
        stands_still, slip = slip, lambda *given: stands_still(*given) or sum(())
    wrong(name, slip, hint)


def attached_fakes(generator, judge, optimisers, real, latents):
    loss = cross_entropy(judge(real), torch.ones(len(real), 1))
    loss = loss + cross_entropy(judge(generator(latents[0])), torch.zeros(len(real), 1))
    optimisers[1].zero_grad()
    loss.backward()
    optimisers[1].step()
    optimisers[0].zero_grad()
    (-logsigmoid(judge(generator(latents[1]))).mean()).backward()
    optimisers[0].step()


def test_a_round_with_fakes_that_carry_a_graph_is_told_to_detach_them():
    wrong("gan_round", attached_fakes, "`detach()` them")


def test_a_round_that_forgets_a_player_is_told_which():
    def judge_alone(generator, judge, optimisers, real, latents):
        fake = generator(latents[0]).detach()
        optimisers[1].zero_grad()
        (-logsigmoid(judge(real)).mean() - logsigmoid(-judge(fake)).mean()).backward()
        optimisers[1].step()

    wrong("gan_round", judge_alone, "G has not moved")
    wrong("gan_round", lambda *given: sum(()), "no weight has moved")


def test_a_round_may_be_written_with_cross_entropies():
    def round_of_classifiers(generator, judge, optimisers, real, latents):
        with torch.no_grad():
            fake = generator(latents[0])
        ones, zeros = torch.ones(len(real), 1), torch.zeros(len(real), 1)
        judge.zero_grad()
        loss = cross_entropy(judge(real), ones) + cross_entropy(judge(fake), zeros)
        loss.backward()
        optimisers[1].step()
        generator.zero_grad()
        cross_entropy(judge(generator(latents[1])), ones).backward()
        optimisers[0].step()

    right("gan_round", writing_rounds.gan_round)
    right("gan_round", round_of_classifiers)


def test_a_clipped_step_may_be_written_with_the_library():
    def with_the_library(critic, optimiser, real, fake, clip):
        critic.zero_grad()
        scores = critic(torch.cat([fake, real]))
        (scores[: len(fake)].mean() - scores[len(fake) :].mean()).backward()
        optimiser.step()
        lipschitz.clip_weights_(critic, clip)

    right("clipped_step", writing_steps.clipped_step)
    right("clipped_step", with_the_library)


def test_a_clip_that_is_written_in_by_hand_is_noticed():
    wrong("clipped_step", lambda *given: writing_steps.clipped_step(*given[:4], 0.05), "not those")


def test_a_penalised_step_may_be_written_with_the_library():
    def with_the_library(critic, optimiser, real, fake, epsilon, weight):
        mixed = torch.lerp(fake, real, epsilon[:, None, None, None])
        norms = lipschitz.score_gradients(critic, mixed).square().sum((1, 2, 3)).sqrt()
        loss = critic(fake).mean() - critic(real).mean() + weight * ((norms - 1) ** 2).mean()
        critic.zero_grad()
        loss.backward()
        optimiser.step()

    right("penalised_step", writing_steps.penalised_step)
    right("penalised_step", with_the_library)


def test_a_loss_that_runs_away_and_a_crash_are_no_crash_of_the_check():
    def explodes(critic, optimiser, real, fake, epsilon, weight):
        (1e30 * critic(real).square().mean()).backward()
        optimiser.step()

    wrong("penalised_step", explodes, "no numbers")
    wrong("penalised_step", lambda critic, *rest: critic(torch.zeros(2, 5)), "stopped with")
    wrong("clipped_step", lambda critic, *rest: critic(torch.zeros(2, 5)), "stopped with")
