"""Passes through a network that can be made again, and gradients as vectors of known parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

from wgan_lib.clinic.strangers import first_tensor

EXACT, ROUGH = 1e-3, 2e-2  # of a gradient that may stay unexplained; under autocast


class Pass(NamedTuple):
    """One pass through a network, with all that it takes to make it again.

    linked  whether the input hung on a graph or asked for a gradient
    used    not empty once a gradient has come back through the output
    """

    network: str
    x: Tensor
    rest: tuple[Any, ...]
    named: dict[str, Any]
    linked: bool
    buffers: dict[str, Tensor]
    random: Tensor
    training: bool
    precision: torch.dtype | None
    out: Tensor
    used: list[bool]


class Solution(NamedTuple):
    """A gradient as a sum of known ones: their coefficients, the share left over, and whether a
    gradient of an earlier step is among them."""

    parts: list[float]
    rest: float
    stale: bool = False


NOTHING = Solution([], 1.0)


class Pair:
    """Critic and generator, by these names."""

    def __init__(self, critic: nn.Module, generator: nn.Module):
        self.networks = {"critic": critic, "generator": generator}

    def owner(self, module: nn.Module) -> str | None:
        """The name of a network; None for any other module, a copy of one included."""
        return next((name for name, net in self.networks.items() if net is module), None)

    def names_in(self, optimiser: torch.optim.Optimizer) -> list[str]:
        """Whose weights an optimiser moves."""
        held = {id(p) for group in optimiser.param_groups for p in group["params"]}
        return [
            name
            for name, network in self.networks.items()
            if any(id(p) in held for p in network.parameters())
        ]

    def gradient(self, name: str) -> Tensor:
        """The gradient that lies on a network's weights, as one vector."""
        grads = [(p, p.grad) for p in self.networks[name].parameters()]
        return torch.cat([_or_zero(g, p).detach().flatten() for p, g in grads]).double()

    def slope(self, name: str, value: Tensor) -> Tensor:
        """The gradient of a number with respect to a network's weights, as one vector."""
        weights = list(self.networks[name].parameters())
        free = [p for p in weights if p.requires_grad]
        grads: Sequence[Tensor | None] = [None] * len(free)
        if value.requires_grad and free:
            grads = torch.autograd.grad(value, free, allow_unused=True, retain_graph=True)
        known = dict(zip(free, grads, strict=True))
        return torch.cat([_or_zero(known.get(p), p).detach().flatten() for p in weights]).double()

    def replay(self, made: Pass, x: Tensor | None = None) -> Tensor:
        """The same pass again, on the same random numbers, on another input if one is given."""
        network = self.networks[made.network]
        values = {**dict(network.named_parameters()), **_cloned(made.buffers)}
        x = made.x if x is None else x
        state = torch.get_rng_state()
        torch.set_rng_state(made.random)
        try:
            with _unfrozen(network), _in_mode(network, made.training), _precision(made):
                out = functional_call(network, values, (x, *made.rest), made.named)
        finally:
            torch.set_rng_state(state)
        return first_tensor(out).to(made.x.dtype)


def _or_zero(gradient: Tensor | None, like: Tensor) -> Tensor:
    return torch.zeros_like(like) if gradient is None else gradient


def _cloned(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in tensors.items()}


def _precision(made: Pass):
    enabled = made.precision is not None
    return torch.autocast(made.x.device.type, made.precision or torch.bfloat16, enabled=enabled)


@contextmanager
def _unfrozen(network: nn.Module) -> Iterator[None]:
    frozen = [p for p in network.parameters() if not p.requires_grad]
    for p in frozen:
        p.requires_grad_(True)
    try:
        yield
    finally:
        for p in frozen:
            p.requires_grad_(False)


@contextmanager
def _in_mode(network: nn.Module, training: bool) -> Iterator[None]:
    modes = {module: module.training for module in network.modules()}
    if network.training != training:
        network.train(training)
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


def solved(target: Tensor, basis: list[Tensor], left: Tensor | None, tolerance: float) -> Solution:
    """The coefficients of known gradients in the actual one.

    Only where those do not suffice is the gradient that an earlier step has left counted in.
    """
    found = _least_squares(target, basis)
    if found.rest < tolerance or left is None or not left.any():
        return found
    parts, rest, _ = _least_squares(target, [left, *basis])
    stale = abs(parts[0]) > 0.5 and rest < tolerance
    return Solution(parts[1:], rest, True) if stale else found


def _least_squares(target: Tensor, basis: list[Tensor]) -> Solution:
    if not basis:
        return NOTHING
    matrix = torch.stack(basis, 1)
    scale = matrix.norm(dim=0).clamp_min(1e-30)
    matrix = matrix / scale
    inverse = torch.linalg.pinv(matrix.T @ matrix, hermitian=True, rtol=1e-10)
    answer = inverse @ (matrix.T @ target)
    rest = (matrix @ answer - target).norm() / target.norm().clamp_min(1e-30)
    return Solution((answer / scale).tolist(), rest.item())
