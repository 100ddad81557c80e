"""The exercises of lesson 01: right answers in other words, a hint for each likely mistake."""

import math

import numpy as np
import pytest
import torch

from wgan_lib.classroom.exercises.checking import verdict


def kl_bits(p, q):
    return sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True))


def entropy(table, log=math.log):
    return -sum(x * log(x) for x in table if x > 0)


def js_of(table_entropy):
    def js(p, q):
        middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
        return table_entropy(middle) - (table_entropy(p) + table_entropy(q)) / 2

    return js


def jeffreys(p, q):
    return (kl_bits(p, q) + kl_bits(q, p)) / 2 * math.log(2)


def excess_with_inf(p, q):
    p, q = torch.tensor(p), torch.tensor(q)
    return torch.special.xlogy(p, p / q).sum() / math.log(2)


RIGHT = {
    "numpy": ("mean_length", lambda p, words: np.dot(p, [len(word) for word in words])),
    "a tensor": (
        "mean_length",
        lambda p, w: (torch.tensor(p) * torch.tensor([*map(len, w)])).sum(),
    ),
    "torch": ("excess_bits", excess_with_inf),
    "others": ("shorter_detour", [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]),
    "tensors": ("shorter_detour", tuple(torch.tensor([[0.8, 0.2], [0.4, 0.6], [0.1, 0.9]]))),
    "scipy": ("jensen_shannon", js_of(entropy)),
}

WRONG = {
    "unweighted": (
        "mean_length",
        lambda p, words: sum(map(len, words)) / len(words),
        "counts every word once",
    ),
    "total": ("mean_length", lambda p, words: sum(map(len, words)), "adds the lengths up"),
    "divided": (
        "mean_length",
        lambda p, words: sum(a * len(w) for a, w in zip(p, words, strict=True)) / len(words),
        "divide by nothing",
    ),
    "longest": ("mean_length", lambda p, words: max(map(len, words)), "and add up"),
    "constant": ("mean_length", lambda p, words: 1.5, "never occurs"),
    "print": ("mean_length", lambda p, words: print(end=""), "is a `return` missing"),
    "nats": ("excess_bits", lambda p, q: kl_bits(p, q) * math.log(2), "in nats"),
    "swapped": ("excess_bits", lambda p, q: kl_bits(q, p), "swap p and q"),
    "whole price": (
        "excess_bits",
        lambda p, q: -sum(a * math.log2(b) for a, b in zip(p, q, strict=True)),
        "all that is paid",
    ),
    "negative": ("excess_bits", lambda p, q: -kl_bits(p, q), "the sign is wrong"),
    "zeros in p": ("excess_bits", kl_bits, "is never sent"),
    "zeros in q": (
        "excess_bits",
        lambda p, q: sum(a * math.log2(a / b) for a, b in zip(p, q, strict=True) if a and b),
        "no number of bits is enough",
    ),
    "two tables": ("shorter_detour", ([0.5, 0.5], [0.1, 0.9]), "three tables are wanted"),
    "no table": ("shorter_detour", ([0.5, 0.6], [0.5, 0.5], [0.1, 0.9]), "p must sum to 1"),
    "words": ("shorter_detour", ("a", "b", "c"), "must be a table of probabilities"),
    "longer": ("shorter_detour", ([0.5, 0.5], [0.9, 0.1], [0.4, 0.6]), "it is not shorter"),
    "empty bin": ("shorter_detour", ([0.5, 0.5], [1.0, 0.0], [0.0, 1.0]), "it is not shorter"),
    "equal": ("shorter_detour", ([0.5, 0.5],) * 3, "it is not shorter"),
    "bits": ("jensen_shannon", js_of(lambda t: entropy(t, math.log2)), "this is in bits"),
    "root": ("jensen_shannon", lambda p, q: math.sqrt(js_of(entropy)(p, q)), "the distance √JS"),
    "sign": ("jensen_shannon", lambda p, q: -js_of(entropy)(p, q), "the sign is wrong"),
    "twice": ("jensen_shannon", lambda p, q: 2 * js_of(entropy)(p, q), "twice JS"),
    "no mixture": ("jensen_shannon", jeffreys, "H of the even mixture"),
    "log of 0": (
        "jensen_shannon",
        js_of(lambda table: -sum(x * math.log(x) for x in table)),
        "0·log 0 counts as 0",
    ),
    "a value": ("jensen_shannon", 0.3, "a function is wanted"),
}


@pytest.mark.parametrize(("name", "answer"), RIGHT.values(), ids=RIGHT.keys())
def test_a_right_answer_in_other_words_is_right(name, answer):
    assert verdict(name, answer).state == "right", verdict(name, answer).message


@pytest.mark.parametrize(("name", "answer", "hint"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_gets_the_hint_for_its_mistake(name, answer, hint):
    judged = verdict(name, answer)
    assert judged.state == "wrong"
    assert hint in judged.message
