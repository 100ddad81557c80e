"""What else a loss can stumble over: batches, channels, dtypes, devices, its random numbers."""

from __future__ import annotations

from typing import Any

import torch

from wgan_lib.clinic.losses import Subject
from wgan_lib.clinic.probes import each, real_and_fake
from wgan_lib.clinic.reports import COST, Report
from wgan_lib.clinic.strangers import loss_of, tried

WAITING = ("item()", "copy out of meta", "local_scalar", "meta tensor to a numpy", "non-zero")


def question_habits(report: Report, subject: Subject, shape: Any) -> None:
    """All of them; shape is the one that was asked about."""
    small = max(1, subject.batch // 2)
    error = _error_of(subject, count=small)
    report.check("batch size", not error, "any", f"breaks on {small} samples: {error}", COST)
    _question_channels(report, subject, shape)
    error = _error_of(subject, dtype=torch.float64)
    report.check("dtype", not error, "any", f"not in float64: {error}", COST)
    error = _error_of(subject, attached=False)
    report.check("needs a graph", not error, "no", f"fails on detached fakes: {error}", COST)
    _question_device(report, subject)
    _question_randomness(report, subject)


def _error_of(
    subject: Subject,
    shape: Any = None,
    count: int | None = None,
    attached: bool | None = None,
    **like: Any,
) -> str | None:
    """What the loss raises in other circumstances, forward or backward; None if nothing."""
    changed = Subject(subject.loss, shape or subject.shape, count or subject.batch, subject.form)
    attached = subject.attached if attached is None else attached

    def run() -> None:
        critic = changed.critic(2.0).to(**like)
        real, fake = (
            each(x, lambda t: t.to(**like)) for x in real_and_fake(changed.shape, changed.batch)
        )
        fake = each(fake, lambda t: t.requires_grad_() * 1) if attached else fake
        value = loss_of(subject.loss(critic, real, fake))
        if value.requires_grad:
            value.backward()

    return tried(run).error


def _question_channels(report: Report, subject: Subject, shape: Any) -> None:
    if isinstance(shape, list) or len(shape) != 3:
        return
    others = [count for count in (1, 2, 3) if count != shape[0]]
    broken = [count for count in others if _error_of(subject, (count, *shape[1:]))]
    words = " and ".join(map(str, broken))
    report.check("channels", not broken, "any", f"breaks on {words} channels", COST)


def _question_device(report: Report, subject: Subject) -> None:
    """On the device `meta` there are no numbers: whoever asks for one would wait for a GPU."""
    error = _error_of(subject, device="meta")
    waits = error is not None and any(word in error for word in WAITING)
    bad = f"{'waits for the device' if waits else 'made on one device'}: {error}"
    report.check("device", not error, "follows its inputs, and waits for nothing", bad, COST)


def _question_randomness(report: Report, subject: Subject) -> None:
    seen = []
    for _ in range(2):
        torch.manual_seed(3)
        seen.append(subject.call(subject.critic()).points)
    bad = "torch.manual_seed does not repeat it: numpy's or Python's own draws"
    report.check("randomness", torch.equal(*seen), "repeats with torch.manual_seed", bad, COST)
