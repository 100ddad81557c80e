"""The exercises of lesson 12: a bound, a direction, the bias of batches, AOL."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from wgan_lib.classroom.exercises.checking import Exercise, expect, expect_close

_FACTORS = [1.5, 0.5, 4.0]
_SCORES = (torch.tensor([5.0, 7.0, 9.0, 3.0]).double(), torch.tensor([1.0, -2.0]).double())


def normalised_estimate(real: Tensor, fake: Tensor, norms: list[float]) -> float:
    return (real.mean() - fake.mean()) / math.prod(norms)


def _check_normalised_estimate(answer) -> None:
    got = float(answer(*_SCORES, _FACTORS))
    estimate = 6.5
    slips = {
        estimate: "that is the raw estimate; how steep may this critic be?",
        -estimate / 3: "the real samples stand high: theirs is the mean that comes first",
        estimate / 6: "one layer stretches what the layer before it has stretched: what grows so?",
        estimate / 4: "the steepest layer is not the whole network",
        estimate * 3: "a steeper critic overstates W₁; which way must its slope go?",
    }
    for value, hint in slips.items():
        expect(not math.isclose(got, value, rel_tol=1e-9), hint)
    hint = "the difference of the two mean scores, divided by the product of the layers' norms"
    expect_close(got, estimate / 3, hint)
    expect_close(answer(_SCORES[1], _SCORES[0], [2.0]), -estimate / 2, hint)


def gradient_cosine(gradients: Tensor, truth: Tensor) -> float:
    lengths = gradients.square().sum().sqrt() * truth.square().sum().sqrt()
    return (gradients * truth).sum() / lengths


def _check_gradient_cosine(answer) -> None:
    gradients, truth = _fields()
    got = answer(gradients, truth)
    for hint, slip in _COSINE_SLIPS.items():
        value = slip(gradients, truth)
        same = getattr(got, "shape", ()) == value.shape and torch.allclose(
            torch.as_tensor(got).double(), value, atol=1e-9
        )
        expect(not same, hint)
    wanted = gradient_cosine(gradients, truth)
    hint = "one inner product over all numbers of both fields, divided by both of their norms"
    expect_close(got, wanted, hint)
    expect_close(answer(50 * gradients, truth), wanted, "a steeper critic must get the same cosine")
    expect_close(answer(-gradients, truth), -wanted, "a critic upside down must get the opposite")


_COSINE_SLIPS = {
    "you give every point the same say; where a critic is flat its direction counts for less": (
        lambda g, h: torch.cosine_similarity(g, h, dim=1).mean()
    ),
    "that is one number for each point; the two fields are compared as a whole": (
        lambda g, h: torch.cosine_similarity(g, h, dim=1)
    ),
    "a critic twice as steep would get twice as much: divide by the lengths": (
        lambda g, h: (g * h).sum(1).mean()
    ),
    "the mean length is not the root of the mean square: whose gradients are long at few points?": (
        lambda g, h: (g * h).sum(1).mean() / (g.norm(dim=1).mean() * h.norm(dim=1).mean())
    ),
}


def _fields() -> tuple[Tensor, Tensor]:
    """Gradients of very different lengths, and true ones of length 1, 40×5 each."""
    source = torch.Generator().manual_seed(0)
    truth = torch.randn(40, 5, generator=source).double()
    truth = truth / truth.norm(dim=1, keepdim=True)
    noise = torch.randn(40, 5, generator=source).double()
    lengths = 3 * torch.rand(40, 1, generator=source).double() ** 3
    return lengths * (truth + 0.4 * noise * (lengths < 0.5)), truth


def coin_bias(n: int) -> float:
    heads = [math.comb(n, k) / 2**n for k in range(n + 1)]
    return sum(p * q * abs(i - j) for i, p in enumerate(heads) for j, q in enumerate(heads)) / n


def _check_coin_bias(answer) -> None:
    one, two = float(answer(1)), float(answer(2))
    expect(one != 0, "the laws are equal, but two batches need not be: one may fall 0, the other 1")
    expect(two != 0.75, "that counts the tosses that must move; each is 1/n of the earth")
    expect(two != 0.5, "with two tosses each, the batches more often agree than with one")
    hint = "how often does each batch show k ones, and how far apart are k ones and j ones?"
    for n in (1, 2, 3, 8, 40):
        expect_close(answer(n), coin_bias(n), hint)


def aol_rescaled(weight: Tensor) -> Tensor:
    return weight * (weight.T @ weight).abs().sum(1).rsqrt()


def _check_aol_rescaled(answer) -> None:
    source = torch.Generator().manual_seed(1)
    weight = torch.randn(3, 5, generator=source).double()
    got = answer(weight)
    for hint, slip in _AOL_SLIPS.items():
        value = slip(weight)
        same = isinstance(got, Tensor) and got.shape == value.shape and torch.allclose(got, value)
        expect(not same, hint)
    hint = "column i is divided by the root of Σ_j |WᵀW|_ij"
    expect_close(got, aol_rescaled(weight), hint)
    expect_close(answer(weight.T), aol_rescaled(weight.T), hint)


_AOL_SLIPS = {
    "that divides the rows; AOL rescales what comes in, so each column has its own factor": (
        lambda w: w * (w @ w.T).abs().sum(1).rsqrt()[:, None]
    ),
    "you add with signs, and what cancels is not counted: where does the absolute value go?": (
        lambda w: w * (w.T @ w).sum(1).abs().rsqrt()
    ),
    "too small: the rescaling has a root": lambda w: w / (w.T @ w).abs().sum(1),
    "that is spectral normalisation: one factor for the whole matrix": (
        lambda w: w / torch.linalg.matrix_norm(w, 2)
    ),
    "that makes every column one long; columns that point the same way are still too steep": (
        lambda w: w / w.norm(dim=0)
    ),
}


EXERCISES = (
    Exercise("normalised_estimate", "12", 5, "easy", normalised_estimate,
             _check_normalised_estimate),
    Exercise("gradient_cosine", "12", 10, "medium", gradient_cosine, _check_gradient_cosine),
    Exercise("coin_bias", "12", 10, "medium", coin_bias, _check_coin_bias),
    Exercise("aol_rescaled", "12", 10, "hard", aol_rescaled, _check_aol_rescaled),
)  # fmt: skip
