"""Which known faults have these pieces of a WGAN? Asked without reading their source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from wgan_lib.clinic.adapters import form_of, with_labels
from wgan_lib.clinic.clipping import question_clip
from wgan_lib.clinic.critics import Questioned, question_critic
from wgan_lib.clinic.habits import question_habits
from wgan_lib.clinic.laws import question_penalty
from wgan_lib.clinic.losses import made_to_run, question_opponents, question_scores
from wgan_lib.clinic.reports import DIFFERS, UNKNOWN, Report
from wgan_lib.clinic.strangers import told, tried
from wgan_lib.ground.arguments import finite_number, positive_integer

Loss = Callable[..., Any]


def examine(
    shape: Sequence[int] | Sequence[Sequence[int]],
    *,
    critic_loss: Loss | None = None,
    gradient_penalty: Loss | None = None,
    generator_loss: Loss | None = None,
    critic: nn.Module | None = None,
    clip_step: Callable[..., Any] | None = None,
    weight: float | None = None,
    clip: float | None = None,
    batch: int = 8,
    labels: int | None = None,
) -> Report:
    """All that can be told of these pieces from outside; each is optional, and each is run.

    shape             of one sample, such as (3, 64, 64); a list of shapes for several scales
    critic_loss       critic_loss(critic, real, fake), to be minimised, with or without a penalty
    gradient_penalty  gradient_penalty(critic, real, fake), λ included
    generator_loss    generator_loss(critic, fake), to be minimised; needs critic_loss
    critic            a network; it is copied, and the copy gets other weights
    clip_step         one whole step of the critic, clip included: clip_step(), or of
                      (critic), or of (critic, real, fake); needs critic, whose weights come back
    weight, clip      the λ and the clip that you think you have
    batch             samples in a batch, 4 or more
    labels            how many classes there are, if losses and critic take labels (N integers) last

    Losses may return a number, (number, …) or {"loss": number, …}. For a critic that lives
    elsewhere see ``adapters``. What a piece raises is a line of the report. Raises TypeError and
    ValueError for arguments that do not fit each other.
    """
    pieces = {"critic_loss": critic_loss, "gradient_penalty": gradient_penalty}
    _check_pieces(pieces | {"generator_loss": generator_loss, "clip_step": clip_step}, critic)
    shape, batch = _shape(shape), positive_integer("batch", batch, minimum=4)
    if weight is not None:
        finite_number("weight", weight, minimum=0.0, strict=True)
    if clip is not None:
        finite_number("clip", clip, minimum=0.0, strict=True)
    if labels is not None:
        positive_integer("labels", labels)
    report = Report()
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.manual_seed(0)
        questioned = _copied(report, critic, shape, batch, labels)
        forms = None if questioned is None else form_of(questioned)
        for name, loss in pieces.items():
            if loss is not None:
                report.piece = name
                generator = generator_loss if name == "critic_loss" else None
                losses = [with_labels(one, labels) for one in (loss, generator)]
                _asked(report, _question_loss, *losses, shape, batch, weight, forms)
        if questioned is not None:
            report.piece = "critic"
            _asked(report, question_critic, questioned, clip, *_what_is_known(report))
        if clip_step is not None:
            report.piece = "clip_step"
            samples = Questioned.like(critic, shape, batch)
            _asked(report, question_clip, clip_step, critic, samples, clip)
    return report


def _question_loss(report: Report, loss, generator_loss, shape, batch, weight, forms) -> None:
    subject = made_to_run(report, loss, shape, batch, forms)
    if subject is None:
        return
    piece = report.piece
    made = question_scores(report, subject)
    if generator_loss is not None:
        question_opponents(report, subject, generator_loss, made)
        report.piece = piece
    question_penalty(report, subject, weight)
    question_habits(report, subject, shape)


def _copied(report: Report, critic, shape, batch: int, labels) -> Questioned | None:
    if critic is None:
        return None
    questioned, error = tried(lambda: Questioned(critic, shape, batch, labels))
    if error:
        report.piece = "critic"
        report.add("answers", UNKNOWN, f"cannot be copied: {error}")
    return questioned


def _what_is_known(report: Report) -> tuple[bool, bool]:
    """Whether a penalty was found, and whether the loss is no Wasserstein loss."""
    bends = "scores" in report and report["scores"].verdict == DIFFERS
    return "norm" in report, bends


def _asked(report: Report, question: Callable[..., None], *arguments: Any) -> None:
    """A question that meets an error in the piece becomes a line with the place in that piece."""
    try:
        question(report, *arguments)
    except (Exception, SystemExit) as error:
        report.add("runs", UNKNOWN, f"a probe met an error: {told(error)}")


def _check_pieces(pieces: dict[str, Any], critic: Any) -> None:
    if critic is None and all(piece is None for piece in pieces.values()):
        names = ", ".join([*pieces, "critic"])
        raise ValueError(f"one of {names} must be given, got none")
    for name, piece in pieces.items():
        if piece is not None and not callable(piece):
            raise TypeError(f"{name} must be a function, got {type(piece).__name__}")
    if critic is not None and not isinstance(critic, nn.Module):
        raise TypeError(f"critic must be a torch.nn.Module, got {type(critic).__name__}")
    for name, needed, there in (
        ("generator_loss", "critic_loss", pieces["critic_loss"] is not None),
        ("clip_step", "critic", critic is not None),
    ):
        if pieces[name] is not None and not there:
            raise ValueError(f"{needed} must be given beside {name}, got None")


def _shape(shape: Any) -> tuple[int, ...] | list[tuple[int, ...]]:
    if not isinstance(shape, Sequence) or isinstance(shape, str) or len(shape) == 0:
        raise TypeError(
            f"shape must be the sides of one sample, such as (3, 64, 64), got {shape!r}"
        )
    if isinstance(shape[0], Sequence):
        return [tuple(positive_integer("shape", side) for side in one) for one in shape]
    return tuple(positive_integer("shape", side) for side in shape)
