"""What the record of a loop comes to, question by question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

import torch

from wgan_lib.clinic.penalties import SAMPLE, TWO_SIDED, in_words, is_variant
from wgan_lib.clinic.records import Record
from wgan_lib.clinic.reports import BUG, COST, DIFFERS, OK, UNKNOWN, Report
from wgan_lib.clinic.segments import place_of
from wgan_lib.clinic.steps import Explained, Law

Laws = dict[Law, list[tuple[float, float]]]


def report_on(record: Record, weight: float | None = None) -> Report:
    """Everything that can be said of a loop; weight is the λ that its owner thinks it has."""
    report = Report(piece="loop")
    for error in dict.fromkeys(record.errors):
        report.add("looking", UNKNOWN, f"a step could not be taken apart: {error}")
    critic = [s.explained for s in record.of("critic") if s.explained]
    generator = [s.explained for s in record.of("generator") if s.explained]
    if not critic or not generator:
        counts = f"{len(record.of('critic'))} of the critic, {len(record.of('generator'))} of the"
        report.add("steps", UNKNOWN, f"steps of torch's optimisers: {counts} generator")
        if not critic:
            return report
    laws = _laws(critic)
    down = _judge_scores(report, critic)
    _judge_generator(report, generator, down)
    _judge_penalty(report, critic, laws, weight)
    _judge_bound(report, record, critic, laws)
    _judge_clip(report, record)
    _judge_weights(report, record, critic, laws)
    _judge_gradients(report, record, critic)
    _judge_rhythm(report, record)
    _judge_modes(report, record, [*critic, *generator])
    _judge_syncs(report, record)
    return report


# ------------------------------------------------------------------ what is descended


def _judge_scores(report: Report, critic: Sequence[Explained]) -> float | None:
    """The critic's loss; returns how it pushes D(fake), where that is clear."""
    full = [e for e in critic if {"real", "fake"} <= e.parts.keys() and e.alive]
    clear = [e for e in full if e.clear]
    if not any(e.alive for e in critic):
        report.add("scores", UNKNOWN, "the critic is dead: its gradient is zero")
    elif not full:
        _judge_missing(report, critic)
    elif 2 * len(clear) <= len(full):
        few = f"{len(full) - len(clear)} of {len(full)} steps of the critic"
        report.add("scores", UNKNOWN, f"{few} descend no two mean scores and a penalty known here")
    else:
        return _judge_parts(report, clear)
    return None


def _judge_missing(report: Report, critic: Sequence[Explained]) -> None:
    """No step has both scores in its gradient."""
    explained = [e for e in critic if e.clear]
    found = {name for e in critic for name in e.parts}
    silent = any(e.silent for e in critic)
    if explained and silent and not found:
        text = "scores are computed, and their loss is never sent backward"
    elif explained and len(found) == 1:
        text = f"only D({found.pop()}) reaches the critic's gradient"
    else:
        text = "no score of an unchanged real and of an unchanged fake sample was recognised"
        return report.add("scores", UNKNOWN, text)
    return report.add("scores", BUG, f"in {len(critic)} steps {text}")


def _judge_parts(report: Report, clear: Sequence[Explained]) -> float:
    scale = median(abs(e.parts["real"]) for e in clear)
    a, b = (
        median(e.parts[k] / max(abs(e.parts["real"]), 1e-30) for e in clear)
        for k in ("real", "fake")
    )
    if scale < 1e-6:
        report.add("scores", BUG, "neither D(real) nor D(fake) is in the critic's gradient")
        return 0.0
    text = f"the critic descends {a:+.3g}·D(real) {b:+.3g}·D(fake)"
    text += "" if abs(scale - 1) < 1e-2 else f", all times {scale:.3g}"
    loose = 10 * max(e.tolerance for e in clear)
    report.check("scores", abs(a + b) < loose, text, text, BUG if a * b > 0 else DIFFERS)
    return b


