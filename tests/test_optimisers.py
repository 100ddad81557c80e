"""Optimisers by name, the learning rate's line, and averaged weights."""

import copy

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from wgan_lib.training.optimisers import (
    OPTIMISERS,
    FusedRMSprop,
    average_into,
    make_optimiser,
    set_learning_rate,
)
from wgan_lib.training.settings import Settings

PLAIN = {
    "adam": lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.5, 0.9), foreach=False, fused=False),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, betas=(0.5, 0.9), foreach=False, fused=False),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01, foreach=False),
}


def network(seed=0):
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Linear(5, 1)).double()


def descend(net, optimiser, steps=6):
    source = torch.Generator().manual_seed(1)
    x = torch.randn(steps, 8, 3, dtype=torch.float64, generator=source)
    for batch in x:
        optimiser.zero_grad()
        (net(batch) - batch.sum(1, keepdim=True)).square().mean().backward()
        optimiser.step()
    return torch.cat([p.detach().flatten() for p in net.parameters()])


@pytest.mark.parametrize("name", OPTIMISERS)
def test_the_fast_form_takes_the_steps_of_the_plain_one(name):
    fast, plain = network(), network()
    optimiser = make_optimiser(name, fast.parameters(), 0.01, betas=(0.5, 0.9))
    moved = descend(fast, optimiser)
    assert torch.allclose(moved, descend(plain, PLAIN[name](plain.parameters())), atol=1e-6)
    untouched = torch.cat([p.detach().flatten() for p in network().parameters()])
    assert (moved - untouched).abs().max() > 0.01


def test_the_names_stand_for_different_optimisers():
    kinds = {type(make_optimiser(name, network().parameters(), 0.1)) for name in OPTIMISERS}
    assert kinds == {torch.optim.Adam, torch.optim.AdamW, FusedRMSprop}


def test_the_learning_rate_can_be_set_for_all_groups():
    optimiser = make_optimiser("adam", network().parameters(), 0.1)
    set_learning_rate(optimiser, 0.02)
    assert {group["lr"] for group in optimiser.param_groups} == {0.02}


@pytest.mark.parametrize(
    ("final_rate", "step", "expected"),
    [(1.0, 7, 0.2), (0.0, 0, 0.2), (0.0, 5, 0.1), (0.0, 10, 0.0), (0.5, 10, 0.1)],
)
def test_the_learning_rate_lies_on_a_straight_line(final_rate, step, expected):
    settings = Settings(steps=10, learning_rate=0.2, final_rate=final_rate)
    assert settings.learning_rate_at(step) == pytest.approx(expected)


@pytest.mark.parametrize("final_rate", [0.0, 0.1, 0.5])
def test_torchs_schedules_and_ours(final_rate):
    """LambdaLR agrees to the last bit, step by step; LinearLR, which multiplies on, does not."""
    settings = Settings(steps=240, learning_rate=3e-3, final_rate=final_rate)
    ours = [settings.learning_rate_at(step) for step in range(240)]
    line = lambda step: 1 - (1 - final_rate) * (step / 240)  # noqa: E731
    assert torchs_rates(lambda o: lr_scheduler.LambdaLR(o, line)) == ours
    multiplied = torchs_rates(lambda o: lr_scheduler.LinearLR(o, 1.0, final_rate, 240))
    assert multiplied != ours and multiplied == pytest.approx(ours, rel=1e-9)


def torchs_rates(schedule_of):
    optimiser = torch.optim.Adam([torch.nn.Parameter(torch.zeros(1))], lr=3e-3)
    schedule, rates = schedule_of(optimiser), []
    for _ in range(240):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


def test_weights_are_averaged_and_statistics_are_copied():
    averaged, moving = network(0), network(1)
    moving(torch.randn(8, 3).double())  # moves the statistics of batch norm
    before = copy.deepcopy(averaged.state_dict())
    average_into(averaged, moving, decay=0.75)
    for name, parameter in averaged.named_parameters():
        expected = 0.75 * before[name] + 0.25 * moving.state_dict()[name]
        assert torch.allclose(parameter, expected, atol=1e-6)
    for (name, kept), current in zip(averaged.named_buffers(), moving.buffers(), strict=True):
        assert torch.equal(kept, current), name
        assert not torch.equal(kept, before[name]), name
    assert all(p.grad is None and p.requires_grad for p in averaged.parameters())
