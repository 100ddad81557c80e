"""The five guidelines of DCGAN, each of which can be left out (Radford et al. 2016, sec. 3).

The pair is that of `networks.dcgan` for images 1×28×28; lesson 08 leaves out one guideline at a
time and measures what becomes of the samples.
"""

from __future__ import annotations

from torch import nn

from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.networks import Generator, initialise

GUIDELINES = {
    "strides": "strided convolutions, not pooling: without, D takes maxima and G repeats pixels",
    "batch norm": "batch norm in G and D, but neither at G's output nor at D's input",
    "convolutions only": "no hidden dense layer: without, one of 256 units in each network",
    "relu": "ReLU in G and tanh at its end: without, tanh inside and a clipped straight line",
    "leaky": "leaky ReLU in D: without, ReLU",
}
SMALLEST, DENSE = 7, 256  # the side of the smallest maps, and the width of a hidden dense layer


def dcgan_without(
    without: str = "nothing", width: int = 24, latent_dim: int = 32, initialisation: str = "dcgan"
) -> tuple[Generator, nn.Module]:
    """Generator and discriminator after all the guidelines but one (or after all: "nothing")."""
    one_of("without", without, ("nothing", *GUIDELINES))
    width = positive_integer("width", width)
    latent_dim = positive_integer("latent_dim", latent_dim)
    generator = Generator(latent_dim, *_generator_layers(without, width, latent_dim))
    critic = nn.Sequential(*_critic_layers(without, width))
    return initialise(generator, initialisation), initialise(critic, initialisation)


def _generator_layers(without: str, width: int, latent_dim: int) -> list[nn.Module]:
    inside = nn.Tanh if without == "relu" else nn.ReLU
    layers = []
    if without == "convolutions only":
        deep = 2 * width * SMALLEST**2
        layers += [nn.Linear(latent_dim, DENSE), inside(), nn.Linear(DENSE, deep)]
        layers += [nn.Unflatten(1, (2 * width, SMALLEST, SMALLEST))]
    else:
        layers += [nn.Unflatten(1, (latent_dim, 1, 1))]
        layers += [nn.ConvTranspose2d(latent_dim, 2 * width, SMALLEST)]
    layers += [*_norm(without, 2 * width), inside(), *_doubled(without, 2 * width, width)]
    layers += [*_norm(without, width), inside(), *_doubled(without, width, 1)]
    return [*layers, nn.Hardtanh() if without == "relu" else nn.Tanh()]


def _critic_layers(without: str, width: int) -> list[nn.Module]:
    inside = nn.ReLU if without == "leaky" else (lambda: nn.LeakyReLU(0.2))
    layers = [*_halved(without, 1, width), inside()]
    layers += [*_halved(without, width, 2 * width), *_norm(without, 2 * width), inside()]
    if without == "convolutions only":
        dense = nn.Linear(2 * width * SMALLEST**2, DENSE)
        return [*layers, nn.Flatten(), dense, inside(), nn.Linear(DENSE, 1)]
    return [*layers, nn.Conv2d(2 * width, 1, SMALLEST), nn.Flatten()]


def _doubled(without: str, deep: int, shallow: int) -> list[nn.Module]:
    """Maps of twice the side: a fractionally strided convolution, or pixels repeated."""
    if without == "strides":
        return [nn.Upsample(scale_factor=2), nn.Conv2d(deep, shallow, 3, padding=1)]
    return [nn.ConvTranspose2d(deep, shallow, 4, stride=2, padding=1)]


def _halved(without: str, shallow: int, deep: int) -> list[nn.Module]:
    """Maps of half the side: a strided convolution, or the maximum of four pixels."""
    if without == "strides":
        return [nn.Conv2d(shallow, deep, 3, padding=1), nn.MaxPool2d(2)]
    return [nn.Conv2d(shallow, deep, 4, stride=2, padding=1)]


def _norm(without: str, channels: int) -> list[nn.Module]:
    return [] if without == "batch norm" else [nn.BatchNorm2d(channels)]
