"""The exercises of lesson 01: what a code costs, the wrong code, a detour, JS from entropies."""

from __future__ import annotations

import math

from wgan_lib import divergences
from wgan_lib.classroom.exercises.checking import Exercise, Wrong, expect, expect_close


def mean_length(probabilities: list[float], words: list[str]) -> float:
    return sum(p * len(word) for p, word in zip(probabilities, words, strict=True))


def excess_bits(p: list[float], q: list[float]) -> float:
    if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
        return math.inf
    return sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a > 0)


shorter_detour = ([0.5, 0.5], [0.25, 0.75], [0.1, 0.9])


def jensen_shannon(p: list[float], q: list[float]) -> float:
    def entropy(table: list[float]) -> float:
        return -sum(x * math.log(x) for x in table if x > 0)

    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    return entropy(middle) - (entropy(p) + entropy(q)) / 2


def _check_mean_length(answer):
    p, words = [0.5, 0.25, 0.25], ["1", "01", "00"]
    got = answer(p, words)
    _not(got, 5 / 3, "this counts every word once: weight each length by its probability")
    _not(got, 5, "this adds the lengths up: weight each by its probability")
    _not(got, 0.5, "divide by nothing: the probabilities already sum to 1")
    expect_close(got, 1.5, "weight the length of each word by its probability, and add up")
    hint = "a word that never occurs, or an empty one, costs nothing"
    expect_close(answer([1.0, 0.0], ["", "10101"]), 0, hint)
    expect_close(answer([0.9, 0.1], ["0", "111"]), 1.2, "it is right for one code only")


def _check_excess_bits(answer):
    p, q = [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]
    got = answer(p, [0.2, 0.5, 0.3])
    truth = _kl_in_bits(p, [0.2, 0.5, 0.3])
    _not(got, truth * math.log(2), "this is in nats: for bits take the logarithm to base 2")
    _not(
        got, _kl_in_bits([0.2, 0.5, 0.3], p), "it is the messages of p that are sent: swap p and q"
    )
    _not(got, truth + 1.5, "this is all that is paid: take off what p costs in its own code")
    _not(got, -truth, "the sign is wrong: the wrong code costs more, never less")
    expect_close(got, truth, "add up p·log2(p/q) over the outcomes", tolerance=1e-5)
    expect_close(answer(p, q), 0.25, "it is right for one pair only", tolerance=1e-5)
    hint = "an outcome with p = 0 is never sent, and adds nothing"
    _expect_answer(answer, ([0.0, 1.0], [0.5, 0.5]), 1.0, hint)
    hint = "q has no word for an outcome that p sends: no number of bits is enough"
    _expect_answer(answer, ([0.5, 0.5], [1.0, 0.0]), math.inf, hint)


def _check_shorter_detour(answer):
    expect(
        isinstance(answer, list | tuple) and len(answer) == 3,
        "three tables are wanted: `(P, Q, R)`, each a list of probabilities",
    )
    first, middle, last = answer
    try:
        direct = divergences.kl(first, last).item()
        around = (divergences.kl(first, middle) + divergences.kl(middle, last)).item()
    except (TypeError, ValueError, RuntimeError) as error:
        raise Wrong(f"each of P, Q, R must be a table of probabilities: {error}") from None
    expect(
        around < direct - 1e-9,
        f"the detour costs {around:.3f} and the direct way {direct:.3f}, so it is not shorter: "
        "let P and R be far apart, and Q somewhere between them",
    )


def _check_jensen_shannon(answer):
    p, q = [0.7, 0.2, 0.1], [0.1, 0.3, 0.6]
    got, truth = answer(p, q), divergences.js(p, q).item()
    _not(got, truth / math.log(2), "this is in bits: for nats take the natural logarithm")
    _not(got, math.sqrt(truth), "this is the distance √JS: leave the root out")
    _not(got, -truth, "the sign is wrong: mixing two heaps makes more surprise, not less")
    _not(got, 2 * truth, "this is twice JS: halve the two entropies that you take off")
    expect_close(got, truth, "take H of the even mixture, less the mean of H(p) and H(q)", 1e-5)
    expect_close(answer(p, p), 0, "of two equal laws the mixture is the same law, and JS is 0")
    hint = "0·log 0 counts as 0: leave the outcomes with probability 0 out of the sums"
    _expect_answer(answer, ([1.0, 0.0], [0.0, 1.0]), math.log(2), hint)


def _not(got, wrong, hint):
    """Raises the hint when the answer is this one wrong number, the mark of a likely mistake."""
    try:
        expect_close(got, wrong, "", tolerance=1e-5)
    except Wrong:
        return
    raise Wrong(hint)


def _expect_answer(answer, tables, wanted, hint):
    """For tables with zeros, where a student's logarithm or quotient may well stop."""
    try:
        got = answer(*tables)
    except (ValueError, ZeroDivisionError) as error:
        raise Wrong(f"for {tables[0]} and {tables[1]} it stops with `{error}`: {hint}") from None
    expect_close(got, wanted, hint, tolerance=1e-5)


def _kl_in_bits(p, q):
    return divergences.kl(p, q).item() / math.log(2)


EXERCISES = (
    Exercise("mean_length", "01", 5, "easy", mean_length, _check_mean_length),
    Exercise("excess_bits", "01", 10, "medium", excess_bits, _check_excess_bits),
    Exercise("shorter_detour", "01", 10, "medium", shorter_detour, _check_shorter_detour),
    Exercise("jensen_shannon", "01", 15, "hard", jensen_shannon, _check_jensen_shannon),
)
