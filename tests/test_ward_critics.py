"""The networks of the ward: what is wrong with each, seen from inside."""

import torch
from torch.nn.functional import relu

from wgan_lib.ward.critics import (
    OverwritingBlock,
    ResidualBlock,
    blind_critic,
    generator_with_eps,
    generator_with_momentum,
    with_dropout,
    with_sigmoid,
    with_softmax,
)


def test_a_relu_in_place_takes_the_shortcuts_negative_half():
    x, wrong, right = torch.randn(8, 64), OverwritingBlock(), ResidualBlock()
    right.load_state_dict(wrong.state_dict())
    branch = right(x) - x
    torch.testing.assert_close(wrong(x.clone()), relu(x) + branch)
    assert not torch.allclose(wrong(x.clone()), right(x))


def test_the_second_argument_of_a_batch_norm_is_no_momentum():
    norms = [network()[3] for network in (generator_with_eps, generator_with_momentum)]
    assert [(norm.eps, norm.momentum) for norm in norms] == [(0.8, 0.1), (1e-5, 0.2)]


def test_the_last_six_rows_and_columns_are_never_seen():
    images = torch.randn(4, 1, 28, 28, requires_grad=True)
    seen = torch.autograd.grad(blind_critic()(images).sum(), images)[0].abs().sum((0, 1)) > 0
    expected = torch.zeros(28, 28, dtype=torch.bool)
    expected[:22, :22] = True
    assert torch.equal(seen, expected)


def test_scores_that_are_no_raw_scores():
    x = 1000 * torch.randn(64, 2)
    assert (with_softmax()(x) == 1).all()
    assert with_sigmoid()(x).min() >= 0 and with_sigmoid()(x).max() <= 1
    noisy = with_dropout()
    assert not torch.equal(noisy(x), noisy(x))
