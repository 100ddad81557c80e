"""Optimisers by name, the learning rate's line, and averaged weights."""

import copy

import pytest
import torch
from torch import nn

from wgan_lib.training.optimisers import (
    OPTIMISERS,
    FusedRMSprop,
    average_into,
    decayed,
    make_optimiser,
    set_learning_rate,
)

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
    ("decay", "progress", "expected"),
    [(1.0, 0.7, 0.2), (0.0, 0.0, 0.2), (0.0, 0.5, 0.1), (0.0, 1.0, 0.0), (0.5, 1.0, 0.1)],
)
def test_the_learning_rate_lies_on_a_straight_line(decay, progress, expected):
    assert decayed(0.2, decay, progress) == pytest.approx(expected)


def test_weights_are_averaged_and_statistics_are_copied():
    averaged, source = network(0), network(1)
    source(torch.randn(8, 3).double())  # moves the statistics of batch norm
    before = copy.deepcopy(averaged.state_dict())
    average_into(averaged, source, decay=0.75)
    for name, parameter in averaged.named_parameters():
        expected = 0.75 * before[name] + 0.25 * source.state_dict()[name]
        assert torch.allclose(parameter, expected, atol=1e-6)
    for (name, kept), current in zip(averaged.named_buffers(), source.buffers(), strict=True):
        assert torch.equal(kept, current), name
        assert not torch.equal(kept, before[name]), name
    assert all(p.grad is None and p.requires_grad for p in averaged.parameters())
