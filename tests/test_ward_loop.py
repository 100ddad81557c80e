"""The student's loop: what its pieces compute, right and wrong, on critics whose slope is known."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from wgan_lib.ward import HEALTHY, Training
from wgan_lib.ward.healthy import CLIPPED, PENALISED
from wgan_lib.ward.loop import CLIP, critic_loss, generator_loss, gradient_penalty, seeded
from wgan_lib.ward.orders import generator_first, one_latent
from wgan_lib.ward.penalties import (
    bare_root,
    norm_over_axis_1,
    norm_over_batch,
    penalty_summed,
    without_graph,
)

N = 16


class Plane(nn.Module):
    """A critic with the same gradient everywhere: w for each of the numbers of a sample."""

    def __init__(self, w: float):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w))

    def forward(self, x):
        return self.w * x.flatten(1).sum(1, keepdim=True)


def samples():
    return torch.randn(N, 1, 4, 4), torch.randn(N, 1, 4, 4)


# On 16 numbers the slope of Plane(w) is 4·w.
@pytest.mark.parametrize(
    "penalty, value",
    [
        (gradient_penalty, lambda w: (4 * w - 1) ** 2),
        (bare_root, lambda w: (4 * w - 1) ** 2),
        (without_graph, lambda w: (4 * w - 1) ** 2),
        (norm_over_axis_1, lambda w: (w - 1) ** 2),
        (norm_over_batch, lambda w: (4 * w * N**0.5 - 1) ** 2),
        (penalty_summed, lambda w: N * (4 * w - 1) ** 2),
    ],
)
@pytest.mark.parametrize("w", [0.1, 0.25, 2.0])
def test_what_a_penalty_costs_a_critic_of_known_slope(penalty, value, w):
    assert penalty(Plane(w), *samples()).item() == pytest.approx(value(w), rel=1e-4, abs=1e-6)


def test_only_the_penalty_with_a_graph_moves_a_weight():
    critic = Plane(0.5)
    gradient_penalty(critic, *samples()).backward()
    assert critic.w.grad.item() == pytest.approx(2 * (4 * 0.5 - 1) * 4, rel=1e-4)
    assert not without_graph(critic, *samples()).requires_grad


def test_critic_and_generator_pull_the_scores_of_fakes_apart():
    critic, (real, fake) = Plane(1.0), samples()
    lift = critic_loss(critic, real, fake + 1) - critic_loss(critic, real, fake)
    assert lift.item() == pytest.approx(16, rel=1e-4)
    lift = generator_loss(critic, fake + 1) - generator_loss(critic, fake)
    assert lift.item() == pytest.approx(-16, rel=1e-4)


def order_of(loop, rounds=2):
    """Who takes a step, C or G, and the latent batches of the last round."""
    with seeded(0):
        training, order = Training(loop), ""
        for name, optimiser in (("C", training.for_critic), ("G", training.for_generator)):

            def note(*_, name=name):
                nonlocal order
                order += name

            optimiser.register_step_post_hook(note)
        training.rounds(rounds)
        return order


def test_the_order_of_steps():
    assert order_of(PENALISED) == "CCCGCCCG"
    assert order_of(CLIPPED) == "CCCCCGCCCCCG"
    assert order_of(replace(PENALISED, one_round=generator_first)) == "GCCCGCCC"


def test_one_latent_batch_serves_both_steps():
    for one_round, same in ((PENALISED.one_round, False), (one_latent, True)):
        seen = []
        with seeded(0):
            training = Training(replace(PENALISED, one_round=one_round))
            training.generator.register_forward_hook(lambda _, x, y, seen=seen: seen.append(x[0]))
            training.rounds(1)
        assert torch.equal(seen[-1], seen[-2]) is same


def test_the_healthy_clip_holds_whenever_the_generator_learns():
    with seeded(0):
        training = Training(CLIPPED)
        for _ in range(3):
            training.rounds(1)
            assert max(p.abs().max() for p in training.critic.parameters()) <= CLIP


def test_the_learning_rate_falls_to_zero_over_the_loop():
    with seeded(0):
        training = Training(replace(PENALISED, steps=4))
        rates = []
        for _ in range(4):
            rates.append(training.for_critic.param_groups[0]["lr"])
            training.rounds(1)
    assert rates == pytest.approx([3e-3, 2.25e-3, 1.5e-3, 7.5e-4])
    assert training.for_generator.param_groups[0]["lr"] == 0


@pytest.mark.parametrize("name", HEALTHY)
def test_a_seed_gives_the_same_training_and_leaves_torchs_own_numbers_alone(name):
    before, weights = torch.get_rng_state(), []
    for _ in range(2):
        with seeded(3):
            training = Training(HEALTHY[name])
            training.rounds(1)
        weights.append(torch.cat([p.detach().flatten() for p in training.generator.parameters()]))
    assert torch.equal(*weights)
    assert torch.equal(torch.get_rng_state(), before)
