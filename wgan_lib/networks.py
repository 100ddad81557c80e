"""The generators and critics of the course, built from a few plain functions.

A generator maps latent vectors N×latent_dim to samples; a critic maps samples to raw scores N×1.
Nothing here ends in a sigmoid: a critic's score is unbounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.activations import LeakyReLU, ReLU
from wgan_lib.ground.arguments import one_of, positive_integer

NORMS = ("none", "layer", "instance", "batch")
SIDES = (28, 32)
ACTIVATIONS = {"relu": ReLU, "leaky_relu": lambda: LeakyReLU(0.2), "tanh": nn.Tanh}


class Generator(nn.Sequential):
    """Layers in a row that know how long a latent vector must be."""

    def __init__(self, latent_dim: int, *layers: nn.Module):
        super().__init__(*layers)
        self.latent_dim = positive_integer("latent_dim", latent_dim)


# ------------------------------------------------------------------ pieces


def mlp(
    widths: Sequence[int],
    *,
    activation: str = "relu",
    norm: str | None = None,
    initialisation: str = "he",
) -> nn.Sequential:
    """Dense layers of these widths, input and output included; the last one is bare.

    norm (None, "layer" or "batch") stands before each activation.
    """
    if len(widths) < 2:
        raise ValueError(f"widths must name the input and the output at least, got {list(widths)}")
    widths = [positive_integer("widths", width) for width in widths]
    one_of("activation", activation, ACTIVATIONS)
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        layers += [nn.Linear(fan_in, fan_out), *_dense_norm(norm, fan_out)]
        layers.append(ACTIVATIONS[activation]())
    return initialise(nn.Sequential(*layers, nn.Linear(*widths[-2:])), initialisation)


def _dense_norm(norm: str | None, width: int) -> list[nn.Module]:
    one_of("norm", norm or "none", ("none", "layer", "batch"))
    # Keras' momentum 0.8 keeps 80 % of the old statistics; torch's momentum is the new share.
    norms = {"layer": nn.LayerNorm, "batch": lambda n: nn.BatchNorm1d(n, momentum=0.2)}
    return [norms[norm](width)] if norm in norms else []


def _image_norm(norm: str | None, channels: int) -> list[nn.Module]:
    """A norm of feature maps. One group over all channels is layer norm, one each is instance."""
    one_of("norm", norm or "none", NORMS)
    norms = {
        "layer": lambda c: nn.GroupNorm(1, c),
        "instance": lambda c: nn.InstanceNorm2d(c, affine=True),
        "batch": nn.BatchNorm2d,
    }
    return [norms[norm](channels)] if norm in norms else []


def initialise(
    network: nn.Module, how: str = "he", generator: torch.Generator | None = None
) -> nn.Module:
    """Fresh weights for every dense and convolutional layer, in place; returns the network.

    "he"     normal with variance 2/fan_in, biases 0 (He et al. 2015): slopes survive the depth
    "dcgan"  N(0, 0.02), biases 0, norm gains N(1, 0.02) (Radford et al. 2016)
    "torch"  what the layers came with
    """
    one_of("initialisation", how, ("he", "dcgan", "torch"))
    for module in network.modules() if how != "torch" else ():
        if any(parameter.is_meta for parameter in module.parameters(recurse=False)):
            continue  # it has no numbers, and torch takes seconds to draw none
        if isinstance(module, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            std = 0.02 if how == "dcgan" else math.sqrt(2 / _fan_in(module))
            nn.init.normal_(module.weight, 0.0, std, generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d) and how == "dcgan":
            nn.init.normal_(module.weight, 1.0, 0.02, generator=generator)
    return network


def _fan_in(layer: nn.Module) -> float:
    """How many inputs reach one output; a transposed convolution spreads each over a stride."""
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight[:, 0].numel() / math.prod(layer.stride)
    return layer.weight[0].numel()


def count_weights(make: Callable[..., Iterable[nn.Module]], options: Mapping[str, Any]) -> float:
    """How many numbers the networks that are made with these options train; none is drawn.

    They are built where tensors have shapes and nothing else. Infinity stands for more than 64 bits
    can count.
    """
    if any(isinstance(value, (int, float)) and value > 2**31 for value in options.values()):
        return math.inf
    try:
        with torch.device("meta"):
            return sum(p.numel() for network in make(**options) for p in network.parameters())
    except RuntimeError:
        return math.inf


def half_precision(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A network's state with its numbers in float16, which takes half the room; counts stay."""
    return {
        name: value.half() if value.is_floating_point() else value
        for name, value in weights.items()
    }


# ------------------------------------------------------------------ networks by name


def toy_mlp(
    width: int = 512, latent_dim: int = 2, dimensions: int = 2, critic_norm: str | None = None
) -> tuple[Generator, nn.Module]:
    """Three hidden ReLU layers each, for points in the plane (Gulrajani et al. 2017, toys)."""
    hidden = [width] * 3
    generator = Generator(latent_dim, *mlp([latent_dim, *hidden, dimensions]))
    return generator, mlp([dimensions, *hidden, 1], norm=critic_norm)


