"""The exercises of lesson 11: a script with two bugs, a probe of one's own, a mended step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect
from wgan_lib.classroom.exercises.somebodys_script import SCRIPT

_LINES = len(SCRIPT.splitlines())
_SEEN = {22}  # the examiner names it
_UNSEEN = {8, 19}  # what the generator can paint, and what the data are: one of them has to change
_SHAPES = ((3, 4, 4), (2,))


def _check_two_bugs(answer) -> None:
    if not isinstance(answer, tuple | list | set) or len(answer) != 2:
        raise Wrong("two line numbers are wanted, as in `(3, 5)`")
    found = set(answer)
    expect(len(found) == 2, "two different lines are wanted")
    expect(all(line in range(1, _LINES + 1) for line in found), f"the lines go from 1 to {_LINES}")
    expect(
        found != _UNSEEN,
        "these two lines belong to one bug: mend either of them, and the other is right",
    )
    hint = "one of the two is a bug. What the examiner names is"
    expect(
        not found & _UNSEEN or found & _SEEN, f"{hint} still missing: ask it about `critic_loss`"
    )
    expect(
        not found & _SEEN or found & _UNSEEN,
        f"{hint} found. The other one it cannot see, since it never meets your data: which numbers "
        "can the real images hold, and which can the fake ones?",
    )
    expect(
        found & (_SEEN | _UNSEEN),
        "neither of these lines is a bug; let the examiner find the first one",
    )


def shares_one_epsilon(gradient_penalty: Callable, real: Tensor, fake: Tensor) -> bool:
    seen = []

    def critic(x: Tensor) -> Tensor:
        seen.append(x.detach().flatten(1))
        return x.flatten(1).sum(1)

    gradient_penalty(critic, real, fake)
    way, gone = (real - fake).flatten(1), seen[0] - fake.flatten(1)
    share = (way * gone).sum(1) / way.square().sum(1)
    off = (gone - share[:, None] * way).norm(dim=1) / way.norm(dim=1)
    return bool(off.max() < 1e-3 and share.max() - share.min() < 1e-3)


def _check_shares_one_epsilon(answer) -> None:
    verdicts = {name: _asked(answer, name) for name in _MIXTURES}
    expect(
        len(set(verdicts.values())) == 2, "it says the same of every penalty: look at its points"
    )
    for name, (wanted, hint) in _VERDICTS.items():
        expect(verdicts[name] == wanted, hint)


def _asked(answer, mixture: str) -> bool:
    """What the probe says of a penalty, on images and on points of the plane."""
    said = []
    with torch.random.fork_rng(devices=[]):  # a check leaves the lesson's random numbers alone
        for shape in _SHAPES:
            torch.manual_seed(1)
            real, fake = torch.randn(6, *shape), torch.randn(6, *shape)
            verdict = answer(_penalty(_MIXTURES[mixture]), real, fake)
            expect(isinstance(verdict, bool), "answer with True or False: `bool(…)` makes one")
            said.append(verdict)
    hint = "images and points of the plane get different answers: look at whole samples, and at "
    expect(said[0] == said[1], f"{hint}whether their points lie on their segments")
    return said[0]


def _penalty(mixture: Callable[[Tensor], Tensor]) -> Callable[..., Tensor]:
    def gradient_penalty(critic, real: Tensor, fake: Tensor) -> Tensor:
        epsilon = mixture(real)
        x = (epsilon * real + (1 - epsilon) * fake).detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        return 10 * (gradient.flatten(1).norm(dim=1) - 1).square().mean()

    return gradient_penalty


_MIXTURES: dict[str, Callable[[Tensor], Tensor]] = {
    "sample": lambda real: torch.rand(len(real), *[1] * (real.dim() - 1)),
    "batch": lambda real: torch.rand(1),
    "number": torch.rand_like,
    "column": lambda real: torch.rand(1, *real.shape[1:]),
    "real": torch.ones_like,
}
_VERDICTS = {
    "sample": (False, "a right penalty, with one ε for each sample, is accused of sharing it"),
    "batch": (True, "a penalty with one ε for the whole batch is not found"),
    "number": (False, "one ε for each number is another bug: those points lie on no segment"),
    "column": (
        False,
        "ε the same in every sample, and another for each number, is another bug: "
        "those points lie on no segment",
    ),
    "real": (True, "x̂ at the real samples is ε = 1 for all: shared too, and your probe misses it"),
}


def mended_step(
    critic: nn.Module,
    generator: nn.Module,
    optimiser: torch.optim.Optimizer,
    real: Tensor,
    latents: Tensor,
    clip: float,
) -> None:
    fake = generator(latents).detach()
    loss = critic(fake).mean() - critic(real).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    with torch.no_grad():
        for weight in critic.parameters():
            weight.clamp_(-clip, clip)


def _check_mended_step(answer) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        critic, generator = nn.Linear(2, 1), nn.Linear(3, 2)
        real, latents = torch.randn(16, 2) + 3, torch.randn(16, 3)
    optimiser = torch.optim.SGD(critic.parameters(), lr=0.01)
    start = [weight.detach().clone() for weight in critic.parameters()]
    right = (real.mean(0) - generator(latents).mean(0)).detach()
    for weight in critic.parameters():
        weight.grad = torch.full_like(weight, 100.0)  # of a step before
    answer(critic, generator, optimiser, real, latents, 10.0)
    moved = (critic.weight.detach() - start[0])[0]
    expect(moved.any(), "the critic has not moved: send the loss backward, and take a step")
    expect(generator.weight.grad is None, "the critic's loss went on through the generator: detach")
    expect(
        not torch.allclose(moved, 0.01 * (right - 100), atol=1e-4),
        "the gradient of the step before is in this one: `optimiser.zero_grad()` comes first",
    )
    expect(
        not torch.allclose(moved, -0.01 * right, atol=1e-4),
        "the critic makes fake scores high and real ones low: turn the sign of the loss",
    )
    hint = (
        "one step of the optimiser, on mean D(fake) − mean D(real); then a clip at `clip`, here 10"
    )
    expect(torch.allclose(moved, 0.01 * right, atol=1e-4), hint)
    answer(critic, generator, optimiser, real, latents, 0.001)
    largest = [weight.detach().abs().max().item() for weight in critic.parameters()]
    expect(largest[0] <= 0.0011, "after the step weights lie outside the clip: it comes last")
    expect(largest[1] <= 0.0011, "a bias is a weight too: the clip is for all parameters")
    edges = torch.cat([weight.detach().flatten().abs() for weight in critic.parameters()])
    expect(edges.min() >= 0.0009, "clip each number by itself: these were shrunk together")


EXERCISES = (
    Exercise("two_bugs", "11", 15, "medium", (8, 22), _check_two_bugs),
    Exercise("shares_one_epsilon", "11", 15, "hard", shares_one_epsilon, _check_shares_one_epsilon),
    Exercise("mended_step", "11", 10, "medium", mended_step, _check_mended_step),
)
