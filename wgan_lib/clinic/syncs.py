"""What waits for the device: each place in a loop that asks a tensor for its numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

WAITING = {
    *("item", "tolist", "numpy", "cpu", "nonzero", "__bool__", "__float__", "__int__"),
    *("__format__", "__repr__"),
}
MAKING = {
    *("rand", "randn", "randint", "randperm", "tensor", "as_tensor", "zeros", "ones", "full"),
    *("arange", "linspace", "empty"),
}
TORCH = str(Path(torch.__file__).parent)
OF_TORCH_ITSELF = (f"{TORCH}/optim/", f"{TORCH}/amp/")


class SyncCounter(TorchFunctionMode):
    """Notes every wait with the line that caused it and with the round in which it fell.

    now      gives the number of the round
    asleep   whether to look away
    squared  whether a gradient was asked for that can itself be differentiated

    A number made by ``torch.rand(1)`` lies on the host from the start: reading it is free.
    """

    def __init__(self, now: Callable[[], int], asleep: Callable[[], bool]):
        super().__init__()
        self.now, self.asleep, self.squared = now, asleep, False
        self.waits: dict[str, list[int]] = {}

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if self.asleep():
            return function(*args, **kwargs)
        name = getattr(function, "__name__", "")
        self.squared |= function is torch.autograd.grad and bool(kwargs.get("create_graph"))
        if name in WAITING and not _at_home(args):
            self._note(sys._getframe(1))
        result = function(*args, **kwargs)
        if isinstance(result, Tensor) and _stays_home(name, args, kwargs):
            result.made_on_the_host = True
        return result

    def _note(self, frame: FrameType | None) -> None:
        while frame and frame.f_code.co_filename.startswith(TORCH):
            ours = frame.f_code.co_filename.startswith(OF_TORCH_ITSELF)
            frame = None if ours else frame.f_back
        if frame:
            place = f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
            self.waits.setdefault(place, []).append(self.now())


def _tensors(values: Any) -> list[Tensor]:
    return [value for value in values if isinstance(value, Tensor)]


def _at_home(args: tuple[Any, ...]) -> bool:
    tensors = _tensors(args)
    return bool(tensors) and all(hasattr(tensor, "made_on_the_host") for tensor in tensors)


def _stays_home(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a result lies on the host: made there, or computed from what was."""
    if kwargs.get("device") is not None:
        return False
    return _at_home(args) or (name in MAKING and not _tensors(args))
