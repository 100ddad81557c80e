"""An interval that holds W₁ between two laws of which there are only samples.

By the duality of Kantorovich and Rubinstein, W₁(P, Q) is the largest E f(x) − E f(y) that a
function f with no slope above 1 can have. Both ends of the interval follow from it.

From below: each such f that was fixed before the points were seen has E f(x) − E f(y) ≤ W₁. A
critic that is 1-Lipschitz by construction is trained on one half of each sample. On the other half
its difference of means is off by what means are off, and by nothing else.

From above: the plan between the samples costs as much as the best f gains on them. That is no less
than f*, the best one for the laws, gains there: mean f*(x) − mean f*(y), whose expectation is W₁.
So W₁ exceeds the cost by what means are off, at most, although nobody knows f*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer
from wgan_lib.ground.devices import random_source
from wgan_lib.measuring.confidence import MARGINS
from wgan_lib.measuring.fitted_critics import LARGEST_PLAN, best_critic
from wgan_lib.transport import wasserstein, wasserstein_1d

FEWEST = 20  # points in a sample; fewer say next to nothing about a law
EXTENTS = (1e-100, 1e100)  # of a sample; the squares of others leave the range of float64


@dataclass(frozen=True)
class Interval:
    """Where W₁ lies, and what that was read from. All distances are in the units of the points.

    lower, upper  the ends
    confidence    how often, at least, such an interval holds W₁
    estimate      the critic's difference of means on points held out; too low in expectation
    plan          the cost of the optimal plan between the samples; too high in expectation
    margins       what was taken off the estimate, and what was put on the plan
    halves        W₁ between two halves of x, and of y: what sampling alone makes out of 0
    held_out      how many points of x, and of y, the critic was evaluated on
    planned       how many points of x, and of y, the plan is between
    critic        which kind of ``fitted_critics`` it is
    diameter      of the laws, if it was given: then the margins are proved
    """

    lower: float
    upper: float
    confidence: float
    estimate: float
    plan: float
    margins: tuple[float, float]
    halves: tuple[float, float]
    held_out: tuple[int, int]
    planned: tuple[int, int]
    critic: str
    diameter: float | None

    def __contains__(self, distance: float) -> bool:
        return self.lower <= distance <= self.upper


def certified_interval(
    x: Tensor,
    y: Tensor,
    *,
    confidence: float = 0.95,
    seed: int = 0,
    steps: int = 400,
    diameter: float | None = None,
) -> Interval:
    """An interval for W₁ between the laws that x, n×…, and y, m×…, were drawn from.

    All draws must be independent. Each end fails with probability (1 − confidence)/2 at most; what
    that rests on depends on whether the laws' diameter is given: see ``margin_of_means``. The seed
    splits the samples and trains the critic, in so many steps. On the line all points go into the
    plan, elsewhere up to 2,000 of each sample. Lesson 12.

    Raises ValueError for samples of fewer than 20 points, or of points that are not shaped alike,
    and for a diameter that the points exceed.
    """
    x, y = sample_of_points("x", x), sample_of_points("y", y)
    if x.shape[1:] != y.shape[1:]:
        raise ValueError(
            "x and y must hold points of one shape, "
            f"got {tuple(x.shape[1:])} and {tuple(y.shape[1:])}"
        )
    source = random_source(x.device, positive_integer("seed", seed, minimum=0))
    x, y = (points.flatten(1)[torch.randperm(len(points), generator=source)] for points in (x, y))
    _check_diameter(diameter, x, y)
    planned = _for_a_plan(x), _for_a_plan(y)
    above = margin_of_means(*planned, confidence, diameter)  # before the work: it checks, too
    (x_seen, x_new), (y_seen, y_new) = _halves(x), _halves(y)
    critic = best_critic(x_seen, y_seen, seed=seed, steps=steps)
    scores = critic.potential(x_new), critic.potential(y_new)
    below = margin_of_means(*scores, confidence, diameter)
    estimate, plan = (scores[0].mean() - scores[1].mean()).item(), _exact(*planned)
    lower = max(0.0, estimate - below)
    return Interval(
        lower=lower,
        upper=max(plan + above, lower),
        confidence=float(confidence),
        estimate=estimate,
        plan=plan,
        margins=(below, above),
        halves=(_exact(*_halves(planned[0])), _exact(*_halves(planned[1]))),
        held_out=(len(x_new), len(y_new)),
        planned=(len(planned[0]), len(planned[1])),
        critic=critic.kind,
        diameter=diameter,
    )


def margin_of_means(
    x: Tensor, y: Tensor, confidence: float = 0.95, diameter: float | None = None
) -> float:
    """How far mean f(x) − mean f(y) may fall short of its expectation, for any f of slope ≤ 1.

    x and y are points, n×d and m×d, or the scores themselves, n and m. Further than that it falls
    with probability (1 − confidence)/2 at most:

    without a diameter  t·√(s²ₓ/n + s²ᵧ/m), in the limit of many points, by the central limit
                        theorem for laws with a variance. s² is the trace of the covariance, and
                        Var f(x) = ½E|f(x) − f(x′)|² ≤ ½E‖x − x′‖², which is that trace. t is
                        Student's quantile with as many degrees of freedom as the smaller sample
                        has: never too small
    with a diameter     D·√(½(1/n + 1/m)·log(2/(1 − confidence))), for all n and m, where no two
                        points of a law are further apart than D (Hoeffding 1963, Theorem 2)
    """
    if not 0 < finite_number("confidence", confidence) < 1:
        raise ValueError(f"confidence must be strictly between 0 and 1, got {confidence!r}")
    failure = (1 - confidence) / 2
    if diameter is not None:
        return MARGINS["hoeffding"](x, y, diameter, failure)
    from scipy.special import stdtrit  # SciPy takes longer to import than this module's work

    quantile = -stdtrit(min(len(x), len(y)) - 1, failure)
    return float(quantile) * math.sqrt(
        _trace_of_covariance(x) / len(x) + _trace_of_covariance(y) / len(y)
    )


def _trace_of_covariance(points: Tensor) -> float:
    """The trace of the covariance."""
    return points.var(0).sum().item()


def _halves(points: Tensor) -> tuple[Tensor, Tensor]:
    middle = len(points) // 2
    return points[:middle], points[middle:]


def _for_a_plan(points: Tensor) -> Tensor:
    return points if points.shape[1] == 1 else points[:LARGEST_PLAN]


def _exact(x: Tensor, y: Tensor) -> float:
    """W₁ between samples: by sorting on the line, by the optimal plan elsewhere."""
    on_the_line = x.shape[1] == 1
    return (wasserstein_1d(x[:, 0], y[:, 0]) if on_the_line else wasserstein(x, y)).item()


def sample_of_points(name: str, points: Tensor) -> Tensor:
    """Points n×… in float64 on the CPU, 20 at least; n numbers are n points on the line.

    Raises ValueError, under the name given, for what is no sample to measure: see the constants.
    """
    finite_tensor(name, points)
    points = points.detach().cpu() if isinstance(points, Tensor) else points
    points = torch.as_tensor(points, dtype=torch.float64)  # integers too, digit by digit
    if points.ndim == 0 or len(points) < FEWEST:
        raise ValueError(
            f"{name} must be at least {FEWEST} points, n×…, got shape {tuple(points.shape)}"
        )
    points = points[:, None] if points.ndim == 1 else points
    extent = (points.amax(0) - points.amin(0)).max().item()
    if extent and not EXTENTS[0] <= extent <= EXTENTS[1]:
        raise ValueError(
            f"{name} must spread over {EXTENTS[0]:g} to {EXTENTS[1]:g}, or over nothing, "
            f"got points that are {extent:.3g} apart"
        )
    return points


def _check_diameter(diameter: float | None, *samples: Tensor) -> None:
    """Refuses a diameter that is certainly too small: two far points of a sample tell."""
    if diameter is None:
        return
    finite_number("diameter", diameter, minimum=0.0, strict=True)
    for points in samples:
        far = points[(points - points.mean(0)).norm(dim=1).argmax()]
        apart = (points - far).norm(dim=1).max().item()
        if apart > diameter:
            raise ValueError(
                f"diameter must be at least {apart:.6g}, the distance of two points of one sample, "
                f"got {diameter!r}"
            )
