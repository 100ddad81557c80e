"""Looks over the shoulder of a training loop that nobody had to change.

with watch(critic, generator) as seen:
    train()  # three rounds of it, or more
print(seen.report())
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from wgan_lib.clinic.clipping import Weights, clipped, weights_of
from wgan_lib.clinic.loops import report_on
from wgan_lib.clinic.records import Record, Step
from wgan_lib.clinic.replays import Pair, Pass
from wgan_lib.clinic.reports import Report
from wgan_lib.clinic.steps import Explainer
from wgan_lib.clinic.strangers import first_tensor, tried
from wgan_lib.clinic.syncs import SyncCounter
from wgan_lib.ground.arguments import finite_number, positive_integer

TAKEN_APART = 12  # steps of each network; later ones are counted
KEPT = 64  # passes since the last step; whoever makes more is not training


class Enough(BaseException):
    """Ends a loop from inside an optimiser's step; `except Exception` lets it pass."""


class watch:
    """A context around some rounds of a training loop.

    critic, generator  the networks, the same objects that the loop calls
    weight             the λ you think you have
    rounds             end the loop after so many steps of the generator; None lets it run

    The loop runs with all that it does; its random numbers and its weights are what they would be
    without anybody watching. Raises TypeError for what is no module.
    """

    def __init__(
        self,
        critic: nn.Module,
        generator: nn.Module,
        *,
        weight: float | None = None,
        rounds: int | None = None,
    ):
        for name, network in (("critic", critic), ("generator", generator)):
            if not isinstance(network, nn.Module):
                raise TypeError(f"{name} must be a torch.nn.Module, got {type(network).__name__}")
        self.weight = None if weight is None else finite_number("weight", weight)
        self.rounds = None if rounds is None else positive_integer("rounds", rounds)
        self.pair, self.record = Pair(critic, generator), Record()
        self.explainer = Explainer(self.pair)
        self.record.changing = {n for n, net in self.pair.networks.items() if changes_mode(net)}
        self.passes: list[Pass] = []
        self.started: list[dict[str, Any]] = []
        self.busy, self.depth, self.reached = False, 0, False
        self.after: Weights | None = None
        self.met: Weights = {}

    def __enter__(self) -> watch:
        self.stack = ExitStack()
        hooks = [
            register_optimizer_step_pre_hook(self._before),
            register_optimizer_step_post_hook(self._behind),
        ]
        for network in self.pair.networks.values():
            hooks.append(network.register_forward_pre_hook(self._begin, with_kwargs=True))
            hooks.append(network.register_forward_hook(self._end, with_kwargs=True))
        for p in self.pair.networks["generator"].parameters():
            hooks += [p.register_hook(self._reach)] if p.requires_grad else []
        for hook in hooks:
            self.stack.callback(hook.remove)
        self.syncs = SyncCounter(lambda: len(self.record.of("generator")), lambda: self.busy)
        self.stack.enter_context(self.syncs)
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: Any) -> bool:
        self.stack.close()
        self.record.waits, self.record.squared = self.syncs.waits, self.syncs.squared
        self.record.coupling = self.explainer.coupling
        self.passes, self.started = [], []
        return kind is Enough

    def report(self) -> Report:
        """What it comes to."""
        return report_on(self.record, self.weight)

    # -------------------------------------------------------------- passes

    def _reach(self, gradient: Tensor) -> None:
        self.reached |= not self.busy

    def _begin(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Before a pass: all that it takes to make it again."""
        name = self.pair.owner(module)
        if self.busy or name is None or not args or not isinstance(args[0], Tensor):
            return
        self.busy = True
        if name == "critic":
            self._notice_clip(module)
            self.met = weights_of(module)
            if not torch.is_grad_enabled():  # for a log
                self.busy = False
                return
        device = args[0].device.type
        autocast = torch.is_autocast_enabled(device)
        self.started.append(
            {
                "network": name,
                "x": args[0].detach().clone(),
                "rest": args[1:],
                "named": kwargs,
                "linked": args[0].requires_grad,
                "random": torch.get_rng_state(),
                "buffers": {n: b.detach().clone() for n, b in module.named_buffers()},
                "training": module.training,
                "precision": torch.get_autocast_dtype(device) if autocast else None,
            }
        )
        self.busy = False

    def _end(self, module: nn.Module, args: Any, kwargs: Any, output: Any) -> None:
        """After a pass: what came out, and whether a gradient will come back."""
        if self.busy or not self.started or self.pair.owner(module) != self.started[-1]["network"]:
            return
        begun, used = self.started.pop(), []
        out, error = tried(lambda: first_tensor(output))
        if error:
            return self.record.errors.append(error)
        if out.requires_grad:
            out.register_hook(lambda _: used.append(True))
        self.busy = True
        self.passes = [*self.passes, Pass(**begun, out=out.detach().clone(), used=used)][-KEPT:]
        self.busy = False
        return None

    def _notice_clip(self, critic: nn.Module) -> None:
        """Weights that have moved since the last step, exactly as a clip would move them."""
        before, self.after = self.after, None
        found = clipped(before, weights_of(critic)) if before else None
        if found:
            self.record.clips.append(found)

    # -------------------------------------------------------------- steps

    def _before(self, optimiser: torch.optim.Optimizer, *_: Any) -> None:
        """Before a step: its gradient, taken apart. An optimiser may call another one."""
        self.depth += 1
        names = self.pair.names_in(optimiser)
        if not names or self.depth > 1:
            return
        self.busy = True
        with torch.enable_grad():
            self.record.steps.append(self._step(names[0], optimiser))
        self.busy = False

    def _step(self, who: str, optimiser: torch.optim.Optimizer) -> Step:
        explained, error = None, None
        if len(self.record.of(who)) < TAKEN_APART:
            explained, error = tried(lambda: self.explainer.explain(who, self.passes))
        if error:
            self.record.errors.append(error)
        critic = weights_of(self.pair.networks["critic"])
        moved = any(not torch.equal(w, self.met.get(name, w)) for name, w in critic.items())
        sizes = {name: w.abs().max().item() for name, w in critic.items()}
        momentum = max(_momentum(group) for group in optimiser.param_groups)
        return Step(who, explained, self.reached, who == "critic" and moved, sizes, momentum)

    def _behind(self, optimiser: torch.optim.Optimizer, *_: Any) -> None:
        """After a step: what it leaves for the next one."""
        self.depth -= 1
        if self.depth or not self.pair.names_in(optimiser):
            return
        self.busy = True
        self.after = weights_of(self.pair.networks["critic"])
        self.explainer.left = {name: self.pair.gradient(name) for name in self.pair.networks}
        self.passes = [p for p in self.passes if p.network == "generator"][-1:]
        self.reached, self.busy = False, False
        if self.rounds is not None and len(self.record.of("generator")) >= self.rounds:
            raise Enough


def _momentum(group: dict[str, Any]) -> float:
    return float(group["betas"][0] if "betas" in group else group.get("momentum", 0.0))


def changes_mode(network: nn.Module) -> bool:
    """Whether training mode and evaluation mode are different functions."""
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    return any(isinstance(module, kinds) for module in network.modules())
