"""Losses and critics that come in another shape than the examiner asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from wgan_lib.clinic.critics import Questioned
from wgan_lib.clinic.probes import FORMS
from wgan_lib.clinic.strangers import tried


def on_attribute(owner: Any, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    """A loss for ``examine`` from a method of an object that keeps its critic on itself.

    ``on_attribute(model, "D", model.critic_loss)`` calls model.critic_loss(real, fake), and while
    that runs model.D is the critic that the examiner puts there. Raises AttributeError where the
    owner has no such attribute.
    """
    getattr(owner, name)

    def loss(critic: nn.Module, *samples: Tensor) -> Any:
        with _in_the_place_of(owner, name, critic):
            return method(*samples)

    return loss


@contextmanager
def _in_the_place_of(owner: Any, name: str, critic: nn.Module) -> Iterator[None]:
    before = getattr(owner, name)
    setattr(owner, name, critic)
    try:
        yield
    finally:
        setattr(owner, name, before)


def with_labels(loss: Callable[..., Any] | None, classes: int | None) -> Callable[..., Any] | None:
    """A loss that takes labels last, as one that does not: the classes come in turn."""
    if loss is None or classes is None:
        return loss

    def labelled(critic: nn.Module, *samples: Any) -> Any:
        first = samples[0][0] if isinstance(samples[0], list) else samples[0]
        return loss(critic, *samples, labels_for(len(first), classes).to(first.device))

    return labelled


def labels_for(count: int, classes: int) -> Tensor:
    """0, 1, …, classes − 1, 0, 1, …: N integers."""
    return torch.arange(count) % classes


def form_of(questioned: Questioned) -> list[str] | None:
    """The forms of ``FORMS`` that a critic's own answer fits; None where it does not answer."""
    output, error = tried(questioned.answer)
    if error:
        return None
    if isinstance(output, dict):
        return ["a dictionary"]
    if isinstance(output, (tuple, list)):
        return ["a tuple"]
    count = questioned.batch
    if output.numel() == 1 < count:
        return ["one score per batch"]
    if output.numel() > count:
        return ["one score per patch"]
    named = {1: "N", 2: "N×1", 4: "N×1×1×1"}
    return [named[output.ndim]] if output.ndim in named else list(FORMS)


# ------------------------------------------------------------------ Lightning


def lightning_loop(module: Any, batches: Iterable[Any]) -> Callable[[], None]:
    """The loop that a Lightning module takes part in, without its trainer, for ``watch``.

    Calls ``training_step`` on each batch. With manual optimisation the module steps by itself.
    With automatic optimisation the loop does what a trainer would: it goes through the optimisers,
    passing optimizer_idx where the step asks for it. Nothing is logged, no other hook called.
    """

    def loop() -> None:
        optimisers = _optimisers(module.configure_optimizers())
        stand_ins = {
            "optimizers": lambda *_, **__: optimisers if len(optimisers) > 1 else optimisers[0],
            "manual_backward": lambda loss, *a, **k: loss.backward(*a, **k),
            "lr_schedulers": lambda: [],
            **dict.fromkeys(
                ("log", "log_dict", "toggle_optimizer", "untoggle_optimizer"), _nothing
            ),
        }
        with _replaced(module, stand_ins):
            for index, batch in enumerate(batches):
                _one_batch(module, optimisers, batch, index)

    return loop


def _nothing(*_: Any, **__: Any) -> None:
    """What a trainer would do beside the training."""


def _optimisers(configured: Any) -> list[torch.optim.Optimizer]:
    """In whatever form ``configure_optimizers`` returns them."""
    if isinstance(configured, torch.optim.Optimizer):
        return [configured]
    if isinstance(configured, dict):
        return [configured["optimizer"]]
    if isinstance(configured, tuple) and configured and isinstance(configured[0], (list, tuple)):
        configured = configured[0]
    return [one["optimizer"] if isinstance(one, dict) else one for one in configured]


def _one_batch(
    module: Any, optimisers: list[torch.optim.Optimizer], batch: Any, index: int
) -> None:
    if not getattr(module, "automatic_optimization", True):
        module.training_step(batch, index)
        return
    takes = inspect.signature(module.training_step).parameters
    for number, optimiser in enumerate(optimisers):
        extra = (number,) if "optimizer_idx" in takes else ()
        output = module.training_step(batch, index, *extra)
        if output is not None:
            optimiser.zero_grad()
            (output["loss"] if isinstance(output, dict) else output).backward()
            optimiser.step()


@contextmanager
def _replaced(module: Any, stand_ins: dict[str, Callable[..., Any]]) -> Iterator[None]:
    before = {name: vars(module)[name] for name in stand_ins if name in vars(module)}
    for name, function in stand_ins.items():
        object.__setattr__(module, name, function)
    try:
        yield
    finally:
        for name in stand_ins:
            object.__delattr__(module, name)
        for name, function in before.items():
            object.__setattr__(module, name, function)
