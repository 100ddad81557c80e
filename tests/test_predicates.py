"""Predicates: what passes at the edges, what they fill, what they say when they fail."""

import math
from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given

from wgan_lib.classroom import above, at_least, at_most, below, between, every, near, seeds
from wgan_lib.classroom.quantities import Quantity, written

NAN = math.nan


def fills(check):
    return [str(fill) for fill in check.fills]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (6561, "6,561"),
        (2.0, "2"),
        (-2, "−2"),
        (0.02, "0.02"),
        (1234.5, "1,234.5"),
        (1e-9, "10⁻⁹"),
        (-2.5e-7, "−2.5 · 10⁻⁷"),
        (10**6, "1,000,000"),
        (10**13, "10¹³"),
        (1e9, "10⁹"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (Fraction(1, 3), "1/3"),
        (1e-4, "0.0001"),
    ],
)
def test_a_number_is_written_as_the_lessons_write_it(number, text):
    assert written(number) == text


@given(st.integers(-(10**6), 10**6), st.integers(0, 5))
def test_a_short_number_is_written_without_loss(digits, places):
    number = digits / 10**places
    text = written(number).replace("−", "-").replace(",", "")
    if " · 10" not in text and "⁻" not in text:
        assert float(text) == number


@pytest.mark.parametrize("number", [math.log(2), 1 / 3, 1.23456789e-12, 1.0000001])
def test_a_long_number_needs_a_format(number):
    with pytest.raises(ValueError, match="no form of 6 digits"):
        written(number)
    assert f"{Quantity(math.log(2)):.3f}" == "0.693"


def test_a_field_has_formats_and_lists():
    assert f"{Quantity(0.02):%}" == "2 %"
    assert f"{Quantity(0.994):%}" == "99.4 %"
    assert f"{Quantity(0.126):.0%}" == "13 %"
    assert f"{Quantity([1.419, 3.4, 9])}" == "1.419, 3.4 and 9"
    assert f"{Quantity([0.1, 0.5]):%}" == "10 % and 50 %"


@pytest.mark.parametrize(
    ("check", "holds"),
    [
        (near(1.5, 1, within=0.5), True),
        (near(1.5001, 1, within=0.5), False),
        (near(0.5, 1, within=0.5), True),
        (near(8, 8, within=0), True),
        (near(math.inf, math.inf, within=1), True),
        (near(math.inf, -math.inf, within=1), False),
        (near(NAN, NAN, within=1), False),
        (near([1, NAN], 1, within=1), False),
        (below(1, 1), False),
        (below(0.999, 1), True),
        (below(NAN, 1), False),
        (below(1, NAN), False),
        (above(1, 1), False),
        (above(1.001, 1), True),
        (above(NAN, 1), False),
        (at_most(1, 1), True),
        (at_most(1.001, 1), False),
        (at_least(1, 1), True),
        (at_least(0.999, 1), False),
        (between([1, 2], 1, 2), True),
        (between(0.999, 1, 2), False),
        (between(2.001, 1, 2), False),
        (between(NAN, 1, 2), False),
    ],
)
def test_what_passes_at_the_edges(check, holds):
    assert check.holds is holds and bool(check) is holds and bool(check.failure) is not holds


