"""How somebody's loss runs, and how the scores stand in it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from wgan_lib.clinic.calls import Call, call
from wgan_lib.clinic.probes import FORMS, KnownCritic, Samples, Shape, real_and_fake
from wgan_lib.clinic.reports import BUG, COST, DIFFERS, OK, UNKNOWN, Report
from wgan_lib.clinic.strangers import tried


@dataclass
class Subject:
    """A loss under examination, and in what circumstances it runs.

    loss      loss(critic, real, fake)
    shape     of one sample, or a list of shapes
    batch     how many samples
    form      how it wants the scores, of ``FORMS``
    attached  whether it takes fakes that hang on a graph
    """

    loss: Callable[..., Any]
    shape: Shape | list[Shape]
    batch: int
    form: str = "N×1"
    attached: bool = True

    def samples(self, count: int | None = None) -> tuple[Samples, Samples]:
        """Real and fake samples, of the usual batch size unless told otherwise."""
        return real_and_fake(self.shape, count or self.batch)

    def critic(self, slope: float = 1.0, **options: Any) -> KnownCritic:
        """A critic of known slope that hands its scores over in the right form."""
        return KnownCritic(self.shape, slope, form=self.form, **options)

    def call(self, critic: KnownCritic, count: int | None = None) -> Call:
        """One call of the loss on this critic."""
        return call(self.loss, critic, *self.samples(count), self.attached)

    def gradients(self, critic: KnownCritic, points: Tensor) -> Tensor:
        """What the critic's gradients at the points must be, N×shape."""
        slopes = critic.gradients(points)
        return slopes if isinstance(self.shape, list) else slopes.reshape(-1, *self.shape)

    @property
    def parts(self) -> list[slice]:
        """The columns of each channel, or of each scale."""
        many = isinstance(self.shape, list)
        if not many and len(self.shape) < 2:
            return []
        counts = [torch.Size(s).numel() for s in self.shape] if many else _channels(self.shape)
        ends = torch.tensor(counts).cumsum(0).tolist()
        return [slice(end - size, end) for end, size in zip(ends, counts, strict=True)]


def _channels(shape: Shape) -> list[int]:
    return [torch.Size(shape[1:]).numel()] * shape[0]


# ------------------------------------------------------------------ how it runs


