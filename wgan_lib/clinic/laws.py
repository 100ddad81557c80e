"""The penalty in somebody's loss: where it looks, its norm and formula, λ, what gets through."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.clinic.calls import Call
from wgan_lib.clinic.losses import Subject
from wgan_lib.clinic.penalties import (
    SAMPLE,
    TWO_SIDED,
    Law,
    explain,
    in_words,
    is_variant,
    norms_of,
)
from wgan_lib.clinic.probes import flattened
from wgan_lib.clinic.reports import BUG, DIFFERS, OK, UNKNOWN, Report
from wgan_lib.clinic.segments import Draw, place_of
from wgan_lib.clinic.strangers import tried

SLOPES = (0.5, 1.0, 2.0, 3.0)
DRAWS = 12


def question_penalty(report: Report, subject: Subject, expected: float | None) -> Law | None:
    """Its points, norm, formula and weight; the law where one was found."""
    critics = [subject.critic(slope, level=True) for slope in SLOPES]
    critics += [subject.critic(slope, level=True, bowl=True) for slope in (0.6, 1.0, 2.2)]
    calls = [subject.call(critic) for critic in critics]
    bill = torch.stack([made.value for made in calls])
    if bill.max() - bill.min() <= 1e-6 * bill.abs().max().clamp_min(1e-3):
        report.add("penalty", OK, "none in this loss")
        return None
    law, where = _law(subject, critics, calls)
    question_points(report, subject, where)
    if law is None:
        seen = ", ".join(f"{paid:.3g} at slope {s}" for paid, s in zip(bill, SLOPES, strict=False))
        report.add("norm", UNKNOWN, f"no penalty that is known here: {seen}")
        return None
    _judge_law(report, subject, law, _spots(subject, calls[1], where))
    _judge_weight(report, subject, law, expected, bool(len(calls[0].points)))
    _judge_reach(report, subject, law, where)
    _judge_flat(report, subject)
    linked = subject.call(subject.critic(2.2, bowl=True, level=True)).linked
    outside = "not detached in here, so it must happen outside"
    report.check("fakes", not linked, "detached inside the penalty", outside, UNKNOWN)
    return law


def _law(subject: Subject, critics, calls) -> tuple[Law | None, str]:
    """The law of the penalty and at which samples it looks: "points" are those of its own."""
    own, found = len(calls[0].points) > 0, []
    for where in ["points"] if own else ["both", "real", "fake"]:
        slopes = [
            subject.gradients(critic, _spots(subject, made, where))
            for critic, made in zip(critics, calls, strict=True)
        ]
        law = explain(slopes, [made.value for made in calls])
        if law:
            found.append((law, where))
    found.sort(key=lambda pair: pair[0].norm != SAMPLE)  # the others fit by chance more easily
    return found[0] if found else (None, "points" if own else "elsewhere")


def _spots(subject: Subject, made: Call, where: str) -> Tensor:
    """The points at which a call has asked for slopes, M×d."""
    if where == "points":
        return made.points
    real, fake = (flattened(x) for x in subject.samples())
    return {"both": torch.cat([real, fake]), "real": real, "fake": fake}[where]


def question_points(report: Report, subject: Subject, where: str) -> None:
    """Where the slopes are asked for."""
    if where != "points":
        names = {"both": "at real and at fake samples", "elsewhere": "elsewhere"}
        return report.add("points", DIFFERS, names.get(where, f"at the {where} samples"))
    pools = [flattened(x) for x in subject.samples()]
    seen = [subject.call(subject.critic()).points for _ in range(DRAWS)]
    n = subject.batch  # a critic may have been asked about the same points twice
    draws = [Draw(points[:n], *pools) for points in seen if len(points) and len(points) % n == 0]
    if not draws:
        return report.add("points", UNKNOWN, f"{len(seen[0])} points for {subject.batch} pairs")
    place = place_of(draws, subject.parts)
    report.add("points", place.verdict, place.evidence)


def _judge_law(report: Report, subject: Subject, law: Law, points: Tensor) -> None:
    dimensions = 2 if isinstance(subject.shape, list) else 1 + len(subject.shape)
    pays = law.cost(subject.gradients(subject.critic(1.0), points)).item()
    text = f"over {in_words(law.norm, dimensions)}; a critic of slope 1 pays {pays:.3g}"
    variant = DIFFERS if is_variant(law.norm) else BUG
    report.check("norm", law.norm == SAMPLE, text, text, variant)
    report.check("formula", law.formula == TWO_SIDED, law.formula, law.formula, DIFFERS)
    rewarded = f"λ = {law.weight:.4g}: slopes off 1 are rewarded"
    report.check("sign", law.weight > 0, "steepness is punished", rewarded)


def _judge_weight(
    report: Report, subject: Subject, law: Law, expected: float | None, own: bool
) -> None:
    """λ itself, once it is known whether it grows with the batch."""
    count = subject.batch // 2
    weight = law.weight
    critics = [subject.critic(slope, level=True) for slope in (3.0, 1.0, 0.5)]
    outcome = tried(lambda: [subject.call(critic, count) for critic in critics])
    if outcome.error is None and own:
        ratio = _spread(subject, law, critics, outcome.value)
        summed = abs(ratio * subject.batch / count - 1) < 0.02
        text = f"a sum over the batch: λ = {weight / subject.batch:.3g}·N"
        report.check("reduction", not summed, "λ does not grow with the batch", text)
        weight = weight / subject.batch if summed else weight
    wrong = f"λ = {weight:.4g}, and you said {expected}"
    fine = expected is None or abs(weight / expected - 1) < 0.01
    report.check("weight", fine, f"λ = {weight:.4g}", wrong)


def _spread(subject: Subject, law: Law, critics, calls) -> float:
    """How much of the law's own differences between critics is paid in a smaller batch."""
    costs = []
    for critic, made in zip(critics, calls, strict=True):
        slopes = subject.gradients(critic, made.points)
        known = law.norm in norms_of(slopes)
        costs.append(law.cost(slopes).item() if known else float("nan"))
    paid = [made.value.item() for made in calls]
    wanted = max(costs) - min(costs)
    return (max(paid) - min(paid)) / wanted if wanted > 0 else 1.0


def _judge_reach(report: Report, subject: Subject, law: Law, where: str) -> None:
    """What of the penalty's gradient arrives at the critic's weights."""
    shares = []
    for slope in (1.5, 2.5):  # a law may have nothing to say at one of them
        critic = subject.critic(slope, level=True)
        made = subject.call(critic)
        cost = law.cost(subject.gradients(critic, _spots(subject, made, where)))
        ideal = torch.autograd.grad(cost, critic.theta)[0]
        shares += [(made.pulls[0] / ideal).item()] if ideal.abs() > 1e-6 else []
    fine = all(abs(share - 1) < 0.02 for share in shares)
    text = f"{shares[-1]:.0%} of the penalty's gradient" if shares else "nothing to see"
    report.check("reaches weights", fine, text, text)


def _judge_flat(report: Report, subject: Subject) -> None:
    """Whether a critic without any slope gets finite gradients."""
    for critic in (subject.critic(0.0, lift=1.0), subject.critic(flat=True, lift=1.0)):
        pulls = subject.call(critic).pulls
        if any(pull.isnan().any() for pull in pulls):
            return report.add("zero gradient", BUG, "nan in the weights: a bare root")
    return report.add("zero gradient", OK, "finite where the critic is flat")
