"""Running code that is not ours: what it raises becomes one line with the place in that code."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

OURS, TORCH = str(Path(__file__).parent), str(Path(torch.__file__).parent)


class Outcome(NamedTuple):
    """What a call returned, or the error that it ended in, in one line."""

    value: Any
    error: str | None


def tried(action: Callable[[], Any]) -> Outcome:
    """Calls somebody's code; whatever it raises comes back as words."""
    try:
        return Outcome(action(), None)
    except (Exception, SystemExit) as error:
        return Outcome(None, told(error))


def told(error: BaseException) -> str:
    """The kind of an error, the beginning of its message, and the line that it came from."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:100] if lines else 'no message'}{where(error)}"


def where(error: BaseException) -> str:
    """The last line that is neither torch's nor the examiner's; nothing where there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [f for f in frames if not f.filename.startswith((OURS, TORCH, "<frozen"))]
    return f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""


def first_tensor(output: Any) -> Tensor:
    """The tensor in whatever a network returns: itself, (scores, …) or {"scores": …}."""
    while not isinstance(output, Tensor):
        if not isinstance(output, (tuple, list, dict)) or not output:
            raise TypeError(f"no tensor was returned, but {type(output).__name__}")
        output = next(iter(output.values())) if isinstance(output, dict) else output[0]
    return output


def loss_of(output: Any) -> Tensor:
    """The number in whatever a loss returns: a tensor, a float, (loss, …) or {"loss": …}."""
    if isinstance(output, dict) and "loss" in output:
        output = output["loss"]
    while isinstance(output, (tuple, list, dict)) and output:
        output = next(iter(output.values())) if isinstance(output, dict) else output[0]
    if not isinstance(output, (Tensor, float, int)):
        raise TypeError(f"a loss must return a number, got {type(output).__name__}")
    value = torch.as_tensor(output)
    if value.numel() != 1:
        raise ValueError(f"a loss must be one number, got shape {tuple(value.shape)}")
    return value.reshape(())
