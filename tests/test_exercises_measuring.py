"""Lesson 12's exercises: each plausible slip gets its own hint."""

import math

import pytest
import torch

from wgan_lib.classroom.exercises.checking import verdict
from wgan_lib.classroom.exercises.measuring import aol_rescaled, coin_bias, gradient_cosine
from wgan_lib.lipschitz.constraints import AlmostOrthogonal


def gap(real, fake):
    return real.mean() - fake.mean()


def rows(field):
    return field.norm(dim=1)


@pytest.mark.parametrize(
    ("name", "answer", "hint"),
    [
        ("normalised_estimate", lambda r, f, n: gap(r, f), "the raw estimate"),
        ("normalised_estimate", lambda r, f, n: gap(f, r) / math.prod(n), "comes first"),
        ("normalised_estimate", lambda r, f, n: gap(r, f) / sum(n), "what grows so"),
        ("normalised_estimate", lambda r, f, n: gap(r, f) / max(n), "not the whole network"),
        ("normalised_estimate", lambda r, f, n: gap(r, f) * math.prod(n), "overstates"),
        ("normalised_estimate", lambda r, f, n: abs(gap(r, f)) / math.prod(n), "mean scores"),
        ("gradient_cosine", lambda g, h: torch.cosine_similarity(g, h).mean(), "counts for less"),
        ("gradient_cosine", lambda g, h: torch.cosine_similarity(g, h), "as a whole"),
        ("gradient_cosine", lambda g, h: (g * h).sum(1).mean(), "divide by the lengths"),
        (
            "gradient_cosine",
            lambda g, h: (g * h).sum(1).mean() / (rows(g).mean() * rows(h).mean()),
            "root of the mean square",
        ),
        ("gradient_cosine", lambda g, h: gradient_cosine(g, h).abs(), "upside down"),
        ("gradient_cosine", lambda g, h: (g - h).norm(), "one inner product"),
        ("coin_bias", lambda n: 0.0, "the laws are equal"),
        ("coin_bias", lambda n: n * coin_bias(n), "1/n of the earth"),
        ("coin_bias", lambda n: 0.5, "more often agree"),
        ("coin_bias", lambda n: 0.5 / math.sqrt(n), "how often does each batch"),
        ("coin_bias", 0.5, "a function is wanted"),
        ("aol_rescaled", lambda w: w / (w.T @ w).abs().sum(1), "has a root"),
        ("aol_rescaled", lambda w: aol_rescaled(w.T).T, "divides the rows"),
        ("aol_rescaled", lambda w: w * (w.T @ w).sum(1).abs().rsqrt(), "absolute value"),
        ("aol_rescaled", lambda w: w / torch.linalg.matrix_norm(w, 2), "spectral normalisation"),
        ("aol_rescaled", lambda w: w / w.norm(dim=0), "one long"),
        ("aol_rescaled", lambda w: w, "column i is divided"),
    ],
)
def test_a_slip_gets_its_hint(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong" and hint in judged.message, judged


def test_other_ways_to_be_right():
    def by_vectors(g, h):
        return torch.nn.functional.cosine_similarity(g.flatten(), h.flatten(), dim=0)

    assert verdict("gradient_cosine", by_vectors).state == "right"
    assert verdict("gradient_cosine", lambda g, h: by_vectors(g, h).item()).state == "right"
    assert verdict("aol_rescaled", AlmostOrthogonal()).state == "right"

    def by_one_binomial(n):  # K − K′ + n is a sum of 2n tosses
        tosses = range(2 * n + 1)
        return sum(math.comb(2 * n, k) * abs(k - n) for k in tosses) / 4**n / n

    assert verdict("coin_bias", by_one_binomial).state == "right"

    def divided_first(real, fake, norms):
        for norm in norms:
            real, fake = real / norm, fake / norm
        return (real.mean() - fake.mean()).item()

    assert verdict("normalised_estimate", divided_first).state == "right"
