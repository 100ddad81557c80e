"""Where in a step of the critic its weights are clipped, which of them, and to what size."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from wgan_lib.clinic.reports import BUG, OK, UNKNOWN, Report

Weights = dict[str, Tensor]
START, SCORES, STEP, STEPPED, END = "start", "scores", "step", "stepped", "end"
PLACES = {START: "before the scores", SCORES: "between the scores and the step"}


class Moment(NamedTuple):
    """The weights as they were when something happened."""

    event: str
    weights: Weights


class Clip(NamedTuple):
    """A clip that was seen: to ±size, of these weights."""

    size: float
    names: set[str]


def clipped(before: Weights, after: Weights) -> Clip | None:
    """The clip that takes the weights from one moment to the next; None if it was no clip."""
    moved = {name for name in after if not torch.equal(after[name], before[name])}
    if not moved:
        return None
    size = max(after[name].abs().max().item() for name in moved)
    sound = all(torch.equal(after[name], before[name].clamp(-size, size)) for name in moved)
    return Clip(size, moved) if sound else None


def weights_of(network: nn.Module) -> Weights:
    """A copy of all weights."""
    return {name: p.detach().clone() for name, p in network.named_parameters()}


def question_clip(
    report: Report, step: Callable[..., Any], critic: nn.Module, samples: Any, clip: float | None
) -> None:
    """Take one step from weights that are far too large, and look when they shrink."""
    state = copy.deepcopy(critic.state_dict())
    enlarge(critic, max(10.0, 5 * (clip or 0.0)))
    try:
        moments = observed(step, critic, samples)
    finally:
        critic.load_state_dict(state)
    _judge(report, moments, clip)


@torch.no_grad()
def enlarge(network: nn.Module, size: float) -> None:
    """Every weight gets a size between one and two times the given one, in place."""
    source = torch.Generator().manual_seed(0)
    for p in network.parameters():
        side = torch.where(torch.rand(p.shape, generator=source) < 0.5, -1.0, 1.0)
        p.copy_(side * size * (1 + torch.rand(p.shape, generator=source)))


def observed(step: Callable[..., Any], critic: nn.Module, samples: Any) -> list[Moment]:
    """The moments of one step."""
    moments = [Moment(START, weights_of(critic))]
    own = {id(p) for p in critic.parameters()}

    def note(event: str) -> None:
        moments.append(Moment(event, weights_of(critic)))

    def is_own(optimiser: torch.optim.Optimizer) -> bool:
        return any(id(p) in own for group in optimiser.param_groups for p in group["params"])

    hooks = [
        critic.register_forward_pre_hook(lambda *_: note(SCORES)),
        register_optimizer_step_pre_hook(lambda o, *_: note(STEP) if is_own(o) else None),
        register_optimizer_step_post_hook(lambda o, *_: note(STEPPED) if is_own(o) else None),
    ]
    try:
        step(*_arguments(step, critic, samples))
    finally:
        for hook in hooks:
            hook.remove()
    note(END)
    return moments


def _arguments(step: Callable[..., Any], critic: nn.Module, samples: Any) -> tuple[Any, ...]:
    """As many of (critic, real, fake) as the step wants."""
    wanted = [
        p
        for p in inspect.signature(step).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    return (critic, samples, samples * 0.5 - 1)[: len(wanted)]


def _judge(report: Report, moments: list[Moment], clip: float | None) -> None:
    if not any(moment.event == STEPPED for moment in moments):
        return report.add("clip", UNKNOWN, "no optimiser of torch took a step of this critic")
    pairs = pairwise(moments)
    clips = [(a.event, clipped(a.weights, b.weights)) for a, b in pairs if a.event != STEP]
    clips = [(event, found) for event, found in clips if found]
    if not clips:
        return report.add("clip", BUG, "no weight is clipped in the whole step")
    last = clipped(moments[-2].weights, moments[-1].weights)
    names = set.union(*(found.names for _, found in clips))
    size = (last or clips[-1][1]).size
    where = PLACES.get(clips[-1][0], "before the scores")
    largest = max(w.abs().max().item() for name, w in moments[-1].weights.items() if name in names)
    late = f"{where}: afterwards a weight has size {largest:.4g}, and the clip is {size:.4g}"
    report.check("clip", last is not None, "after the optimiser's step", late)
    free = sorted(moments[-1].weights.keys() - names)
    report.check("clipped weights", not free, "all of them", f"never clipped: {', '.join(free)}")
    fine = clip is None or abs(size / clip - 1) < 1e-3
    report.add("clip size", OK, f"±{size:.4g}") if fine else report.add(
        "clip size", BUG, f"±{size:.4g}, and you said {clip:g}"
    )
    return None
