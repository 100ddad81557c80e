"""Prefix codes: as short as any, never ambiguous, and within one bit of the entropy."""

import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.codes import decode, encode, huffman, mean_length
from wgan_lib.divergences import cross_entropy, entropy

weights = st.lists(st.floats(0.001, 10), min_size=2, max_size=12)


def table(values):
    return torch.tensor(values, dtype=torch.float64) / sum(values)


def kraft(lengths):
    return sum(0.5**length for length in lengths)


@given(weights)
def test_no_word_begins_another(values):
    words = huffman(values)
    assert not [pair for pair in itertools.permutations(words, 2) if pair[1].startswith(pair[0])]
    assert kraft(map(len, words)) == 1  # no question is wasted


@given(weights)
def test_mean_length_is_within_a_bit_of_the_entropy(values):
    p = table(values)
    least = entropy(p).item()
    assert least - 1e-9 <= mean_length(p, huffman(p)) < least + 1


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5).filter(lambda v: sum(v) > 0.1))
def test_no_prefix_code_is_shorter(values):
    """By Kraft's inequality there is a prefix code of given lengths just when Σ 2^−length ≤ 1."""
    possible = itertools.product(range(len(values)), repeat=len(values))
    costs = [
        sum(w * n for w, n in zip(values, lengths, strict=True))
        for lengths in possible
        if kraft(lengths) <= 1
    ]
    found = mean_length(values, huffman(values)) * sum(values)
    assert found == pytest.approx(min(costs), abs=1e-12)


@given(weights, st.lists(st.integers(0, 100), max_size=50))
def test_what_is_encoded_can_be_decoded(values, message):
    words, message = huffman(values), [number % len(values) for number in message]
    assert decode(encode(message, words), words) == message


@given(weights, st.randoms(use_true_random=False))
def test_the_price_of_a_code_is_the_cross_entropy_with_its_lengths(values, random):
    words, p = huffman(values), table(random.sample(values, len(values)))
    q = [0.5 ** len(word) for word in words]
    assert mean_length(p, words) == pytest.approx(cross_entropy(p, q, base=2).item())


def test_halves_cost_exactly_the_entropy():
    words = huffman([1 / 2, 1 / 4, 1 / 8, 1 / 8])
    assert list(map(len, words)) == [1, 2, 3, 3]
    assert mean_length([1 / 2, 1 / 4, 1 / 8, 1 / 8], words) == 1.75


def test_equally_likely_messages_cost_equally_many_questions():
    assert [len(word) for word in huffman([1] * 8)] == [3] * 8
    assert [len(word) for word in huffman([1] * 2)] == [1] * 2
    assert huffman([5.0]) == [""] and mean_length([5.0], [""]) == 0


def test_counts_and_probabilities_give_one_code():
    counts = [7, 1, 4, 2]
    assert huffman(counts) == huffman(torch.tensor(counts)) == huffman(table(counts))


def test_ties_are_always_broken_alike():
    assert huffman([0.25] * 4) == ["11", "10", "01", "00"]


@pytest.mark.parametrize("function", [huffman, lambda weights: mean_length(weights, ["0", "1"])])
@pytest.mark.parametrize(
    "bad", [[], [-1.0, 2.0], [0.0, 0.0], [math.nan, 1.0], [[1.0]], 1.0, "ab", None, [1j, 1.0]]
)
def test_wrong_weights_are_named(function, bad):
    with pytest.raises((ValueError, TypeError), match="weights must"):
        function(bad)


def test_wrong_words_and_messages_are_named():
    with pytest.raises(ValueError, match="words must be 2, one per weight, got 3"):
        mean_length([0.5, 0.5], ["0", "10", "11"])
    for outcome in (2, -1):
        with pytest.raises(ValueError, match=f"message must hold outcomes 0 to 1, got {outcome}"):
            encode([0, outcome], ["0", "1"])
    with pytest.raises(ValueError, match="bits must be words of this code, got '1' at the end"):
        decode("0101", ["0", "10"])