def _judge_generator(report: Report, generator: Sequence[Explained], down: float | None) -> None:
    clear = [e.parts["fake"] for e in generator if e.clear and e.parts]
    if not clear or not down:
        return
    push = median(clear)
    text = f"critic {down:+.3g}, generator {push:+.3g} times D(fake)"
    report.check("opponents", push * down < 0, text, f"{text}: both push it the same way")


def _laws(critic: Sequence[Explained]) -> Laws:
    laws: Laws = defaultdict(list)
    for explained in critic:
        for law, found in explained.laws.items():
            laws[law].append(found)
    return laws


def _likeliest(laws: Laws) -> Law:
    """The first law, the right one before others, that explains about as well as the best."""
    doubt = {}
    for law, found in laws.items():
        weights, rests = torch.tensor(found, dtype=torch.float64).T
        spread = weights.std(correction=0) / weights.mean().abs().clamp_min(1e-30)
        doubt[law] = rests.median().clamp_min(1e-5).item() * (1 + 100 * spread.item()) / len(found)
    return next(law for law in laws if doubt[law] <= 1.5 * min(doubt.values()))


def _judge_penalty(
    report: Report, critic: Sequence[Explained], laws: Laws, expected: float | None
) -> None:
    draws = [e.draw for e in critic if e.draw]
    if draws and laws:
        place = place_of(draws)
        report.add("points", place.verdict, place.evidence)
    if not laws:
        return
    law = _likeliest(laws)
    if law.where != "own":
        report.add("points", DIFFERS, f"at {law.where} samples")
    text = f"over {in_words(law.norm, 4)}"
    variant = DIFFERS if is_variant(law.norm) else BUG
    report.check("norm", law.norm == SAMPLE, text, text, variant)
    report.check("formula", law.formula == TWO_SIDED, law.formula, law.formula, DIFFERS)
    weight = median(w for w, _ in laws[law])
    report.check("sign", weight > 0, "steepness is punished", f"λ = {weight:.4g}: it is rewarded")
    off = expected is not None and abs(weight / expected - 1) > 0.05
    report.check(
        "weight", not off, f"λ = {weight:.4g}", f"λ = {weight:.4g}, and you said {expected}"
    )
    apart = any(e.alone for e in critic) and any(e.parts for e in critic)
    text = "the penalty has a step of its own"
    report.check("one step", not apart, "scores and penalty together", text, DIFFERS)


# ------------------------------------------------------------------ clips and weights


def _judge_bound(report: Report, record: Record, critic: Sequence[Explained], laws: Laws) -> None:
    """What holds the critic's slope, where nothing has shown so far."""
    if laws or record.clips or any(step.moved for step in record.steps):
        return
    hidden = sum(e.hidden for e in critic)
    if hidden:
        text = f"slopes are asked for in {hidden} steps, and no penalty on them reaches a weight"
        return report.add("bound", BUG, f"{text}: create_graph left out, or detached")
    seen = "a penalty is computed, and it moves no weight as yet"
    text = seen if record.squared else "neither a penalty nor a clip was seen"
    return report.add("bound", DIFFERS, text)


def _judge_clip(report: Report, record: Record) -> None:
    if not record.clips:
        return
    size = max(clip.size for clip in record.clips)
    names = set.union(*(clip.names for clip in record.clips))
    steps = record.of("generator")
    over = [{n for n, s in step.sizes.items() if s > size * 1.0001} for step in steps]
    free = sorted(set().union(*over) - names)
    late = sum(bool(names & found) for found in over)
    text = f"{late} of {len(steps)} generator steps met weights beyond ±{size:.3g}"
    report.check("clip", not late, f"to ±{size:.3g}, after the step", text)
    report.check("clipped weights", not free, "all", f"never clipped: {', '.join(free)}")
    momentum = max(step.momentum for step in record.of("critic"))
    text = f"momentum {momentum:g} beside a clip"
    report.check("momentum", momentum == 0, "none", text, DIFFERS)