@pytest.mark.parametrize(
    "value",
    [
        [0.1, 0.2],
        (0.1, 0.2),
        torch.tensor([0.1, 0.2], requires_grad=True),
        [torch.tensor(0.1), torch.tensor(0.2)],
        np.array([[0.1], [0.2]]),
        {"a": 0.1, "b": 0.2}.values(),
        (each / 10 for each in (1, 2)),
        range(-2, 0),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_may_be_many_numbers_and_all_must_pass(value):
    values = value if isinstance(value, torch.Tensor | np.ndarray) else list(value)
    assert below(values, 0.3) and not below(values, -1.5)


def test_a_bound_may_have_a_number_for_each():
    assert below(torch.tensor([1.0, 2.0]), torch.tensor([1.5, 2.5]))
    assert not below([1.0, 3.0], [1.5, 2.5])
    assert near([1, 2, 3], [1, 2, 3], within=0)
    with pytest.raises(ValueError, match=r"shape \(2,\), got \(3,\)"):
        below([1, 2], [1, 2, 3])


def test_what_the_author_wrote_fills_and_what_was_computed_does_not():
    assert fills(near(2.9, 3, within=0.5)) == ["3"]
    assert fills(near([1, 2], [1, 2], within=0)) == ["1 and 2"]
    assert fills(near(1, torch.tensor(1.0), within=0)) == []
    assert fills(below(1, torch.tensor(2.0))) == fills(below([1], [2])) == []
    assert fills(between(1.5, 1, 2)) == ["1", "2"]
    assert fills(every(below([1, 2, 3], 4))) == ["4", "3 of 3"]
    assert fills(every(torch.ones(81, 81) > 0)) == ["6,561 of 6,561"]
    assert fills(seeds(range(5), lambda seed: seed >= 0)) == ["5 of 5 seeds"]
    assert fills(seeds(range(5), [True] * 5, stored=True)) == ["5 of 5 stored runs"]
    assert fills(seeds(range(2), below([1, 2], 3))) == ["3", "2 of 2 seeds"]
    assert fills(seeds(range(2), lambda seed: below(seed, 3))) == ["3", "2 of 2 seeds"]
    assert fills(seeds(range(2), lambda seed: below(seed, seed + 1))) == ["2 of 2 seeds"]
    assert fills(seeds(range(3), [True, False, True], exactly=2)) == ["2 of 3 seeds"]


def test_the_tolerance_is_kept_by_what_wraps_it():
    assert seeds(range(2), near([1, 2], [1, 2], within=0.1)).within == 0.1
    assert every([near(1, 1, within=0.2)]).within == 0.2


def test_a_row_of_numbers_stands_for_each_seed():
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert seeds(range(3), below(table, 7)) and seeds(range(3), every(table < 7))
    assert fills(seeds(range(3), every(table < 7))) == ["6 of 6", "3 of 3 seeds"]
    assert not seeds(range(3), below(table, 4))
    assert seeds(range(3), below(table, 4), exactly=1)
    assert not seeds(range(3), below(table, 7), exactly=2)


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (below(0.5, 0.1), "computed 0.5, allowed below 0.1"),
        (near(2, 3, within=0.5), "computed 2, allowed within 0.5 of 3"),
        (between(5, 1, 2), "computed 5, allowed from 1 to 2"),
        (at_least([3, 1, 0], 2), "computed 1 at 1 (2 of 3 fail), allowed 2 or more"),
        (above(torch.eye(2), 0), "computed 0 at 0, 1 (2 of 4 fail), allowed above 0"),
        (at_most(NAN, 2), "computed nan, allowed 2 or less"),
        (every([True, False]), "1 of 2 hold, allowed 2 of 2"),
        (
            seeds([4, 7], lambda seed: below(seed, 5)),
            "1 of 2 hold, allowed 2 of 2 seeds; it fails for the seeds 7; computed 7, allowed "
            "below 5",
        ),
    ],
)
def test_a_failure_shows_both_sides(check, words):
    assert check.failure == words


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: near(1, 1), TypeError, "within"),
        (lambda: near(1, 1, within=-1), ValueError, "within must be 0 or more"),
        (lambda: near(1, 1, within=NAN), ValueError, "within must be 0 or more"),
        (lambda: near(1, 1, within="1"), TypeError, "within must be a number, got str"),
        (lambda: below("1", 1), TypeError, "value must be numbers, got str"),
        (lambda: below(True, 1), TypeError, "value must be numbers, got truth values"),
        (lambda: below(torch.tensor([True]), 1), TypeError, "got truth values"),
        (lambda: below([], 1), ValueError, "value must not be empty"),
        (lambda: below({"a": 1}, 1), TypeError, "value must be numbers, got dict"),
        (lambda: below(1, None), TypeError, "a bound must be numbers, got NoneType"),
        (lambda: between(1, 3, 2), ValueError, "low must not exceed high, got 3 and 2"),
        (lambda: every([]), ValueError, "holds must not be empty"),
        (lambda: every(torch.ones(0) > 0), ValueError, "holds must not be empty"),
        (lambda: every(True), TypeError, "holds must be a check, a boolean tensor or"),
        (lambda: every([1.5]), TypeError, "holds must be True or False"),
        (lambda: seeds(range(3), [True, True]), ValueError, "each of 3 seeds, got 2"),
        (lambda: seeds(range(3), below(1, 2)), ValueError, "each of 3 seeds, got 1"),
        (lambda: seeds([], []), ValueError, "holds must not be empty"),
        (lambda: seeds([1], [True], exactly=2), ValueError, "exactly must be from 0 to 1, got 2"),
    ],
)
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
