"""A training loop as tutorials write it: correct, and with none of the library's care for speed.

It trains the same networks, from the same weights, with the same settings. Its habits are those of
the field: a DataLoader that decodes, transforms and stacks images one by one, an optimiser with
default arguments, a graph through the generator that is thrown away, real and fake samples judged
in separate passes, and the losses read with ``.item()`` at each step.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, TensorDataset
from torchvision import transforms

from benchmarks.systems import as_bytes
from wgan_lib.experiments.recipes import Recipe
from wgan_lib.images.datasets import Images
from wgan_lib.training.objectives import WGAN, WGANGP
from wgan_lib.training.settings import Settings

POINTS = 100_000  # the size of the toy data sets that are drawn once (Gulrajani et al. 2017)


class PictureDataset(Dataset):
    """Grey images as torchvision's MNIST serves them: bytes, made a PIL image when asked for."""

    def __init__(self, images: Images):
        self.pixels = as_bytes(images)[:, 0].numpy()
        self.labels = images.labels.tolist()
        self.transform = transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))]
        )

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[index])), self.labels[index]


class TextbookLoop:
    """Weight clipping or gradient penalty, as the recipe's objective says."""

    def __init__(self, recipe: Recipe):
        self.settings, self.objective = recipe.settings, recipe.objective
        if not isinstance(self.objective, (WGAN, WGANGP)):
            raise TypeError(f"objective must be WGAN or WGANGP, got {self.objective}")
        self.generator, self.critic = recipe.build_networks()
        self.critic_optimiser = default_optimiser(self.critic, self.settings)
        self.generator_optimiser = default_optimiser(self.generator, self.settings)
        torch.manual_seed(self.settings.seed)
        self.batches = endless(data_loader(recipe.load_data(), self.settings.batch_size))
        self.losses: list[tuple[float, float]] = []

    def advance(self, rounds: int) -> None:
        """As many rounds of critic steps and one generator step."""
        for _ in range(rounds):
            for _ in range(self.settings.critic_steps):
                critic_loss = self.critic_step(next(self.batches))
            self.losses.append((critic_loss, self.generator_step()))

    def critic_step(self, real: Tensor) -> float:
        """One step of the critic; its loss."""
        fake = self.generator(self.latent(len(real))).detach()
        loss = self.critic(fake).mean() - self.critic(real).mean()
        if isinstance(self.objective, WGANGP):
            loss = loss + self.objective.penalty * gradient_penalty(self.critic, real, fake)
        self.critic_optimiser.zero_grad()
        loss.backward()
        self.critic_optimiser.step()
        if isinstance(self.objective, WGAN):
            for parameter in self.critic.parameters():
                parameter.data.clamp_(-self.objective.clip, self.objective.clip)
        return loss.item()

    def generator_step(self) -> float:
        """One step of the generator; its loss."""
        loss = -self.critic(self.generator(self.latent(self.settings.batch_size))).mean()
        self.generator_optimiser.zero_grad()
        loss.backward()  # fills the critic's gradients too; its next zero_grad empties them
        self.generator_optimiser.step()
        return loss.item()

    def latent(self, n: int) -> Tensor:
        return torch.randn(n, self.generator.latent_dim)


def gradient_penalty(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """E (‖∇f(x̂)‖₂ − 1)², one weight for each sample, one norm for each sample."""
    weight = torch.rand(len(real), *[1] * (real.dim() - 1))
    between = (weight * real + (1 - weight) * fake).requires_grad_(True)
    scores = critic(between)
    gradients = torch.autograd.grad(
        outputs=scores,
        inputs=between,
        grad_outputs=torch.ones_like(scores),
        create_graph=True,
        retain_graph=True,
    )[0]
    return ((gradients.view(len(real), -1).norm(2, dim=1) - 1) ** 2).mean()


def default_optimiser(network: nn.Module, settings: Settings) -> torch.optim.Optimizer:
    """Adam or RMSprop with the settings' rates, and otherwise as torch has them."""
    if settings.optimiser == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), lr=settings.learning_rate)
    return torch.optim.Adam(network.parameters(), lr=settings.learning_rate, betas=settings.betas)


def data_loader(data, batch_size: int) -> DataLoader:
    """The images one by one, or a hundred thousand points drawn once; shuffled at each epoch."""
    if isinstance(data, Images):
        dataset: Dataset = PictureDataset(data)
    else:
        dataset = TensorDataset(data.sample(POINTS))
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True, num_workers=0)


def endless(loader: DataLoader) -> Iterator[Tensor]:
    """Epoch after epoch, without the labels."""
    while True:
        for samples, *_ in loader:
            yield samples