def _judge_weights(report: Report, record: Record, critic: Sequence[Explained], laws: Laws) -> None:
    if any(step.moved for step in record.steps):
        text = "the critic's weights change between its scores and its step"
        report.add("weights", BUG, text)
    if record.coupling is not None:
        text = f"{record.coupling:.0%} of a score's sensitivity falls on other samples"
        alone = "every sample is judged on its own"
        verdict = BUG if laws else DIFFERS
        report.check("coupling", record.coupling < 1e-5, alone, text, verdict)


def _judge_gradients(report: Report, record: Record, critic: Sequence[Explained]) -> None:
    rest = median(e.rest for e in critic)
    fine = rest < max(e.tolerance for e in critic)
    text = f"{rest:.1%} of the critic's gradient is of another kind"
    report.check("all explained", fine, "the gradient is made of these terms", text, UNKNOWN)
    stale = [s.who for s in record.steps if s.explained and s.explained.stale]
    text = f"{len(stale)} steps of the {' and '.join(sorted(set(stale)))} carry older gradients"
    report.check("fresh gradients", not stale, "in every step", text)
    attached = any(step.reached for step in record.of("critic"))
    text = "the critic's backward runs on through the generator"
    report.check("fakes", not attached, "without a graph", text, COST)


# ------------------------------------------------------------------ the order of things


def _judge_rhythm(report: Report, record: Record) -> None:
    shares = rhythm([step.who for step in record.steps])
    if shares:
        text = f"{_few(shares)} steps of the critic before each of the generator"
        report.add("rhythm", *_rhythm_verdict(shares, text))
    last, again = [], 0
    for step in record.steps:
        if step.explained and step.who == "critic":
            last = step.explained.latents or last
        elif step.explained:
            mine = step.explained.latents
            again += any(z.shape == m.shape and torch.equal(z, m) for z in last for m in mine)
    text = f"{again} steps of the generator use the critic's latent vectors again"
    report.check("latents", not again, "fresh", text, DIFFERS)


def rhythm(order: Sequence[str]) -> list[int]:
    """How many steps of the critic stand before each step of the generator."""
    shares, count = [], 0
    for who in order:
        count += who == "critic"
        if who == "generator":
            shares.append(count)
            count = 0
    return shares


def _rhythm_verdict(shares: list[int], text: str) -> tuple[str, str]:
    later = shares[1:] or shares
    usual = max(set(later), key=later.count)
    period = next((p for p in range(1, len(later)) if later[p:] == later[:-p]), len(later))
    if set(later) == {usual} and shares[0] >= usual:
        return OK, text if shares[0] == usual else f"{text}: a warm-up"
    if set(later) == {usual}:
        return DIFFERS, f"{text}: the first comes early"
    if 2 * period <= len(later):
        return OK, f"{text}: again and again"
    return DIFFERS, f"{text}: the cycle is broken, as at the end of an epoch"


def _few(shares: list[int]) -> str:
    return ", ".join(map(str, shares[:8])) + (", …" if len(shares) > 8 else "")


def _judge_modes(report: Report, record: Record, explained: Sequence[Explained]) -> None:
    for name in sorted(record.changing):
        modes = [e.modes[name] for e in explained if name in e.modes]
        if modes and not all(modes):
            some = f"{modes.count(False)} of {len(modes)} steps"
            text = f"the {name} is in evaluation mode in {some}"
            return report.add("modes", BUG if any(modes) else DIFFERS, text)
    return report.add("modes", OK, "nothing learns in evaluation mode")


def _judge_syncs(report: Report, record: Record) -> None:
    rounds = len(record.of("generator"))
    often = {p: len(r) for p, r in record.waits.items() if len(set(r)) > max(rounds, 3) / 2}
    places = ", ".join(
        f"{p} ({n} times)" for p, n in sorted(often.items(), key=lambda i: -i[1])[:4]
    )
    report.check("host syncs", not often, "not in every round", places, COST)
