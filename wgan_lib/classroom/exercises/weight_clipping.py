"""The exercises of lesson 05: what a clip bounds, a pair of one's own, clipping too early."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wgan_lib import WGAN, distributions, lipschitz, networks
from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close
from wgan_lib.training import objectives
from wgan_lib.transport import wasserstein


def _check_half_the_clip(answer: float) -> None:
    expect(answer != 0.5, "one matrix would halve it; the bound is a product over all matrices")
    expect(answer != 0.0625, "the widths are four numbers, but how many matrices lie between them?")
    expect(answer != 8, "that is the factor for a clip twice as large; half the clip makes it fall")
    expect_close(answer, 1 / 8, "count the matrices; each brings one factor of a half")


def own_pair() -> tuple[distributions.Distribution, distributions.Distribution, float]:
    p = distributions.mixture([-1.0, 1.0], 0.2)
    q = distributions.mixture([2.0, 4.0], 0.2)
    return p, q, 3.0


def _check_own_pair(answer) -> None:
    made = answer()
    expect(isinstance(made, tuple) and len(made) == 3, "return three things: `p, q, w1`")
    p, q, w1 = made
    if not all(hasattr(law, "sample") for law in (p, q)):
        raise Wrong("the first two must be laws, such as `distributions.gaussian(0.0)`")
    expect(w1 > 0, "a distance is positive, whichever way the earth moves")
    source = torch.Generator().manual_seed(0)
    seen = wasserstein(p.sample(1500, source), q.sample(1500, source)).item()
    again = wasserstein(p.sample(1500, source), p.sample(1500, source)).item()
    # Two samples of one law are not at distance 0; that much the finite sample may add.
    hint = "samples of your two laws are at another distance; shift a law and nothing else"
    expect(abs(seen - w1) <= 0.03 * w1 + 2 * again, hint)


class ClipFirst(WGAN):
    def critic_loss(
        self, critic: nn.Module, real: Tensor, fake: Tensor, epsilon: Tensor | None = None
    ) -> objectives.Loss:
        lipschitz.clip_weights_(critic, self.clip)
        return super().critic_loss(critic, real, fake, epsilon)

    def constrain(self, critic: nn.Module) -> None:
        pass


def _check_clip_first(answer: type[WGAN]) -> None:
    expect(isinstance(answer, type) and issubclass(answer, WGAN), "write a subclass of `WGAN`")
    objective, critic, real, fake = answer(clip=0.01), *_wide_critic_and_data()
    before = _largest_weight(critic)
    objective.constrain(critic)
    expect(_largest_weight(critic) == before, "`constrain` still clips after the step")
    result = objective.critic_loss(critic, real, fake)
    expect(_largest_weight(critic) <= 0.01, "`critic_loss` does not clip to `self.clip`")
    expect(result is not None, "`critic_loss` returns nothing: return what `super()` gives")
    wanted = WGAN().critic_loss(critic, real, fake).loss.item()
    hint = "the loss must be that of the clipped critic: clip first, then ask `super()`"
    expect_close(result.loss, wanted, hint)


def _wide_critic_and_data():
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        torch.manual_seed(0)
        critic = networks.mlp([2, 8, 1])
        return critic, torch.randn(16, 2), torch.randn(16, 2) + 1


def _largest_weight(critic: nn.Module) -> float:
    return max(weight.detach().abs().max().item() for weight in critic.parameters())


EXERCISES = (
    Exercise("half_the_clip", "05", 5, "easy", 0.125, _check_half_the_clip),
    Exercise("own_pair", "05", 10, "medium", own_pair, _check_own_pair),
    Exercise("ClipFirst", "05", 10, "hard", ClipFirst, _check_clip_first),
)