def mnist_mlp(latent_dim: int = 100, critic_norm: str | None = None) -> tuple[Generator, nn.Module]:
    """Dense generator 100-128-256-512-1024-784 and critic 784-512-256-1 for images 1×28×28.

    Batch norm in every hidden block of the generator but the first, leaky ReLU 0.2, tanh out.
    """
    blocks = [nn.Linear(latent_dim, 128), nn.LeakyReLU(0.2)]
    for fan_in, fan_out in ((128, 256), (256, 512), (512, 1024)):
        blocks += [nn.Linear(fan_in, fan_out), *_dense_norm("batch", fan_out), nn.LeakyReLU(0.2)]
    blocks += [nn.Linear(1024, 28 * 28), nn.Tanh(), nn.Unflatten(1, (1, 28, 28))]
    generator = initialise(Generator(latent_dim, *blocks), "he")
    critic = mlp([28 * 28, 512, 256, 1], activation="leaky_relu", norm=critic_norm)
    return generator, nn.Sequential(nn.Flatten(), *critic)


def mnist_conv(latent_dim: int = 10, critic_norm: str | None = None) -> tuple[Generator, nn.Module]:
    """Transposed convolutions 256-128-64-1 and a critic 64-128-1 that sees the whole image.

    The critic pads by 1 and ends in a layer over all of its last map. Compare ``blind_critic``.
    """
    generator = Generator(
        latent_dim,
        nn.Unflatten(1, (latent_dim, 1, 1)),
        *_growing(latent_dim, 256, kernel=3, stride=2),
        *_growing(256, 128, kernel=4, stride=1),
        *_growing(128, 64, kernel=3, stride=2),
        nn.ConvTranspose2d(64, 1, 4, 2),
        nn.Tanh(),
    )
    critic = image_critic(28, 1, width=64, norm=critic_norm, initialisation="he")
    return initialise(generator, "he"), critic


def blind_critic(norm: str | None = None) -> nn.Module:
    """For demonstration only: kernel 4, stride 2 and no padding, 28 → 13 → 5 → 1.

    Rounding down drops the last columns twice, so rows and columns 22–27 never reach the score.
    """
    return initialise(
        nn.Sequential(
            nn.Conv2d(1, 64, 4, 2),
            LeakyReLU(0.2),
            nn.Conv2d(64, 128, 4, 2),
            *_image_norm(norm, 128),
            LeakyReLU(0.2),
            nn.Conv2d(128, 1, 4, 2),
            nn.Flatten(),
        ),
        "he",
    )


def dcgan(
    side: int = 28,
    channels: int = 1,
    width: int = 64,
    latent_dim: int = 100,
    critic_norm: str | None = "batch",
    initialisation: str = "dcgan",
    critic_width: int | None = None,
) -> tuple[Generator, nn.Module]:
    """A pair after the five guidelines of Radford et al. 2016, for images of 28 or 32 pixels.

    Strided convolutions instead of pooling; batch norm, but neither at the generator's output nor
    at the critic's input; no hidden dense layer; ReLU and tanh in G; leaky ReLU in D.
    width is the number of channels next to the image; each halving of the side doubles it. The
    critic has the generator's width unless told otherwise.
    """
    critic_width = width if critic_width is None else critic_width
    generator = image_generator(side, channels, width, latent_dim, initialisation)
    return generator, image_critic(side, channels, critic_width, critic_norm, initialisation)


def image_generator(
    side: int, channels: int, width: int, latent_dim: int, initialisation: str = "dcgan"
) -> Generator:
    """Latent vectors to images in (−1, 1): a small map of 7×7 or 4×4 that is doubled in size."""
    smallest, doublings = _halved(side)
    channels, width = _at_least_one(channels=channels, width=width)
    depths = [width * 2**k for k in reversed(range(doublings))]
    layers = [nn.Unflatten(1, (positive_integer("latent_dim", latent_dim), 1, 1))]
    layers += _growing(latent_dim, depths[0], kernel=smallest, stride=1)
    for deep, shallow in pairwise(depths):
        layers += _growing(deep, shallow, kernel=4, stride=2, padding=1)
    layers += [nn.ConvTranspose2d(depths[-1], channels, 4, 2, 1), nn.Tanh()]
    return initialise(Generator(latent_dim, *layers), initialisation)


def image_critic(
    side: int,
    channels: int,
    width: int,
    norm: str | None = None,
    initialisation: str = "dcgan",
) -> nn.Module:
    """Images to scores N×1: the side is halved until one layer sees the whole of the last map."""
    smallest, halvings = _halved(side)
    channels, width = _at_least_one(channels=channels, width=width)
    depths = [channels, *(width * 2**k for k in range(halvings))]
    layers: list[nn.Module] = []
    for shallow, deep in pairwise(depths):
        layers.append(nn.Conv2d(shallow, deep, 4, 2, 1))
        layers += _image_norm(norm if shallow != channels else None, deep)
        layers.append(LeakyReLU(0.2))
    layers += [nn.Conv2d(depths[-1], 1, smallest), nn.Flatten()]
    return initialise(nn.Sequential(*layers), initialisation)


def _growing(shallow: int, deep: int, kernel: int, stride: int, padding: int = 0) -> list:
    """Transposed convolution, batch norm, ReLU; beside the norm's shift a bias does nothing."""
    convolution = nn.ConvTranspose2d(shallow, deep, kernel, stride, padding, bias=False)
    return [convolution, nn.BatchNorm2d(deep), nn.ReLU()]


def _halved(side: int) -> tuple[int, int]:
    """The smallest map and how often it is doubled to reach the side."""
    if side not in SIDES:
        raise ValueError(f"side must be 28 or 32 pixels, got {side!r}")
    return {28: (7, 2), 32: (4, 3)}[side]


def _at_least_one(**counts: int) -> list[int]:
    return [positive_integer(name, count) for name, count in counts.items()]


NETWORKS = {"toy-mlp": toy_mlp, "mnist-mlp": mnist_mlp, "mnist-conv": mnist_conv, "dcgan": dcgan}
