"""Prefix codes: an outcome as the answers to yes/no questions, 1 and 0, asked in the best order.

No word of such a code begins another, so a message needs no commas between its words.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from torch import Tensor

from wgan_lib.ground.arguments import finite_tensor


def huffman(weights: Tensor | Sequence[float]) -> list[str]:
    """The words, strings of 0 and 1, of a shortest prefix code: one for each of n outcomes.

    The weights are probabilities or counts, not negative. A lone outcome has the empty word: there
    is nothing to ask. 1 is "yes": each question asks for the group with the earlier outcome
    (Huffman 1952).
    """
    weights = _weights("weights", weights)
    words = [""] * len(weights)
    # Each group is one outcome, or outcomes told apart by questions that are asked later.
    # Of equally rare ones the last is taken first: a sorted table then has a sorted code.
    groups = [(weight, -first, [first]) for first, weight in enumerate(weights)]
    heapq.heapify(groups)
    while len(groups) > 1:
        rarest = heapq.heappop(groups), heapq.heappop(groups)
        no, yes = sorted(rarest, key=lambda group: group[1])
        for bit, (_, _, outcomes) in (("1", yes), ("0", no)):
            for outcome in outcomes:
                words[outcome] = bit + words[outcome]
        heapq.heappush(groups, (yes[0] + no[0], yes[1], yes[2] + no[2]))
    return words


def mean_length(weights: Tensor | Sequence[float], words: Sequence[str]) -> float:
    """Σ p·length: how many bits an outcome costs on average when its probability is p.

    The weights, n probabilities or counts, need not be those that the code was made for.
    """
    weights = _weights("weights", weights)
    if len(words) != len(weights):
        raise ValueError(f"words must be {len(weights)}, one per weight, got {len(words)}")
    lengths = map(len, words)
    return sum(w * n for w, n in zip(weights, lengths, strict=True)) / sum(weights)


def encode(message: Sequence[int], words: Sequence[str]) -> str:
    """The words of the outcomes 0 … n−1 of a message, one after the other."""
    if wrong := [outcome for outcome in message if not 0 <= outcome < len(words)]:
        raise ValueError(f"message must hold outcomes 0 to {len(words) - 1}, got {wrong[0]}")
    return "".join(words[outcome] for outcome in message)


def decode(bits: str, words: Sequence[str]) -> list[int]:
    """The outcomes that `encode` was given: the first word that fits is the right one."""
    outcome_of = {word: outcome for outcome, word in enumerate(words)}
    message, start = [], 0
    for end in range(1, len(bits) + 1):
        if bits[start:end] in outcome_of:
            message.append(outcome_of[bits[start:end]])
            start = end
    if start < len(bits):
        raise ValueError(f"bits must be words of this code, got {bits[start:][:20]!r} at the end")
    return message


def _weights(name: str, values: Tensor | Sequence[float]) -> list[float]:
    # A list is summed in Python's own floats: the same code on every machine.
    tensor = finite_tensor(name, values, dimensions=(1,))
    numbers = tensor.tolist() if isinstance(values, Tensor) else [float(v) for v in values]
    if min(numbers) < 0 or sum(numbers) <= 0:
        raise ValueError(f"{name} must not be negative and not all zero, got {numbers}")
    return numbers
