"""What a critic itself can and cannot do, asked of a copy with other weights and other samples."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from wgan_lib.clinic.probes import each
from wgan_lib.clinic.reports import BUG, DIFFERS, OK, UNKNOWN, Report
from wgan_lib.clinic.spectra import question_spectral_norm
from wgan_lib.clinic.strangers import first_tensor, tried
from wgan_lib.lipschitz.bounds import upper_bound
from wgan_lib.lipschitz.slopes import clip_weights_, sample_coupling

WARM_UP = 20  # passes after which a spectral norm has found its singular vectors, nearly
CERTIFIABLE = 5e7  # weights times numbers of a sample; beyond, a bound takes too long
FLAT = 1e-3  # a critic that is nowhere steeper teaches next to nothing


class Questioned(nn.Module):
    """A copy of a critic in training mode, that gives one score per sample whatever it gave before.

    Its samples have the dtype and the device of its weights.
    """

    def __init__(self, critic: nn.Module, shape: Any, batch: int, labels: int | None = None):
        super().__init__()
        self.critic, self.shape, self.batch = copy.deepcopy(critic).train(), shape, batch
        self.classes = labels

    def samples(self, seed: int = 0) -> Any:
        """Normal noise, N×shape."""
        return self.like(self.critic, self.shape, self.batch, seed)

    @staticmethod
    def like(critic: nn.Module, shape: Any, batch: int, seed: int = 0) -> Any:
        """Normal noise, N×shape, as a critic's weights are: their dtype, their device."""
        source = torch.Generator().manual_seed(seed)
        like = next(critic.parameters(), torch.empty(0))
        shapes = shape if isinstance(shape, list) else [shape]
        made = [torch.randn(batch, *one, generator=source).to(like) for one in shapes]
        return made if isinstance(shape, list) else made[0]

    def answer(self, x: Any = None) -> Any:
        """The critic's own output."""
        x = self.samples() if x is None else x
        device = (x[0] if isinstance(x, list) else x).device
        rows = torch.arange(self.batch, device=device)
        labels = () if self.classes is None else (rows % self.classes,)
        return self.critic(x, *labels)

    def forward(self, x: Any) -> Tensor:
        """N scores; the mean where there are several a sample, the same one where there is one."""
        scores = first_tensor(self.answer(x))
        if scores.numel() % self.batch:
            return scores.mean().expand(self.batch)
        return scores.reshape(self.batch, -1).mean(1)


class Heard(TorchFunctionMode):
    """The names of the functions of torch that are called meanwhile."""

    def __init__(self):
        super().__init__()
        self.names: set[str] = set()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        self.names.add(getattr(function, "__name__", ""))
        return function(*args, **(kwargs or {}))


def question_critic(
    report: Report, critic: Questioned, clip: float | None, penalised: bool, bends: bool
) -> None:
    """All questions; penalised and bends say what is known of the loss that goes with it."""
    with Heard() as heard:
        output, error = tried(critic.answer)
    if error:
        return report.add("answers", UNKNOWN, f"not on {critic.batch}×{critic.shape}: {error}")
    _question_count(report, first_tensor(output), critic.batch)
    _question_noise(report, critic)
    _question_coupling(report, critic, heard.names, penalised)
    with _kept(critic):
        _question_range(report, critic, heard.names, DIFFERS if bends else BUG)
    with _kept(critic):
        _question_sight(report, critic)
    with _kept(critic):
        _question_slope(report, critic, clip)
    question_spectral_norm(report, critic, critic.samples())


@contextmanager
def _kept(critic: nn.Module) -> Iterator[None]:
    """The critic's state comes back in the end."""
    state = copy.deepcopy(critic.state_dict())
    try:
        yield
    finally:
        critic.load_state_dict(state)


def _question_count(report: Report, scores: Tensor, batch: int) -> None:
    if scores.numel() == batch:
        return report.add("one score each", OK, "one score per sample")
    shape = tuple(scores.shape)
    if scores.numel() == 1:
        text = "one score for the whole batch"
    elif scores.numel() % batch:
        text = f"{batch} samples give scores of shape {shape}"
    else:
        text = f"{scores.numel() // batch} scores per sample, shape {shape}: a score per patch?"
    return report.add("one score each", DIFFERS, text)


@torch.no_grad()
def _question_noise(report: Report, critic: Questioned) -> None:
    x = critic.samples()
    for _ in range(WARM_UP):
        critic(x)
    scores = torch.stack([critic(x) for _ in range(8)])
    noise, spread = scores.std(0).mean().item(), scores.mean(0).std().item()
    text = f"the score of a sample varies by {noise:.2g}, between samples it varies by {spread:.2g}"
    still = noise <= 1e-3 * max(spread, 1e-12)
    report.check("noise", still, "none", f"{text}: dropout?", DIFFERS)


