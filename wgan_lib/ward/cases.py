"""All cases of the ward by name, group by group, and what the examiner makes of each."""

from __future__ import annotations

from itertools import chain

from wgan_lib.clinic import Report, examine, watch
from wgan_lib.ward import clips, critics, orders, penalties, signs
from wgan_lib.ward.case import GROUPS, Case
from wgan_lib.ward.loop import Loop, Training, seeded

ROUNDS = 4  # of a loop that is watched

CASES: dict[str, Case] = {
    case.name: case
    for case in chain(penalties.CASES, signs.CASES, clips.CASES, critics.CASES, orders.CASES)
}


def diagnose(case: Case) -> Report:
    """The examiner's report on the sick loop; the row ``case.probe`` has ``case.verdict``."""
    return examined(case.loop) if case.by == "examine" else watched(case.loop)


def examined(loop: Loop) -> Report:
    """The loop's pieces, each by itself: losses, critic, and the step if there is a clip."""
    with seeded(0):
        training = Training(loop)
        step = {}
        if loop.clip:
            step = {"clip_step": lambda: loop.critic_step(training)}
        return examine(
            tuple(training.real().shape[1:]),
            critic_loss=loop.whole_loss,
            generator_loss=loop.generator_loss,
            critic=training.critic,
            weight=loop.weight,
            **step,
        )


def watched(loop: Loop) -> Report:
    """A few rounds of the loop as it is."""
    with seeded(0):
        training = Training(loop)
        with watch(training.critic, training.generator, weight=loop.weight) as seen:
            training.rounds(ROUNDS)
        return seen.report()


__all__ = ["CASES", "GROUPS", "Case", "diagnose", "examined", "watched"]
