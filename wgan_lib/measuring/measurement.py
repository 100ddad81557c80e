"""An estimator held against a pair of which the truth is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import positive_integer
from wgan_lib.lipschitz.cones import lower_bound
from wgan_lib.measuring.confidence import LowerBound, certified_lower_bound
from wgan_lib.measuring.estimators import CriticEstimate, Estimator, certified_slope
from wgan_lib.potential_pairs import PotentialPair

STEEP = 200  # points of each kind between which the steepest slope is looked for


class Measurement(NamedTuple):
    """What was measured on points that nothing was trained on.

    estimate   of W₁
    ratio      estimate / W₁
    cosine     between the gradient at samples of p and the true one: E⟨g, ∇u⟩ / √(E‖g‖²·E‖∇u‖²)
    steepest   the steepest slope that was seen; None without a critic
    certified  a slope that the critic exceeds nowhere; None where nothing certifies one
    bound      what W₁ is above by the critic's own scores, with its confidence; None without a
               certificate, or for laws without a diameter
    """

    estimate: float
    ratio: float
    cosine: float
    steepest: float | None
    certified: float | None
    bound: LowerBound | None


def measure(
    estimator: Estimator | Callable[[Tensor], Tensor],
    pair: PotentialPair,
    n: int = 4096,
    generator: torch.Generator | None = None,
    *,
    batch: int = 512,
    confidence: float = 0.95,
) -> Measurement:
    """Hold an estimator, or a critic N×d to N or N×1, against a pair, on n fresh points a side.

    x and y are drawn independently of each other. Estimates are means over batches, which matters
    only where an estimate depends on how many points it sees. A network is measured in evaluation
    mode, and left in the mode in which it was. Lesson 12.
    """
    batch = min(positive_integer("batch", batch), positive_integer("n", n, minimum=2))
    estimator = estimator if hasattr(estimator, "estimate") else CriticEstimate(estimator)
    critic = estimator.critic()
    where = next(critic.parameters()).device if isinstance(critic, nn.Module) else None
    x, y = (law.sample(n, generator, where) for law in (pair.p, pair.q))
    training = isinstance(critic, nn.Module) and critic.training
    if training:
        critic.eval()
    try:
        return _measured(estimator, pair, x, y, batch, confidence)
    finally:
        if training:
            critic.train()


def _measured(
    estimator: Estimator, pair: PotentialPair, x: Tensor, y: Tensor, batch: int, confidence: float
) -> Measurement:
    pieces = [*zip(x.split(batch), y.split(batch), strict=True)]
    shares = torch.tensor([len(piece) / len(x) for piece, _ in pieces], dtype=torch.float64)
    with torch.no_grad():
        estimates = torch.stack([estimator.estimate(*piece).double().cpu() for piece in pieces])
    estimate = (shares @ estimates).item()
    gradients = torch.cat([estimator.gradient(*piece) for piece in pieces])
    critic, bound = estimator.critic(), None
    certified = certified_slope(critic)
    steepest = None if critic is None else lower_bound(critic, torch.cat([x[:STEEP], y[:STEEP]]))
    if certified and pair.diameter < math.inf:
        bound = certified_lower_bound(critic, x, y, certified, pair.diameter, confidence)
    ratio = estimate / pair.w1
    cosine = gradient_cosine(gradients, pair.gradient(x))
    return Measurement(estimate, ratio, cosine, steepest, certified, bound)


def gradient_cosine(gradients: Tensor, truth: Tensor) -> float:
    """The cosine between two fields of vectors N×d, as functions: E⟨g, h⟩ / √(E‖g‖²·E‖h‖²).

    0 where either is 0 everywhere (Korotin et al. 2022, sec. 5).
    """
    gradients, truth = gradients.double().flatten(), truth.double().to(gradients.device).flatten()
    lengths = gradients.norm() * truth.norm()
    return (gradients @ truth / lengths).item() if lengths > 0 else 0.0
