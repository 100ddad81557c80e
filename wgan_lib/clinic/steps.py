"""The gradient of each step of a loop, taken apart into gradients that are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.clinic.penalties import FORMULAS, ONE_SIDED, SAMPLE, TWO_SIDED, norms_of
from wgan_lib.clinic.probes import among
from wgan_lib.clinic.replays import EXACT, NOTHING, ROUGH, Pair, Pass, Solution, solved
from wgan_lib.clinic.segments import Draw

TRIES = 3  # steps in a row for which all laws are tried
COUPLED = 4  # scores whose sensitivity is measured


class Law(NamedTuple):
    """A penalty that a step may have descended.

    where  "own" for points that the critic was asked about for the penalty alone, or the samples
           "real", "fake" or "both", whose scores are in the loss too
    """

    where: str
    norm: str
    formula: str


@dataclass
class Explained:
    """What is known of one step.

    parts      the coefficients of mean D(real) and of mean D(fake) in what was descended
    rest       the share of the gradient that is none of the known ones
    tolerance  how much of it may be
    laws       the penalties that explain it, with weight and rest
    alone      a penalty, and no score
    silent     a score was computed, and its gradient never came back
    alive      the gradient is not zero
    latents    what the generator was given for this step
    hidden     slopes were asked for, and a penalty on them would show, and it does not
    draw       the penalty's points beside their samples
    modes      for each network that took part, whether it was in training mode
    """

    who: str
    parts: dict[str, float] = field(default_factory=dict)
    rest: float = 1.0
    tolerance: float = EXACT
    stale: bool = False
    laws: dict[Law, tuple[float, float]] = field(default_factory=dict)
    alone: bool = False
    silent: bool = False
    hidden: bool = False
    alive: bool = True
    latents: list[Tensor] = field(default_factory=list)
    draw: Draw | None = None
    modes: dict[str, bool] = field(default_factory=dict)

    @property
    def clear(self) -> bool:
        """Whether the known gradients are all there is."""
        return self.rest < self.tolerance


class Sorted(NamedTuple):
    """The critic's passes of a step: those with scores in the loss, with the fakes marked in
    each, and those at points of a penalty."""

    scored: list[tuple[Pass, Tensor]]
    penalised: list[Pass]


def sort_passes(passes: list[Pass], made: list[Pass]) -> Sorted:
    """A point of a penalty is neither real nor fake and asks for a gradient.

    Real samples may ask for one too: then no pass tells a penalty's points from them, unless there
    are no fakes at all, as in a step for the penalty alone.
    """
    fakes = torch.cat([p.out.flatten(1) for p in made]) if made else torch.zeros(0, 8)
    marked = [(p, among(p.x, fakes)) for p in passes]
    loose = any(not f.all() and not p.linked for p, f in marked)
    loose = loose or not any(f.any() for _, f in marked)
    own = [p for p, f in marked if loose and p.linked and not f.any()]
    return Sorted([(p, f) for p, f in marked if not any(p is o for o in own)], own)


class Explainer:
    """Takes steps apart, and learns on the way which penalty it is."""

    def __init__(self, pair: Pair):
        self.pair = pair
        self.left: dict[str, Tensor] = {}
        self.laws: list[Law] | None = None
        self.tries = 0
        self.real: Tensor | None = None
        self.coupling: float | None = None

    def explain(self, who: str, passes: list[Pass]) -> Explained:
        """The step that is about to be taken, by the passes since the last one."""
        explained = Explained(who)
        if any(p.precision is not None for p in passes):
            explained.tolerance = ROUGH
        made = [p for p in passes if p.network == "generator"]
        asked = [p for p in passes if p.network == "critic"]
        explained.alive = bool(self.pair.gradient(who).any())
        (self._critic if who == "critic" else self._generator)(explained, asked, made)
        return explained

    def _solve(self, explained: Explained, basis: list[Tensor]) -> Solution:
        name = explained.who
        target, left = self.pair.gradient(name), self.left.get(name)
        return solved(target, basis, left, explained.tolerance)

    # -------------------------------------------------------------- the critic

    def _critic(self, explained: Explained, asked: list[Pass], made: list[Pass]) -> None:
        explained.latents = [p.x for p in made]
        explained.modes = {p.network: p.training for p in asked if p.used}
        scored, own = sort_passes([p for p in asked if p.used], made)
        explained.silent = any(not p.used for p in asked)
        means = self._mean_scores(scored)
        basis = [self.pair.slope("critic", mean) for mean in means.values()]
        found = self._solve(explained, basis)
        if found.rest > explained.tolerance and self.tries < TRIES:
            found = self._with_penalty(explained, scored, own, basis, found)
        elif own and basis and found.rest <= explained.tolerance:
            explained.hidden = self._would_show(own)
        explained.parts = dict(zip(means, found.parts, strict=False))
        explained.rest, explained.stale = found.rest, found.stale
        explained.alone = bool(explained.laws) and not basis
        explained.draw = self._draw(scored, own, made)
        if self.coupling is None and scored:
            self.coupling = self._coupling(scored[0][0])

    def _mean_scores(self, scored: list[tuple[Pass, Tensor]]) -> dict[str, Tensor]:
        """Mean D(real) and mean D(fake) over all passes."""
        sums: dict[str, list[Tensor]] = {}
        for made, fake in scored:
            scores = _one_each(self.pair.replay(made), len(fake))
            for name, rows in (("real", ~fake), ("fake", fake)):
                if rows.any():
                    sums.setdefault(name, []).append(scores[rows])
        return {name: torch.cat(sums[name]).mean() for name in ("real", "fake") if name in sums}

    def _with_penalty(self, explained, scored, own, basis, bare: Solution) -> Solution:
        """The best solution with one penalty more; notes all laws that are exact."""
        self.tries += 1
        best = bare
        for law, penalty in self._penalties(scored, own):
            found = self._solve(explained, [*basis, self.pair.slope("critic", penalty)])
            if found.rest < explained.tolerance:
                share = abs(found.parts[0]) if basis else 1.0
                explained.laws[law] = (found.parts[-1] / max(share, 1e-30), found.rest)
                best = found if len(explained.laws) == 1 else best
        if explained.laws:
            self.laws, self.tries = list(explained.laws), 0
        return best

    def _would_show(self, own: list[Pass]) -> bool:
        """Whether a penalty of weight 1 on the slopes above 1 would be a good part of the gradient.

        Below 1 a one-sided penalty asks for nothing.
        """
        norms = torch.cat([norms_of(self._slope_of(p))[SAMPLE] for p in own])
        penalty = self.pair.slope("critic", FORMULAS[ONE_SIDED](norms))
        return bool(penalty.norm() > 50 * EXACT * self.pair.gradient("critic").norm())

    def _penalties(self, scored, own: list[Pass]) -> Iterator[tuple[Law, Tensor]]:
        """Every penalty that is still possible, as a number that hangs on the weights."""
        for where, batches in self._slopes(scored, own):
            tables = [norms_of(g) for g in batches]
            for law in self.laws or _all_laws(where, tables[0]):
                if law.where == where and all(law.norm in table for table in tables):
                    values = [FORMULAS[law.formula](table[law.norm]) for table in tables]
                    yield law, torch.stack(values).mean()

    def _slopes(self, scored, own: list[Pass]) -> Iterator[tuple[str, list[Tensor]]]:
        """∇D at the points of a penalty: a batch a pass; or at the samples, all in one batch."""
        if own:
            yield "own", [self._slope_of(p) for p in own]
            return
        if not any(p.linked for p, _ in scored):
            return
        both = torch.cat([self._slope_of(p) for p, _ in scored])
        fake = torch.cat([f for _, f in scored])
        for where, rows in (("both", fake | ~fake), ("real", ~fake), ("fake", fake)):
            if rows.any():
                yield where, [both[rows]]

    def _slope_of(self, made: Pass) -> Tensor:
        """The slope of each score; N times that of a mean score."""
        x = made.x.clone().requires_grad_()
        scores = self.pair.replay(made, x)
        total = scores.sum() * (len(x) if scores.numel() == 1 else 1)
        return torch.autograd.grad(total, x, create_graph=True)[0]

    def _draw(self, scored, own: list[Pass], made: list[Pass]) -> Draw | None:
        real = [p.x[~f] for p, f in scored if (~f).any()]
        fake = [p.x[f] for p, f in scored if f.any()]
        self.real = real[0] if real else self.real
        other = fake[0] if fake else made[-1].out if made else None
        if len(own) != 1 or self.real is None or other is None:
            return None
        if not self.real.shape == other.shape == own[0].x.shape:
            return None
        return Draw(*(x.detach().flatten(1) for x in (own[0].x, self.real, other)))

    def _coupling(self, made: Pass) -> float | None:
        """How much of a score's sensitivity falls on other samples, over a few scores."""
        x = made.x.clone().requires_grad_()
        scores = self.pair.replay(made, x)
        if scores.numel() != len(x):
            return None
        worst = 0.0
        for row, score in enumerate(scores.flatten()[:COUPLED]):
            norms = torch.autograd.grad(score, x, retain_graph=True)[0].flatten(1).norm(dim=1)
            worst = max(worst, 1 - (norms[row] / norms.sum().clamp_min(1e-30)).item())
        return worst if norms.any() else 0.0

    # -------------------------------------------------------------- the generator

    def _generator(self, explained: Explained, asked: list[Pass], made: list[Pass]) -> None:
        asked = [p for p in asked if p.used]
        made = [p for p in made if asked and bool(among(asked[-1].x, p.out.flatten(1)).all())]
        found = NOTHING
        if made:
            last = made[-1]
            explained.latents, explained.modes = [last.x], {"generator": last.training}
            fake = self.pair.replay(last).reshape(asked[-1].x.shape)
            score = self.pair.replay(asked[-1], fake).mean()
            found = self._solve(explained, [self.pair.slope("generator", score)])
        explained.parts = dict(zip(["fake"], found.parts, strict=False))
        explained.rest, explained.stale = found.rest, found.stale


def _one_each(scores: Tensor, count: int) -> Tensor:
    """N scores: the mean where a sample has several, the same one where the batch has one."""
    if scores.numel() % count:
        return scores.mean().expand(count)
    return scores.reshape(count, -1).mean(1)


def _all_laws(where: str, norms: dict[str, Tensor]) -> Iterator[Law]:
    yield Law(where, SAMPLE, TWO_SIDED)
    yield from (Law(where, norm, TWO_SIDED) for norm in norms if norm != SAMPLE)
    yield from (Law(where, SAMPLE, formula) for formula in FORMULAS if formula != TWO_SIDED)
