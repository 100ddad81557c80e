"""Three healthy loops: with a penalty and with a clip on the ring, with a penalty on digits."""

from __future__ import annotations

from torch import nn

from wgan_lib.images.datasets import digits
from wgan_lib.ward.loop import Loop, clip, rmsprop


def digits_generator() -> nn.Module:
    """16 numbers to an image 1×28×28."""
    return nn.Sequential(
        *(nn.Linear(16, 32 * 7 * 7), nn.Unflatten(1, (32, 7, 7)), nn.BatchNorm2d(32), nn.ReLU()),
        *(nn.ConvTranspose2d(32, 16, 4, 2, 1), nn.BatchNorm2d(16), nn.ReLU()),
        *(nn.ConvTranspose2d(16, 1, 4, 2, 1), nn.Tanh()),
    )


def digits_critic() -> nn.Module:
    """An image to one raw score; the padding lets it see the border."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(16, 32, 4, 2, 1), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), nn.Linear(32 * 7 * 7, 1)),
    )


PENALISED = Loop()
CLIPPED = Loop(
    gradient_penalty=None, clip=clip, optimiser=rmsprop, critic_steps=5, steps=1200,
)  # fmt: skip
DIGITS = Loop(
    data=digits, generator=digits_generator, critic=digits_critic,
    weight=10.0, latent=16, batch=32, steps=200,
)  # fmt: skip
HEALTHY: dict[str, Loop] = {
    "healthy-penalty": PENALISED,
    "healthy-clip": CLIPPED,
    "healthy-digits": DIGITS,
}
