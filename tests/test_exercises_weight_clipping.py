"""Lesson 05's exercises: each plausible slip gets its own hint."""

import pytest

from wgan_lib import WGAN, distributions, lipschitz
from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.classroom.exercises.weight_clipping import ClipFirst

HEAP, MOVED = distributions.gaussian(0.0), distributions.gaussian(2.0)


class ClipsBothTimes(WGAN):
    def critic_loss(self, critic, real, fake, epsilon=None):
        lipschitz.clip_weights_(critic, self.clip)
        return super().critic_loss(critic, real, fake, epsilon)


class ClipsNever(WGAN):
    def constrain(self, critic):
        pass


class ClipsTooLate(ClipsNever):
    def critic_loss(self, critic, real, fake, epsilon=None):
        loss = super().critic_loss(critic, real, fake, epsilon)
        lipschitz.clip_weights_(critic, self.clip)
        return loss


class ForgetsTheLoss(ClipsNever):
    def critic_loss(self, critic, real, fake, epsilon=None):
        lipschitz.clip_weights_(critic, self.clip)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("half_the_clip", 0.5, "product over all matrices"),
        ("half_the_clip", 0.0625, "how many matrices"),
        ("half_the_clip", 8, "half the clip makes it fall"),
        ("half_the_clip", 0.25, "count the matrices"),
        ("half_the_clip", "an eighth", "a number is wanted"),
        ("own_pair", lambda: (HEAP, MOVED), "return three things"),
        ("own_pair", lambda: (HEAP, MOVED, -2.0), "a distance is positive"),
        ("own_pair", lambda: (HEAP, MOVED, 4.0), "at another distance"),
        ("own_pair", lambda: (0.0, 2.0, 2.0), "must be laws"),
        ("own_pair", lambda: None, "replace the three dots"),
        ("ClipFirst", ClipsBothTimes, "`constrain` still clips"),
        ("ClipFirst", ClipsNever, "does not clip"),
        ("ClipFirst", ClipsTooLate, "clip first, then ask"),
        ("ClipFirst", ForgetsTheLoss, "returns nothing"),
        ("ClipFirst", lambda: ClipFirst, "write a subclass of `WGAN`"),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state != "right" and hint in judged.message


def test_any_pair_with_the_right_number_will_do():
    assert verdict("own_pair", lambda: (HEAP, MOVED, 2.0)).state == "right"
    plane = [distributions.gaussian(mean) for mean in ([0.0, 0.0], [3.0, 4.0])]
    assert verdict("own_pair", lambda: (*plane, 5.0)).state == "right"