def made_to_run(
    report: Report, loss: Callable[..., Any], shape: Any, batch: int, forms: list[str] | None
) -> Subject | None:
    """The loss with critics of the form that it expects; None, and a line, where nothing runs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scores in the wrong form are asked for in odd ways
        found, errors = _best(_subjects(loss, shape, batch, forms or list(FORMS)))
    if found is None:
        report.add("runs", UNKNOWN, f"not on {batch} samples of shape {shape}: {errors[0]}")
        return None
    wider = _wider(found)
    note = f"on critics that give {found.form}"
    note += f", on samples of shape {wider.shape}, where more can be seen" if wider else ""
    report.add("runs", OK, note)
    attached = "can be given" if found.attached else f"must be detached before: {errors[0]}"
    report.check("attached fakes", found.attached, attached, attached, COST)
    return wider or found


def _subjects(loss, shape, batch: int, forms: list[str]) -> Iterator[Subject]:
    for form in forms:
        for attached in (True, False):
            yield Subject(loss, shape, batch, form, attached)


def _best(subjects: Iterator[Subject]) -> tuple[Subject | None, list[str]]:
    """The first that runs and hears every score; else the first that runs; and the errors."""
    partial, errors = None, []
    for subject in subjects:
        made, error = tried(lambda subject=subject: subject.call(subject.critic(2.0)))
        if error:
            errors.append(error)
        elif made.counted in (0, 2 * subject.batch):
            return subject, errors
        else:
            partial = partial or subject
    return partial, errors


def _wider(subject: Subject) -> Subject | None:
    """The same loss on more channels or numbers, if it runs there: one or two hide too much."""
    shape = subject.shape
    few = not isinstance(shape, list) and shape[0] < (2 if len(shape) > 1 else 4)
    if not few:
        return None
    wide = (2, *shape[1:]) if len(shape) > 1 else (5,)
    wider = Subject(subject.loss, wide, subject.batch, subject.form, subject.attached)
    return wider if tried(lambda: wider.call(wider.critic(2.0))).error is None else None


# ------------------------------------------------------------------ the scores


def question_scores(report: Report, subject: Subject) -> Call:
    """How real and fake scores stand in the loss; returns the call that showed it."""
    made = subject.call(subject.critic(2.0))
    if not made.counted:
        if report.piece == "critic_loss" and not any(pull.any() for pull in made.pulls):
            report.add("scores", BUG, "none has a gradient in this loss, nor has any weight")
        return made  # else a penalty by itself
    lifted = [subject.call(subject.critic(2.0, lift=lift)) for lift in (-3.0, 3.0)]
    bends = max(abs(one.real - made.real) + abs(one.fake - made.fake) for one in lifted)
    if abs(made.other) > 1e-6 * (abs(made.real) + abs(made.fake) + abs(made.other)):
        report.add("scores", UNKNOWN, "they are those of changed samples: noise, augmentation?")
    elif bends > 1e-3 * (abs(made.real) + abs(made.fake)):
        _judge_bent(report, [made, *lifted])
    else:
        _judge_straight(report, made, subject.batch)
    return made


def _judge_bent(report: Report, calls: list[Call]) -> None:
    """A loss that is no sum of scores; the calls are on lower, on plain and on higher scores."""
    real, fake = [made.real for made in calls], [made.fake for made in calls]
    text = f"{real[0]:+.3g}·D(real) {fake[0]:+.3g}·D(fake), and it bends with the scores"
    silent = any(all(abs(w) < 1e-9 for w in weights) for weights in (real, fake))
    same = min(*real, *fake) > 0 or max(*real, *fake) < 0
    if silent or same:
        return report.add("scores", BUG, text)
    return report.add("scores", DIFFERS, f"{text}: no Wasserstein loss")


def _judge_straight(report: Report, made: Call, batch: int) -> None:
    a, b = made.real, made.fake
    summed = batch > 1 and abs(abs(a) / batch - 1) < 1e-3
    size = batch if summed else 1
    text = f"{a / size:+.3g}·D(real) {b / size:+.3g}·D(fake), {'SUMS' if summed else 'means'}"
    if made.counted < 2 * batch:
        text += f", of {made.counted} of {2 * batch} scores"
    whole = made.counted == 2 * batch
    balanced = abs(a + b) < 1e-3 * max(abs(a), abs(b))
    report.check("scores", balanced and whole and not summed, text, text)


def question_opponents(report: Report, subject: Subject, generator_loss: Any, made: Call) -> None:
    """Whether critic and generator push D(fake) apart."""
    if not made.counted:
        return
    against = Subject(
        lambda critic, real, fake: generator_loss(critic, fake), subject.shape, subject.batch
    )
    found, errors = _best_generator(against)
    if found is None:
        return report.add("opponents", UNKNOWN, f"the generator's loss does not run: {errors[0]}")
    report.piece = "generator_loss"
    text = f"critic {made.fake:+.3g}, generator {found.fake:+.3g} times D(fake)"
    heard = found.linked and found.fake
    same = (
        f"{text}: both push it the same way" if heard else f"{text}: no gradient gets to the fakes"
    )
    report.check("opponents", bool(heard) and made.fake * found.fake < 0, text, same)


def _best_generator(subject: Subject) -> tuple[Call | None, list[str]]:
    errors = []
    for form in FORMS:
        subject.form = form
        made, error = tried(lambda: subject.call(subject.critic(2.0)))
        if error is None:
            return made, errors
        errors.append(error)
    return None, errors
