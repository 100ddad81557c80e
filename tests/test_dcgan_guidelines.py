"""DCGAN with one guideline left out: what is left out is gone, and nothing else."""

import pytest
import torch
from torch import nn

from wgan_lib.images.dcgan_guidelines import GUIDELINES, dcgan_without


def kinds(network):
    return [type(module) for module in network.modules()]


def has(network, kind):
    return any(issubclass(each, kind) for each in kinds(network))


FOLLOWED = {
    "strides": lambda g, d: not (has(d, nn.MaxPool2d) or has(g, nn.Upsample)),
    "batch norm": lambda g, d: has(g, nn.BatchNorm2d) and has(d, nn.BatchNorm2d),
    "convolutions only": lambda g, d: not (has(g, nn.Linear) or has(d, nn.Linear)),
    "relu": lambda g, d: has(g, nn.ReLU) and kinds(g).count(nn.Tanh) == 1,
    "leaky": lambda g, d: has(d, nn.LeakyReLU) and not has(d, nn.ReLU),
}


def test_there_are_five():
    assert len(GUIDELINES) == 5 and GUIDELINES.keys() == FOLLOWED.keys()


@pytest.mark.parametrize("without", ["nothing", *GUIDELINES])
def test_all_guidelines_are_followed_but_the_one(without):
    pair = dcgan_without(without, width=8, latent_dim=5)
    assert [name for name, rule in FOLLOWED.items() if not rule(*pair)] == [
        name for name in GUIDELINES if name == without
    ]


@pytest.mark.parametrize("without", ["nothing", *GUIDELINES])
def test_every_variant_makes_and_judges_images(without):
    generator, critic = dcgan_without(without, width=8, latent_dim=5)
    images = generator(torch.randn(4, 5))
    assert images.shape == (4, 1, 28, 28) and images.abs().max() <= 1
    scores = critic(images)
    assert scores.shape == (4, 1)
    scores.sum().backward()
    assert all(p.grad is not None for p in generator.parameters())


@pytest.mark.parametrize("without", ["nothing", *GUIDELINES])
def test_the_critic_sees_every_pixel(without):
    """Where a window is rounded away, the last rows and columns would have no say."""
    torch.manual_seed(0)
    _, critic = dcgan_without(without, width=8, initialisation="he")
    images = torch.rand(64, 1, 28, 28, requires_grad=True)
    critic(images).sum().backward()
    assert (images.grad.abs().sum(dim=0) > 0).all()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"without": "stride"}, "did you mean 'strides'"),
        ({"width": 0}, "width must"),
        ({"latent_dim": 2.5}, "latent_dim must"),
        ({"initialisation": "zeros"}, "initialisation must"),
    ],
)
def test_bad_options_are_named(options, word):
    with pytest.raises(ValueError, match=word):
        dcgan_without(**options)
