"""A right penalty, loss, critic, clip and loop, and each known fault put in by hand.

Every builder makes the right piece where nothing is changed. What is listed here is examined in
test_clinic_losses.py, test_clinic_critics.py and test_clinic_loops.py.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

IMAGES = ((3, 8, 8), (1, 12, 12), (2, 5, 7))
SHAPES = (*IMAGES, (2,))


# ------------------------------------------------------------------ a penalty

EPSILON = {
    "sample": lambda r: torch.rand(len(r), *[1] * (r.ndim - 1), device=r.device, dtype=r.dtype),
    "batch": lambda r: torch.rand(1, device=r.device, dtype=r.dtype),
    "batch on the host": lambda r: torch.rand(1).item(),
    "number": torch.rand_like,
    "channel": lambda r: torch.rand(*r.shape[:2], *[1] * (r.ndim - 2), device=r.device).to(r.dtype),
    "normal": lambda r: torch.randn(len(r), *[1] * (r.ndim - 1), device=r.device, dtype=r.dtype),
    "half": lambda r: torch.full((len(r), *[1] * (r.ndim - 1)), 0.5, device=r.device).to(r.dtype),
    "beyond": lambda r: 2 * EPSILON["sample"](r) - 0.5,
    "cubed": lambda r: EPSILON["sample"](r) ** 3,
    "on the CPU": lambda r: torch.rand(len(r), *[1] * (r.ndim - 1)),
    "numpy": lambda r: torch.as_tensor(np.random.rand(len(r), *[1] * (r.ndim - 1))).to(r),
    "the same again": lambda r: (
        torch.linspace(0.1, 0.9, len(r)).to(r).reshape(-1, *[1] * (r.ndim - 1))
    ),
    "for eight": lambda r: torch.rand(8, *[1] * (r.ndim - 1), device=r.device, dtype=r.dtype),
}

NORM = {
    "sample": lambda g: g.flatten(1).norm(dim=1),
    "batch": lambda g: g.norm(),
    "axis 1": lambda g: g.norm(dim=1),
    "last axis": lambda g: g.norm(dim=-1),
    "channel": lambda g: g.flatten(2).norm(dim=2),
    "axis 0": lambda g: g.norm(dim=0),
    "number": lambda g: g.abs(),
    "root mean square": lambda g: (g.flatten(1).square().mean(1) + 1e-12).sqrt(),
    "bare root": lambda g: g.flatten(1).square().sum(1).sqrt(),
    "bare power": lambda g: g.flatten(1).square().sum(1) ** 0.5,
    "floored root": lambda g: (g.flatten(1).square().sum(1) + 1e-12).sqrt(),
    "square": lambda g: g.flatten(1).square().sum(1),
    "pairs": lambda g: g.reshape(len(g) // 2, -1).norm(dim=1),
    "largest": lambda g: g.flatten(1).abs().amax(1),
}

FORMULA = {
    "two-sided": lambda n: (n - 1).square(),
    "one-sided": lambda n: (n - 1).relu().square(),
    "zero-centred": lambda n: n.square(),
    "around two": lambda n: (n - 2).square(),
    "absolute": lambda n: (n - 1).abs(),
    "sixth power": lambda n: n**6,
}

POINTS = {
    "segments": lambda e, r, k: e * r + (1 - e) * k,
    "other way": lambda e, r, k: r + e * (k - r),
    "sum": lambda e, r, k: r + (1 - e) * k,
    "shuffled": lambda e, r, k: e * r + (1 - e) * k[torch.randperm(len(k))],
    "real": lambda e, r, k: r,
    "fake": lambda e, r, k: k,
    "both": lambda e, r, k: torch.cat([r, k]),
    "around real": lambda e, r, k: r + 0.5 * r.std() * torch.rand_like(r),
}

REDUCTION = {
    "mean": lambda p: p.mean(),
    "sum": lambda p: p.sum(),
    "grows": lambda p: p.mean() * len(p),
    "largest": lambda p: p.max(),
}


def penalty(
    *,
    epsilon="sample",
    points="segments",
    norm="sample",
    formula="two-sided",
    reduction="mean",
    weight=10.0,
    graph=True,
    detached=False,
    of_mean=False,
    waits=False,
):
    """A gradient penalty; with nothing changed, that of Gulrajani et al. 2017."""

    def gradient_penalty(critic, real, fake):
        x = POINTS[points](EPSILON[epsilon](real), real, fake).detach().requires_grad_()
        scores = critic(x)
        total = scores.mean() if of_mean else scores.sum()
        (gradient,) = torch.autograd.grad(total, x, create_graph=graph)
        gradient = gradient.detach() if detached else gradient
        cost = REDUCTION[reduction](FORMULA[formula](NORM[norm](gradient)))
        if waits:
            cost.item()
        return weight * cost

    return gradient_penalty


def three_channels(critic, real, fake):
    """The penalty of somebody who never had another picture than a coloured one."""
    epsilon = torch.rand(len(real), 1, device=real.device, dtype=real.dtype)
    epsilon = epsilon.expand(-1, real[0].numel()).reshape(len(real), 3, *real.shape[2:])
    x = (epsilon * real + (1 - epsilon) * fake).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return 10 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def single_precision(critic, real, fake):
    """ε in float32, which lerp does not mix with anything else."""
    epsilon = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)
    x = torch.lerp(fake, real, epsilon).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    return 10 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()


def of_the_graph(critic, real, fake):
    """R2 on fakes that must hang on a graph already."""
    (gradient,) = torch.autograd.grad(critic(fake).sum(), fake, create_graph=True)
    return 5 * gradient.flatten(1).square().sum(1).mean()


# ------------------------------------------------------------------ losses


def critic_loss(a=-1.0, b=1.0, reduce="mean", of_fake=None, extra=None):
    """a·D(real) + b·D(fake) and something more."""

    def loss(critic, real, fake):
        of_real = getattr(critic(real), reduce)()
        total = a * of_real + b * getattr(critic(fake), of_fake or reduce)()
        return total if extra is None else total + extra(critic, real, fake)

    return loss


def generator_loss(sign=-1.0, detached=False):
    def loss(critic, fake):
        return sign * critic(fake.detach() if detached else fake).mean()

    return loss


def on_scores(function):
    """A loss of real and of fake scores."""
    return lambda critic, real, fake: function(critic(real), critic(fake))


cross_entropy = on_scores(lambda r, k: softplus(-r).mean() + softplus(k).mean())
hinge = on_scores(lambda r, k: (1 - r).relu().mean() + (1 + k).relu().mean())
least_squares = on_scores(lambda r, k: (r - 1).square().mean() + k.square().mean())
of_the_first = on_scores(lambda r, k: k[0].squeeze() - r[0].squeeze())


def together(*losses):
    return lambda critic, real, fake: sum(loss(critic, real, fake) for loss in losses)


# ------------------------------------------------------------------ critics


def conv_critic(shape, *end, norm=None, stride=1, padding=1, spectral=False):
    """Two convolutions and a dense layer on images of this shape."""
    channels, height, width = shape
    first = nn.Conv2d(channels, 6, 3, stride, padding)
    side = [(s + 2 * padding - 3) // stride + 1 for s in (height, width)]
    if spectral:
        first.weight.data.abs_()  # one sign: the worst kernel for a norm of its matrix
        first = nn.utils.parametrizations.spectral_norm(first)
    norms = {"batch": [nn.BatchNorm2d(6)], "layer": [nn.GroupNorm(1, 6)], None: []}[norm]
    dense = nn.Linear(6 * side[0] * side[1], 1)
    return nn.Sequential(first, *norms, nn.LeakyReLU(0.2), nn.Flatten(), dense, *end)


class Clamped(nn.Module):
    def forward(self, scores):
        return scores.clamp(-3, 3)


class BatchSpread(nn.Module):
    """The minibatch statistic of Karras et al. 2018: the spread over the batch, for each sample."""

    def forward(self, x):
        return torch.cat([x, x.std(0).mean().expand(len(x), 1)], 1)


class Blind(nn.Module):
    """Never looks at the last column."""

    def __init__(self, shape):
        super().__init__()
        self.body = conv_critic((*shape[:2], shape[2] - 1))

    def forward(self, x):
        return self.body(x[..., :-1])


class Cut(nn.Module):
    """Scores that hang on nothing any more."""

    def __init__(self, shape):
        super().__init__()
        self.body = conv_critic(shape)

    def forward(self, x):
        return self.body(x.detach()).detach() + 0 * x.flatten(1).sum(1, keepdim=True)


class PerBatch(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.body = conv_critic(shape)

    def forward(self, x):
        return self.body(x).mean()


def dense_critic(shape, *middle, end=()):
    """A dense critic with something between its layers."""
    size = int(np.prod(shape))
    extra = 1 if any(isinstance(layer, BatchSpread) for layer in middle) else 0
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(size, 12),
        *middle,
        nn.LeakyReLU(0.2),
        nn.Linear(12 + extra, 1),
        *end,
    )


# ------------------------------------------------------------------ a step with a clip


class Clipper:
    """One step of a critic with a clip: before the scores, between, after, or none at all."""

    def __init__(self, critic, where="after", only=None, size=0.01):
        self.critic, self.where, self.only, self.size = critic, where, only, size
        self.optimiser = torch.optim.RMSprop(critic.parameters(), 5e-5)

    def clip(self, now):
        if now == self.where:
            for p in self.critic.parameters():
                if self.only is None or p.ndim == self.only:
                    p.data.clamp_(-self.size, self.size)

    def __call__(self, critic, real, fake):
        self.clip("before")
        self.optimiser.zero_grad()
        loss = critic(fake).mean() - critic(real).mean()
        loss.backward()
        self.clip("between")
        self.optimiser.step()
        self.clip("after")


# ------------------------------------------------------------------ a loop


def networks(shape, norm=None):
    """A generator with batch norm and a critic, both small."""
    torch.manual_seed(0)
    size, latent = int(np.prod(shape)), 4
    generator = nn.Sequential(
        nn.Linear(latent, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, size), nn.Tanh(),
        nn.Unflatten(1, shape),
    )  # fmt: skip
    norms = {None: [], "layer": [nn.LayerNorm(16)], "batch": [nn.BatchNorm1d(16)]}[norm]
    return generator, dense_critic_of(size, norms)


def dense_critic_of(size, norms):
    return nn.Sequential(
        nn.Flatten(), nn.Linear(size, 16), *norms, nn.LeakyReLU(0.2), nn.Linear(16, 16),
        nn.LeakyReLU(0.2), nn.Linear(16, 1),
    )  # fmt: skip


class Loop:
    """A training loop as people write it, with switches for what they get wrong."""

    def __init__(self, generator, critic, shape, **changes):
        self.generator, self.critic, self.shape, self.changes = generator, critic, shape, changes
        beta = changes.get("beta", 0.0)
        family = torch.optim.RMSprop if changes.get("rmsprop") else torch.optim.Adam
        options = {} if changes.get("rmsprop") else {"betas": (beta, 0.9)}
        options["weight_decay"] = changes.get("weight_decay", 0.0)
        self.for_critic = family(critic.parameters(), 1e-3, **options)
        self.for_generator = family(generator.parameters(), 1e-3, **options)
        self.average = copy.deepcopy(generator) if changes.get("average") else None
        self.scaler = torch.amp.GradScaler("cpu", enabled=bool(changes.get("mixed")))

        if changes.get("steep"):
            critic[-1].weight.data.mul_(30)

    def on(self, name, default=None):
        return self.changes.get(name, default)

    def clip(self, now):
        if self.on("clip") == now:
            for p in self.critic.parameters():
                if self.on("only") is None or p.ndim == self.on("only"):
                    p.data.clamp_(-0.05, 0.05)

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16, enabled=bool(self.on("mixed")))

    def real(self):
        return torch.rand(16, *self.shape) * 2 - 1

    def loss(self, real, fake, step):
        if self.on("noise"):
            real, fake = (x + 0.1 * torch.randn_like(x) for x in (real, fake))
        if self.on("together"):
            of_real, of_fake = self.critic(torch.cat([real, fake])).split([len(real), len(fake)])
        else:
            of_real, of_fake = self.critic(real), self.critic(fake)
        if self.on("entropy"):
            loss = softplus(-of_real).mean() + softplus(of_fake).mean()
        else:
            reduce = self.on("reduce", torch.mean)
            loss = self.on("a", -1) * reduce(of_real) + self.on("b", 1) * reduce(of_fake)
        if self.on("only_real"):
            loss = -of_real.mean()
        lazy = step % self.on("every", 1) == 0
        extra = self.on("penalty", penalty())
        return loss + (extra(self.critic, real, fake) if extra and lazy else 0)

    def critic_step(self, latent, step):
        self.clip("before")
        with self.autocast():
            fake = self.generator(latent).float()
        fake = fake if self.on("attached") else fake.detach()
        real = self.real()
        if not self.on("stale_critic"):
            self.for_critic.zero_grad()
        for r, k in zip(
            real.chunk(self.on("chunks", 1)), fake.chunk(self.on("chunks", 1)), strict=True
        ):
            with self.autocast():
                loss = self.loss(r, k, step) / self.on("chunks", 1)
            if self.on("unsent"):
                loss = penalty()(self.critic, r, k)
            self.scaler.scale(loss).backward()
        if self.on("waits"):
            loss.item()
        if self.on("limit"):
            nn.utils.clip_grad_norm_(self.critic.parameters(), self.on("limit"))
        self.clip("between")
        self.scaler.step(self.for_critic)
        self.scaler.update()
        if self.on("apart"):
            self.for_critic.zero_grad()
            self.on("apart")(self.critic, real, fake).backward()
            self.for_critic.step()
        self.clip("after")

    def generator_step(self, latent):
        if not self.on("stale_generator"):
            self.for_generator.zero_grad()
        with self.autocast():
            loss = self.on("g", -1) * self.critic(self.generator(latent)).float().mean()
        self.scaler.scale(loss).backward()
        self.scaler.step(self.for_generator)
        self.scaler.update()
        if self.average is not None:
            for kept, p in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                kept.data.lerp_(p.data, 0.1)
            self.average(latent)

    def __call__(self, rounds=3):
        if self.on("evaluation") == "always":
            self.generator.eval()
        for index, share in enumerate(self.on("shares", [3] * rounds)):
            for step in range(share):
                latent = torch.randn(16, 4)
                self.critic_step(latent, step)
            if self.on("chance"):
                torch.rand(1).item()
            again = latent if self.on("same_latent") else torch.randn(16, 4)
            for _ in range(self.on("generator_steps", 1)):
                self.generator_step(again)
            if self.on("evaluation") == "forgotten" and index == 0:
                self.generator.eval()
                self.generator(again)
