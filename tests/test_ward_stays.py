"""Stays on the ward: what is measured, and what short ones show."""

import pytest
import torch
from torch import nn

from wgan_lib.ward import CASES, HEALTHY, Training, critic_work, run, stays
from wgan_lib.ward.loop import seeded
from wgan_lib.ward.stays import look

HEALTHY_LOOP = HEALTHY["healthy-penalty"]


def stay(name, seed=0, steps=40):
    loop = HEALTHY[name] if name in HEALTHY else CASES[name].loop
    return run(loop, seed, steps=steps, looks=1)


def known(generator_weight, critic_weight):
    """The numbers of z ↦ generator_weight·z and of a plane as critic."""
    with seeded(0):
        training = Training(HEALTHY_LOOP)
    training.generator, training.critic = nn.Linear(2, 2, bias=False), nn.Linear(2, 1)
    with torch.no_grad():
        training.generator.weight.copy_(generator_weight * torch.eye(2))
        training.critic.weight.copy_(torch.tensor([critic_weight]))
    return look(training)


def test_the_numbers_of_networks_that_are_known():
    row, samples = known(0.0, [0.6, 0.8])
    assert row["wasserstein"] == pytest.approx(2 / 1.414, abs=0.01)  # the radius of the ring
    assert row["steepest_slope"] == row["median_slope"] == pytest.approx(1)
    assert row["covered"] == row["high_quality"] == 0
    assert abs(row["critic_estimate"]) < 0.2  # the mean of the ring is its middle
    assert samples.shape == (500, 2) and not samples.any()


def test_what_is_no_number_is_noticed():
    assert known(float("nan"), [1.0, 0.0]) is None
    assert known(1.0, [float("inf"), 0.0]) is None
    assert known(1e38, [1e38, 0.0]) is None  # finite weights, and scores that are not


def test_looking_does_not_change_a_stay():
    often, once = (run(HEALTHY_LOOP, 1, steps=6, looks=looks) for looks in (6, 1))
    assert often.columns["step"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert once.columns["step"].tolist() == [0, 6]
    assert often.rows[-1] == once.rows[-1] and often.rows[0] == once.rows[0]
    assert torch.equal(often.samples[6], once.samples[6])
    assert often.ended == once.ended == "finished"


def test_the_first_look_at_images_draws_nothing_of_the_trainings():
    """It loads the judge, and a network that is built draws its weights."""
    stays._judge.cache_clear()
    first, second = (run(HEALTHY["healthy-digits"], steps=1, looks=1) for _ in range(2))
    assert first.rows == second.rows


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_a_stay_refuses_a_number_of_steps_that_is_none(steps):
    with pytest.raises((ValueError, TypeError), match="steps must be"):
        run(HEALTHY_LOOP, steps=steps)


# ------------------------------------------------------------------ what short stays show


def test_a_bare_root_ends_a_stay_where_the_slope_is_zero():
    found = stay("bare-root", steps=2)
    assert found.ended.startswith("diverged")
    assert found.columns["step"].tolist() == [0] and found.rows[0]["steepest_slope"] == 0
    assert run(CASES["bare-root"].mended, steps=2, looks=1).ended == "finished"


def test_attached_fakes_change_nothing_but_the_work():
    sick, well = stay("attached-fakes"), stay("healthy-penalty")
    assert sick.rows == well.rows
    work = [critic_work(CASES[name].loop) for name in ("attached-fakes", "one-latent")]
    assert work[1] == critic_work(HEALTHY_LOOP) < work[0] < 2 * work[1]


@pytest.mark.parametrize("seed", [0, 1])
def test_slopes_tell_what_samples_do_not_yet(seed):
    slope = {
        name: stay(name, seed).rows[-1]["median_slope"]
        for name in ("healthy-penalty", "norm-over-batch", "no-create-graph", "softmax")
    }
    assert 0.7 < slope["healthy-penalty"] < 1.5
    assert slope["norm-over-batch"] < 0.3
    assert slope["no-create-graph"] > 5
    assert slope["softmax"] == 0


def test_a_critic_that_hears_nothing_leaves_the_samples_where_they_were():
    found = stay("softmax", steps=5)
    assert torch.equal(found.samples[0], found.samples[5])
