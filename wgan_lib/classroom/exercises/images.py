"""The exercises of lesson 08: two Gaussians, two cheats, recall by hand, and a thief."""

from __future__ import annotations

import torch
from torch import Tensor

from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close
from wgan_lib.images import metrics as image_metrics


def frechet_1d(mean: float, std: float, other_mean: float, other_std: float) -> float:
    return (mean - other_mean) ** 2 + (std - other_std) ** 2


def _check_frechet_1d(answer) -> None:
    expect_close(answer(0.0, 1.0, 0.0, 1.0), 0.0, "of equal Gaussians the distance is 0")
    shifted = answer(3.0, 1.0, -1.0, 1.0)
    expect(shifted != 4, "the distance of the means is squared, as in the FID")
    expect_close(shifted, 16.0, "two Gaussians of one width: only the squared gap of the means")
    wider = answer(0.0, 1.0, 0.0, 3.0)
    expect(wider != 8, "σ₁² + σ₂² − 2σ₁σ₂ is wanted, and not the difference of the variances")
    expect(wider != 64, "compare the standard deviations, not their squares")
    expect_close(wider, 4.0, "in one dimension (Σ₁Σ₂)^½ is σ₁σ₂: which square is that?")
    expect_close(answer(1.0, 3.0, 2.0, 0.5), 7.25, "means and widths both count: add the two parts")


def _check_two_cheats(answer) -> None:
    expect(
        isinstance(answer, tuple | list) and len(answer) == 2, "two scores are asked for: a pair"
    )
    first, second = answer
    expect(first != 0, "no score is 0: it is the exponential of a KL divergence")
    expect(first != 10, "each image is clear, but how much does the class vary over the samples?")
    expect_close(
        first, 1.0, "p(class | x) is the same for all samples: what is its KL to the mean?"
    )
    expect(second != 1, "the ten images are of ten classes: the mean over the samples is uniform")
    expect_close(second, 10.0, "KL from a sure class to ten equal ones is log 10; take exp")


def recall(distances: Tensor, radii: Tensor) -> Tensor:
    return (distances <= radii).any(dim=1).double().mean()


# Three real samples and two fakes: the second fake has a ball of radius 2, the first of 0.5.
_DISTANCES = torch.tensor([[0.4, 9.0], [3.0, 2.0], [0.6, 2.5]], dtype=torch.float64)
_RADII = torch.tensor([0.5, 2.0], dtype=torch.float64)


def _check_recall(answer) -> None:
    got = float(_number(answer(_DISTANCES, _RADII)))
    expect(
        got != 1.0, "that is the share of fakes with a real sample in their ball: swap the roles"
    )
    expect(got != 0.0, "one ball is enough: `any` of them, and not `all`")
    expect(abs(got - 1 / 3) > 1e-9, "a sample on the edge of a ball is inside: use `<=`, "
           "and take the mean over the real samples only")  # fmt: skip
    expect(got != 2.0, "a share is wanted, and not a count")
    expect_close(
        got, 2 / 3, "a real sample is recalled if it lies in the ball of at least one fake"
    )
    gone = answer(_DISTANCES + 10, _RADII)
    expect_close(gone, 0.0, "far from all fakes, nothing is recalled")


def _number(got):
    if got is None:
        raise Wrong("the answer is None: is a `return` missing?")
    return got


def is_thief(samples: Tensor, held_out: Tensor, training: Tensor) -> bool:
    return image_metrics.copying_score(samples, held_out, training) > 0.75


def _check_is_thief(answer) -> None:
    training, held_out, fresh = (_cloud(n, seed=n) for n in (400, 150, 200))
    stolen = training[:100]
    expect(_verdict(answer(stolen, held_out, training)), "it does not notice plain copies")
    expect(
        not _verdict(answer(fresh, held_out, training)),
        "it accuses fresh samples of the same law: held-out data is as near to the training set",
    )
    retouched = stolen + 0.02 * _cloud(100, seed=5)
    hint = "a copy with a little noise on it is a copy: compare distances, do not look for equality"
    expect(_verdict(answer(retouched, held_out, training)), hint)
    hint = "poor samples far from everything are not stolen: nearer than held-out data, or farther?"
    expect(not _verdict(answer(fresh + 30, held_out, training)), hint)
    scaled = (100 * each for each in (fresh, held_out, training))
    hint = "in other units it judges otherwise: measure by `held_out`, not by a fixed number"
    expect(not _verdict(answer(*scaled)), hint)
    scaled = (100 * each for each in (retouched, held_out, training))
    expect(_verdict(answer(*scaled)), hint)


def _cloud(n: int, seed: int) -> Tensor:
    return torch.randn(n, 4, generator=torch.Generator().manual_seed(seed))


def _verdict(got) -> bool:
    """True or False, also as a tensor; anything else is a hint."""
    _number(got)
    if isinstance(got, Tensor) and got.dtype == torch.bool and got.numel() == 1:
        return bool(got)
    if not isinstance(got, bool):
        raise Wrong(f"return True or False, not {type(got).__name__}: write the comparison")
    return got


EXERCISES = (
    Exercise("frechet_1d", "08", 5, "easy", frechet_1d, _check_frechet_1d),
    Exercise("two_cheats", "08", 5, "easy", (1, 10), _check_two_cheats),
    Exercise("recall", "08", 10, "medium", recall, _check_recall),
    Exercise("is_thief", "08", 15, "hard", is_thief, _check_is_thief),
)
