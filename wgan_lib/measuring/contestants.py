"""Everybody who claims to measure W₁: ways to hold a critic's slope, and ways without a critic.

All are trained by ``fit``, for as many steps on as many points, and judged by ``measure``. Networks
have the same three hidden layers. Lesson 12.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial

import torch
from torch import nn

from wgan_lib.distributions import Distribution
from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.ground.devices import choose_device
from wgan_lib.lipschitz.cones import Funnels
from wgan_lib.lipschitz.layers import lipschitz_mlp
from wgan_lib.measuring.annealing import anneal_either_way
from wgan_lib.measuring.envelopes import plan_envelope
from wgan_lib.measuring.estimators import (
    BatchPlan,
    CriticEstimate,
    CTransform,
    CTransformObjective,
    Estimator,
    SlicedEstimate,
)
from wgan_lib.networks import mlp
from wgan_lib.potential_pairs import PotentialPair
from wgan_lib.training.critic_only import train_critic
from wgan_lib.training.objectives import WGAN, WGANGP, Objective
from wgan_lib.training.settings import Settings

HIDDEN = (128, 128, 128)
UNPENALISED = WGANGP(penalty=0)  # the network holds the slope, and the loss is the bare dual
SETTINGS = Settings(learning_rate=5e-3, betas=(0.5, 0.9), final_rate=0.0)


@dataclass(frozen=True)
class Contestant:
    """One way to measure W₁.

    build      a critic for points of that many dimensions; None where nothing is learned
    objective  what the critic is trained on
    settings   but for steps, batch_size and seed, which ``fit`` sets
    learn      p, q and ``fit``'s numbers to a critic, for one that is not built and then trained
    reading    what makes an estimator of the trained critic, or of nothing
    """

    name: str
    about: str
    build: Callable[[int], nn.Module] | None = None
    objective: Objective = UNPENALISED
    settings: Settings = SETTINGS
    reading: Callable[..., Estimator] = CriticEstimate
    learn: Callable[..., nn.Module] | None = None

    def identity(self) -> dict[str, str]:
        """What decides its results, in plain words: for a study that keeps them."""
        if self.build is None:
            return {"about": self.about}
        settings = {f.name: getattr(self.settings, f.name) for f in fields(Settings)}
        decided = ("steps", "batch_size", "seed", "log_every", "critic_steps", "critic_warmup")
        words = {"about": self.about, "objective": repr(self.objective)}
        return words | {k: str(v) for k, v in settings.items() if k not in decided}


def fit(
    contestant: str | Contestant,
    pair: PotentialPair,
    steps: int = 600,
    seed: int = 0,
    batch: int = 512,
    device: str | torch.device = "cpu",
) -> Estimator:
    """Train a contestant, by name or as it is, on fresh batches of a pair; an estimator.

    The seed decides weights and draws; torch's own random state stays as it was. Raises
    DivergedError if a loss was not finite.
    """
    contestant = find(contestant) if isinstance(contestant, str) else contestant
    positive_integer("seed", seed, minimum=0)
    if contestant.learn is not None:
        critic = contestant.learn(
            pair.p, pair.q, steps=steps, seed=seed, batch=batch, device=device
        )
        return contestant.reading(critic.eval())
    if contestant.build is None:
        return contestant.reading()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        critic = contestant.build(pair.dimension).to(choose_device(device))
    sides = pair.q.sample, pair.p.sample  # q is the real data
    changes = {"steps": steps, "batch_size": batch, "seed": seed}
    train_critic(critic, *sides, contestant.objective, contestant.settings, **changes)
    return contestant.reading(critic.eval())


def find(name: str) -> Contestant:
    """The contestant of that name; ValueError with the nearest names where there is none."""
    return CONTESTANTS[one_of("contestant", name, CONTESTANTS)]


# ------------------------------------------------------------------ the list


def _plain(dimension: int) -> nn.Module:
    return mlp([dimension, *HIDDEN, 1])


def _wide(dimension: int) -> nn.Module:
    return mlp([dimension, 512, 512, 256, 1])


def _held(dimension: int, constraint: str, activation: str | None = None) -> nn.Module:
    return lipschitz_mlp([dimension, *HIDDEN, 1], constraint=constraint, activation=activation)


def _funnels(dimension: int) -> nn.Module:
    return Funnels(dimension, 64, spread=2.5)


def _solved(p: Distribution, q: Distribution, batch: int, **unused: object) -> nn.Module:
    """On twice as many points as a batch has; there is nothing to repeat."""
    options = {name: unused[name] for name in ("seed", "device")}
    return plan_envelope(p, q, 2 * batch, **options)


def _by_penalty(name: str, about: str, objective: Objective) -> Contestant:
    return Contestant(name, about, _plain, objective)


def _by_layers(name: str, about: str, constraint: str, activation: str | None) -> Contestant:
    return Contestant(name, about, partial(_held, constraint=constraint, activation=activation))


CONTESTANTS: dict[str, Contestant] = {
    each.name: each
    for each in [
        Contestant("clipping", "weights in ±0.04 (Arjovsky et al. 2017)", _plain, WGAN(0.04)),
        _by_penalty("penalty", "two-sided, λ = 10 (Gulrajani et al. 2017)", WGANGP()),
        _by_penalty("penalty-1", "two-sided, λ = 1", WGANGP(1.0)),
        _by_penalty("penalty-100", "two-sided, λ = 100", WGANGP(100.0)),
        _by_penalty(
            "one-sided", "one-sided, λ = 10 (Petzka et al. 2018)", WGANGP(sided="one")
        ),
        _by_penalty("one-sided-100", "one-sided, λ = 100", WGANGP(100.0, sided="one")),
        Contestant(
            "one-sided-wide", "one-sided, λ = 30, a network of 512-512-256", _wide,
            WGANGP(30.0, sided="one"), replace(SETTINGS, learning_rate=2e-3, betas=(0.5, 0.99)),
        ),
        _by_penalty(
            "zero-centred", "λ = 10 around slope 0, at q (Mescheder et al. 2018)",
            WGANGP(centre=0.0, where="real"),
        ),
        _by_layers("spectral-relu", "spectral norm (Miyato et al. 2018)", "spectral", "relu"),
        _by_layers("spectral-sort", "spectral norm, MaxMin", "spectral", "group_sort"),
        _by_layers("cayley", "orthogonal, MaxMin (Anil et al. 2019)", "orthogonal", "group_sort"),
        _by_layers("cayley-full-sort", "orthogonal, all sorted", "orthogonal", "full_sort"),
        _by_layers("householder", "by reflections, MaxMin", "householder", "group_sort"),
        _by_layers("matrix-exp", "by matrix exponentials, MaxMin", "matrix_exp", "group_sort"),
        _by_layers("bjorck", "by iteration, MaxMin", "bjorck", "group_sort"),
        _by_layers("bjorck-full-sort", "by iteration, all sorted", "bjorck", "full_sort"),
        _by_layers("aol", "MaxMin (Prach, Lampert 2022)", "aol", "group_sort"),
        _by_layers("sll", "residual layers (Araujo et al. 2023)", "sll", None),
        Contestant(
            "c-transform", "the dual of the batches (Mallasto et al. 2019, Kwon et al. 2021)",
            _plain, CTransformObjective(), reading=CTransform,
        ),
        Contestant("batches", "W₁ between batches, by the exact plan", reading=BatchPlan),
        Contestant("sliced", "W₁ of shadows on 200 lines", reading=SlicedEstimate),
        # The funnel pairs are of this very family: what it does there says nothing of other laws.
        Contestant(
            "funnels", "a minimum of 64 cones, learned: the family of the funnel pairs", _funnels,
            settings=replace(SETTINGS, learning_rate=0.03),
        ),
        Contestant(
            "annealed-funnels", "64 cones, started at dense places, soft at first",
            learn=anneal_either_way,
        ),
        Contestant(
            "plan-envelope", "the exact plan of samples, carried on by cones", learn=_solved
        ),
    ]
}  # fmt: skip
