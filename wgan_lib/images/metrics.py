"""How good are images? Metrics on features, on classes, and on the nearest training image.

Features are rows of numbers, N×d, such as `image_classifier` gives; the functions here ask nothing
of where they come from. A number alone says little: hold it against the two ends of its scale, what
held-out real images reach and what noise reaches, for as many samples and the same classifier.

| metric | perfect | worthless | it does not see |
|---|---|---|---|
| Fréchet distance | 0, for infinitely many samples | large | what mean and covariance leave out |
| classifier score | number of classes | 1 | variety within a class |
| classes covered, imbalance | all, 0 | 1 class, near 1 | quality |
| precision, recall | 1, 1 (real samples: about 0.9) | 0, 0 | how much of a heap is where |
| copying score | 0.5 | 1: all copies | quality |
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_number, finite_tensor, positive_integer

ROWS_AT_A_TIME = (
    500  # of a table of distances at a time, so that 10,000 × 10,000 need not fit into memory
)


# ------------------------------------------------------------------ two clouds as two Gaussians


def frechet_distance(x: Tensor, y: Tensor) -> Tensor:
    """The squared distance of two Gaussians fitted to features: x N×d, y M×d, to a scalar.

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2(Σ₁Σ₂)^½): with Inception features the "FID" of Heusel et al. 2017,
    eq. 6; the squared W₂ of the Gaussians (Dowson and Landau 1982). Differentiable for N, M > d.

    Finite samples make it too large, the more so the fewer they are: two samples of one law are not
    at distance 0. Compare values for equal N and M only. Computed in double precision.
    """
    x, y = _pair("x", x, "y", y, least=2)
    kept = x.dtype
    x, y = _double(x), _double(y)
    roots = [_covariance_root(each) for each in (x, y)]
    spread = sum(root.square().sum() for root in roots)  # tr Σ₁ + tr Σ₂
    shared = torch.linalg.svdvals(roots[0] @ roots[1].T).sum()  # tr (Σ₁Σ₂)^½
    distance = (x.mean(dim=0) - y.mean(dim=0)).square().sum() + spread - 2 * shared
    return distance.clamp_min(0).to(kept)  # equal samples: −1e-16 is 0


def _covariance_root(x: Tensor) -> Tensor:
    """A matrix R with RᵀR = Σ, by a QR decomposition: no square root of a singular Σ is needed."""
    centred = (x - x.mean(dim=0)) / (len(x) - 1) ** 0.5
    return torch.linalg.qr(centred).R


# ------------------------------------------------------------------ what a classifier makes of them


def classifier_score(logits: Tensor) -> Tensor:
    """exp E KL(p(class | x) ‖ p(class)), from logits N×K: between 1 and K, the higher the better.

    With Inception's 1,000 classes it is the "Inception score" of Salimans et al. 2016, sec. 4. High
    when each image is clearly of one class, and all classes are equally many.
    """
    logs = torch.log_softmax(_double(_logits(logits)), dim=1)
    overall = logs.logsumexp(dim=0) - torch.tensor(float(len(logs)), dtype=logs.dtype).log()
    divergences = (logs.exp() * (logs - overall)).sum(dim=1)
    return divergences.mean().exp().to(torch.as_tensor(logits).dtype)


class ClassCoverage(NamedTuple):
    """covered of total classes, the share of the samples in each (K), and the imbalance.

    imbalance   total variation between the shares and the wanted ones: the share of samples that
                would have to change their class
    """

    covered: int
    total: int
    shares: Tensor
    imbalance: float


def class_coverage(
    logits: Tensor, wanted: Tensor | None = None, least: float = 0.1
) -> ClassCoverage:
    """Classes as modes: how many get at least `least` of their wanted share (logits N×K).

    wanted holds K numbers in the proportions of the real data; without it all are equal. One sample
    is not enough to cover a class, as it is among points in the plane: a classifier errs, and one
    in a hundred sevens is a nine to it.
    """
    logits = _logits(logits)
    least = finite_number("least", least, minimum=0.0, maximum=1.0)
    total = logits.shape[1]
    counts = torch.bincount(logits.argmax(dim=1), minlength=total)
    shares = counts.to(logits.dtype) / len(logits)
    target = _shares(wanted, total, shares)
    covered = int(((shares >= least * target) & (counts > 0)).sum())
    return ClassCoverage(covered, total, shares, float((shares - target).abs().sum() / 2))


def _logits(logits: Tensor) -> Tensor:
    logits = finite_tensor("logits", logits, dimensions=(2,))
    if logits.shape[1] < 2:
        raise ValueError(
            f"logits must have a column for each of 2 or more classes, got {logits.shape[1]}"
        )
    return logits


def _shares(wanted: Tensor | None, total: int, like: Tensor) -> Tensor:
    if wanted is None:
        return torch.full_like(like, 1 / total)
    wanted = finite_tensor("wanted", wanted, dimensions=(1,)).to(like)
    if len(wanted) != total or (wanted < 0).any() or wanted.sum() <= 0:
        raise ValueError(f"wanted must be {total} numbers, none negative, got {wanted.tolist()}")
    return wanted / wanted.sum()


# ------------------------------------------------------------------ precision and recall


class PrecisionRecall(NamedTuple):
    """precision: the share of fakes among the real ones; recall: of real ones among the fakes."""

    precision: float
    recall: float


def precision_recall(real: Tensor, fake: Tensor, neighbours: int = 3) -> PrecisionRecall:
    """Improved precision and recall of Kynkäänniemi et al. 2019, eq. 1 and 2: real N×d, fake M×d.

    Round each sample lies a ball that reaches to its `neighbours`-th nearest neighbour. A fake is
    precise if it lies in the ball of a real sample; a real sample is recalled if it lies in the
    ball of a fake. Poor samples cost precision, missing variety costs recall. Balls shrink as
    samples grow in number: compare values for equal N and M only.
    """
    real, fake = _pair("real", real, "fake", fake, least=2)
    neighbours = positive_integer("neighbours", neighbours)
    if neighbours >= min(len(real), len(fake)):
        raise ValueError(
            f"neighbours must be fewer than the samples, got {neighbours} "
            f"for {len(real)} real and {len(fake)} fake ones"
        )
    precision = _share_inside(fake, real, _radii(real, neighbours))
    return PrecisionRecall(precision, _share_inside(real, fake, _radii(fake, neighbours)))


def _radii(samples: Tensor, neighbours: int) -> Tensor:
    """From each sample to its k-th nearest neighbour; the nearest of all is the sample itself."""
    found = [
        _distances(part, samples).kthvalue(neighbours + 1, 1)[0]
        for part in samples.split(ROWS_AT_A_TIME)
    ]
    return torch.cat(found)


def _share_inside(points: Tensor, centres: Tensor, radii: Tensor) -> float:
    inside = [
        (_distances(part, centres) <= radii).any(dim=1) for part in points.split(ROWS_AT_A_TIME)
    ]
    return float(torch.cat(inside).double().mean())


def _distances(x: Tensor, y: Tensor) -> Tensor:
    # By differences, not by products: a point must be exactly as far from its copy as from itself.
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


# ------------------------------------------------------------------ the nearest training image


class Nearest(NamedTuple):
    """For each sample the distance to its nearest training sample, and which that is (N each)."""

    distance: Tensor
    index: Tensor


def nearest_training(samples: Tensor, training: Tensor) -> Nearest:
    """The nearest training sample of each, in Euclidean distance: samples N×…, training M×…."""
    samples, training = finite_tensor("samples", samples), finite_tensor("training", training)
    if samples.shape[1:] != training.shape[1:] or samples.ndim < 2:
        raise ValueError(
            "samples and training must be rows of the same shape, "
            f"got {tuple(samples.shape)} and {tuple(training.shape)}"
        )
    flat, rows = samples.flatten(1), training.to(samples).flatten(1)
    index = torch.cat(
        [torch.cdist(part, rows).argmin(dim=1) for part in flat.split(ROWS_AT_A_TIME)]
    )
    # The search goes by fast products, which round; the distance itself is then taken exactly.
    return Nearest((flat - rows[index]).norm(dim=1), index)


def copying_score(samples: Tensor, held_out: Tensor, training: Tensor) -> float:
    """The chance that a sample lies nearer to the training set than a held-out real one does.

    0.5 where samples are no nearer than fresh real data; 1 where every sample is a copy; below 0.5
    where samples keep away, because they are poor, say. Ties count half. It is the statistic of the
    test of Meehan, Chaudhuri and Dasgupta 2020, sec. 3 (a Mann–Whitney U), over the whole space.
    """
    distances = (nearest_training(each, training).distance for each in (samples, held_out))
    return chance_nearer(*distances)


def chance_nearer(samples: Tensor, held_out: Tensor) -> float:
    """The chance that a sample's distance (N) is below a held-out one's (M); ties count half."""
    samples = _double(finite_tensor("samples", samples, dimensions=(1,)))
    held_out = _double(finite_tensor("held_out", held_out, dimensions=(1,))).to(samples)
    held_out = held_out.sort().values
    below = sum(torch.searchsorted(held_out, samples, right=right) for right in (False, True))
    return float(1 - below.double().mean() / (2 * len(held_out)))


# ------------------------------------------------------------------ arguments


def _pair(first: str, x: Tensor, second: str, y: Tensor, least: int) -> tuple[Tensor, Tensor]:
    x = finite_tensor(first, x, dimensions=(2,))
    y = finite_tensor(second, y, dimensions=(2,)).to(x.device)
    # Half precision is for storing: distances and decompositions need more.
    dtype = torch.promote_types(torch.promote_types(x.dtype, y.dtype), torch.float32)
    if x.shape[1] != y.shape[1]:
        raise ValueError(
            f"{second} must have {x.shape[1]} columns as {first} has, got {y.shape[1]}"
        )
    for name, each in ((first, x), (second, y)):
        if len(each) < least:
            raise ValueError(f"{name} must have at least {least} rows, got {len(each)}")
    return x.to(dtype), y.to(dtype)


def _double(x: Tensor) -> Tensor:
    """In double precision, for which MPS has no numbers."""
    return (x.cpu() if x.device.type == "mps" else x).double()
