"""The patient of lesson 11's first exercise: a script as somebody posts it, with two bugs in it.

It is kept as text, since it is to be read line by line; `loaded` runs it, up to the training.
"""

from __future__ import annotations

from typing import Any

SCRIPT = """\
import torch
from torch import nn

LATENT, BATCH, WEIGHT, RATIO = 16, 32, 10.0, 5

generator = nn.Sequential(
    nn.Linear(LATENT, 64), nn.BatchNorm1d(64), nn.ReLU(),
    nn.Linear(64, 64), nn.Sigmoid(), nn.Unflatten(1, (1, 8, 8)),
)
critic = nn.Sequential(
    nn.Flatten(), nn.Linear(64, 64), nn.LeakyReLU(0.2),
    nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1),
)
for_generator = torch.optim.Adam(generator.parameters(), 1e-4, betas=(0.0, 0.9))
for_critic = torch.optim.Adam(critic.parameters(), 1e-4, betas=(0.0, 0.9))

def batch_of(images):  # bytes, from 0 to 255
    chosen = torch.randint(len(images), (BATCH,))
    return images[chosen] / 127.5 - 1

def gradient_penalty(critic, real, fake):
    epsilon = torch.rand_like(real)
    mixed = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
    return WEIGHT * (gradient.flatten(1).norm(dim=1) - 1).square().mean()

def critic_loss(critic, real, fake):
    return critic(fake).mean() - critic(real).mean() + gradient_penalty(critic, real, fake)

def train(images, rounds):
    for step in range(RATIO * rounds):
        fake = generator(torch.randn(BATCH, LATENT)).detach()
        loss = critic_loss(critic, batch_of(images), fake)
        for_critic.zero_grad()
        loss.backward()
        for_critic.step()
        if step % RATIO == RATIO - 1:
            score = critic(generator(torch.randn(BATCH, LATENT))).mean()
            for_generator.zero_grad()
            (-score).backward()
            for_generator.step()
"""


def numbered() -> str:
    """The script with a number before each line, from 1."""
    lines = enumerate(SCRIPT.splitlines(), start=1)
    return "\n".join(f"{number:>2}  {line}".rstrip() for number, line in lines)


def loaded() -> dict[str, Any]:
    """What the script defines, by name: `critic_loss`, `train`, and so on."""
    names: dict[str, Any] = {"__name__": "somebodys_script"}
    exec(compile(SCRIPT, "somebodys_script.py", "exec"), names)
    return names