def _question_coupling(
    report: Report, critic: Questioned, heard: set[str], penalised: bool
) -> None:
    if isinstance(critic.shape, list):
        return report.add("coupling", UNKNOWN, "not asked of a critic of several scales")
    share = sample_coupling(critic, critic.samples())
    cause = "batch norm" if heard & {"batch_norm"} else "statistics of the batch"
    text = f"{share:.0%} of a score's sensitivity falls on other samples: {cause}"
    alone = "every sample is judged on its own"
    return report.check("coupling", share < 1e-6, alone, text, BUG if penalised else DIFFERS)


# ------------------------------------------------------------------ other weights


@torch.no_grad()
def _question_range(report: Report, critic: Questioned, heard: set[str], verdict: str) -> None:
    """Whether scores stay within a range, whatever the weights and the samples."""
    precise = copy.deepcopy(critic).double()
    x = precise.samples()
    answers = [precise(x), precise(each(x, lambda t: t * 1000))]
    sizes = []
    for scale in (30.0, 3000.0):
        with _kept(precise):
            for p in precise.parameters():
                p.mul_(scale)
            answers.append(precise(x))
            sizes.append(answers[-1].abs().max().item())
    for seed in range(3):
        redraw(precise, seed)
        answers.append(precise(x))
    ranges = [answer.aminmax() for answer in answers]
    low = min(found.min for found in ranges).item()
    high = max(found.max for found in ranges).item()
    bounded = (low >= 0) or (low >= -1 and high <= 1) or sizes[1] <= 1.01 * sizes[0]
    text = f"whatever the weights, scores stay in [{low:.2g}, {high:.2g}]: {_ending(heard, low)}"
    report.check("raw scores", not bounded, f"seen from {low:.2g} to {high:.2g}", text, verdict)
    inner = "sigmoid" in heard and not bounded
    text = "a sigmoid inside, whose slope is at most 1/4"
    report.check("inner squashing", not inner, "no sigmoid inside", text, DIFFERS)


def _ending(heard: set[str], low: float) -> str:
    for name in ("softmax", "log_softmax", "sigmoid", "tanh"):
        if name in heard:
            return f"a {name} at the end, as only other losses than Wasserstein's want it"
    return "a ReLU at the end" if low >= 0 else "something squashes them"


@torch.no_grad()
def redraw(network: nn.Module, seed: int) -> None:
    """Normal weights of variance 1/fan-in, in place."""
    source = torch.Generator().manual_seed(seed)
    for p in network.parameters():
        size = p[0].numel() if p.ndim > 1 else 9
        p.copy_(torch.randn(p.shape, generator=source) / max(size, 1) ** 0.5)


def _question_sight(report: Report, critic: Questioned) -> None:
    """Whether every number of a sample counts, and whether anything does."""
    seen, moved = 0.0, False
    for seed in range(3):
        redraw(critic, seed)
        x = each(critic.samples(seed), lambda t: t.requires_grad_())
        parts = x if isinstance(x, list) else [x]
        weights = [p for p in critic.parameters() if p.requires_grad]
        scores = critic(x)
        if not scores.requires_grad:
            continue
        slopes = torch.autograd.grad(scores.square().sum(), [*parts, *weights], allow_unused=True)
        pairs = zip([*parts, *weights], slopes, strict=True)
        known = [torch.zeros_like(p) if g is None else g for p, g in pairs]
        seen = seen + torch.cat([g.abs().sum(0).flatten() for g in known[: len(parts)]])
        moved = moved or any(bool(g.any()) for g in known[len(parts) :]) or not weights
    if not moved:
        return report.add("moves", BUG, "no gradient reaches any weight, whatever the weights are")
    report.add("moves", OK, "gradients reach the weights")
    blind = int((seen == 0).sum())
    text = f"{blind} of {seen.numel()} numbers of a sample never matter"
    return report.check("blind pixels", not blind, "none", text)


def _question_slope(report: Report, critic: Questioned, clip: float | None) -> None:
    """How steep it is, as seen and as certified, after a clip if there is one."""
    if isinstance(critic.shape, list):
        return
    if clip is not None:
        clip_weights_(critic.critic, clip)
    x = critic.samples().requires_grad_()
    scores = critic(x)
    if not scores.requires_grad:
        return
    seen = torch.autograd.grad(scores.sum(), x)[0].flatten(1).norm(dim=1).max().item()
    text = f"at most {seen:.2g} at {critic.batch} points{_certified(critic)}"
    text += "" if clip is None else f", after a clip at {clip:g}"
    report.check("slope", seen >= FLAT or clip is None, text, f"{text}: flat", DIFFERS)


def _certified(critic: Questioned) -> str:
    """The bound that holds everywhere, in words; nothing where there is none, or none in time."""
    count = sum(p.numel() for p in critic.parameters())
    if any(isinstance(module, nn.Conv2d) for module in critic.modules()):
        count *= math.prod(critic.shape)
    if count > CERTIFIABLE:
        return ""
    bound, error = tried(lambda: upper_bound(critic.critic.eval(), critic.shape))
    critic.critic.train()
    return "" if error else f", certified nowhere above {bound:.2g}"
