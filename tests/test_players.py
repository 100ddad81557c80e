"""Players: one step for critic and generator alike, down a loss that is one module."""

import copy

import pytest
import torch
from torch import nn

from wgan_lib import WGAN, WGANGP, networks
from wgan_lib.training.objectives import Loss
from wgan_lib.training.players import Player, critic_player, frozen, generator_player
from wgan_lib.training.settings import Settings

SETTINGS = Settings(learning_rate=0.1, optimiser="rmsprop")


def pair():
    torch.manual_seed(0)
    return networks.toy_mlp(width=8)


def batch(n=16):
    return torch.randn(n, 2), torch.randn(n, 2) + 3, torch.rand(n)


class Parabola(nn.Module):
    """(w·x)² on average, and w itself as a part."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return Loss(self.network(x).square().mean(), {"w": self.network.weight.detach().sum()})


def test_a_step_is_one_descent_and_returns_the_loss_before_it():
    network = nn.Linear(1, 1, bias=False)
    nn.init.constant_(network.weight, 3.0)
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    player = Player(network, Parabola(network), optimiser, "float32")
    loss, parts = player.step(torch.ones(4, 1))
    assert loss.item() == pytest.approx(9.0) and parts["w"].item() == pytest.approx(3.0)
    assert not loss.requires_grad
    assert network.weight.item() == pytest.approx(3.0 - 0.1 * 6.0)
    assert player.step(torch.ones(4, 1)).loss.item() == pytest.approx(2.4**2), "no gradient is kept"


def test_the_critics_player_has_the_penalty_in_its_loss():
    _, critic = pair()
    player = critic_player(critic, WGANGP(penalty=2.0), SETTINGS)
    real, fake, epsilon = batch()
    wanted = WGANGP(penalty=2.0).critic_loss(copy.deepcopy(critic), real, fake, epsilon)
    loss, parts = player.step(real, fake, epsilon)
    assert torch.allclose(loss, wanted.loss)
    assert parts.keys() == {"critic_estimate", "penalty", "gradient_norm"}


def test_a_players_step_leaves_the_constraint_to_the_critic_step():
    """Clipping is no part of the loss: the loop does it where it can be seen."""
    _, critic = pair()
    critic_player(critic, WGAN(clip=1e-3), SETTINGS).step(*batch())
    assert max(p.abs().max() for p in critic.parameters()) > 1e-3


def test_the_generators_player_moves_the_generator_alone():
    generator, critic = pair()
    before = copy.deepcopy(critic.state_dict()), copy.deepcopy(generator.state_dict())
    player = generator_player(generator, critic, WGAN(), SETTINGS)
    with frozen(critic):
        player.step(torch.randn(16, generator.latent_dim))
    assert all(torch.equal(before[0][k], v) for k, v in critic.state_dict().items())
    assert any(not torch.equal(before[1][k], v) for k, v in generator.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in critic.parameters())


def test_players_put_their_networks_in_training_mode():
    generator, critic = (network.eval() for network in pair())
    assert critic_player(critic, WGAN(), SETTINGS).network.training
    assert generator_player(generator, critic, WGAN(), SETTINGS).network.training


def test_precision_is_that_of_the_settings():
    _, critic = pair()
    exact, coarse = copy.deepcopy(critic), copy.deepcopy(critic)
    inputs = batch()
    losses = [
        critic_player(network, WGAN(), Settings(precision=precision)).step(*inputs).loss
        for network, precision in ((exact, "float32"), (coarse, "bf16"))
    ]
    assert losses[0] != losses[1] and torch.allclose(*losses, rtol=0.1, atol=0.05)
    assert all(p.dtype == torch.float32 for p in coarse.parameters())
