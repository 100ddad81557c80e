"""What a run was trained on, in words short enough for a checkpoint and an error message."""

from __future__ import annotations

import hashlib
from dataclasses import fields

from torch import Tensor

from wgan_lib.distributions import Distribution
from wgan_lib.images.datasets import Images

DIGITS = 9  # of a law's constants: beyond them, processors differ in a sine
LENGTH = 16  # hexadecimal digits


def fingerprint(data: Distribution | Images) -> str:
    """How many images and the SHA-256 of their tensor, or the SHA-256 of a law's constants."""
    if isinstance(data, Images):
        shape = "×".join(map(str, data.shape))
        sum_ = hashlib.sha256(data.images.cpu().contiguous().numpy())
        return f"{len(data)} images of {shape}, SHA-256 {sum_.hexdigest()[:LENGTH]}"
    names = [each.name for each in fields(data) if not each.name.startswith("_")]
    constants = {name: _rounded(getattr(data, name)) for name in names}
    sum_ = hashlib.sha256(repr(constants).encode())
    return f"{type(data).__name__}, constants of SHA-256 {sum_.hexdigest()[:LENGTH]}"


def _rounded(constant: Tensor | float) -> list[float]:
    """Without the sign of a zero."""
    numbers = constant.flatten().tolist() if isinstance(constant, Tensor) else [constant]
    return [round(number, DIGITS) + 0.0 for number in numbers]
