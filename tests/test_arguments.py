"""The shared argument checks: what they let pass, what they refuse, and how they say so."""

import re
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.ground.arguments import finite_number, finite_tensor, one_of, positive_integer


@pytest.mark.parametrize("value", [3, 3.0, np.int32(3), np.float64(3), torch.tensor(3)])
def test_integers_of_all_kinds_become_int(value):
    number = positive_integer("n", value)
    assert number == 3
    assert type(number) is int


@pytest.mark.parametrize("value", [True, np.True_, torch.tensor(True), "3", None, [3], 3j])
def test_an_integer_of_the_wrong_kind_is_a_type_error(value):
    with pytest.raises(TypeError, match="batch_size must be an integer of at least 1, got"):
        positive_integer("batch_size", value)


@pytest.mark.parametrize("value", [0, -1, 2.5, float("nan"), float("inf"), Fraction(7, 2)])
def test_an_integer_that_is_too_small_or_none_is_a_value_error(value):
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1, got"):
        positive_integer("batch_size", value)


def test_the_integer_message_is_one_plain_sentence():
    with pytest.raises(ValueError) as caught:
        positive_integer("batch_size", 0)
    assert str(caught.value) == "batch_size must be an integer of at least 1, got 0"


def test_the_minimum_of_an_integer_can_be_chosen():
    assert positive_integer("steps", 0, minimum=0) == 0
    with pytest.raises(ValueError, match="at least 2, got 1"):
        positive_integer("widths", 1, minimum=2)


@given(st.integers(min_value=1))
def test_large_integers_lose_nothing(value):
    assert positive_integer("n", value) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_is_a_finite_number(value):
    assert finite_number("x", value) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_what_is_not_finite_is_a_value_error(value):
    with pytest.raises(ValueError, match="penalty must be a finite number"):
        finite_number("penalty", value)


@pytest.mark.parametrize("value", [False, "1", None, [1.0], 1j, torch.ones(2)])
def test_a_number_of_the_wrong_kind_is_a_type_error(value):
    with pytest.raises(TypeError, match="penalty must be a finite number"):
        finite_number("penalty", value)


def test_both_ends_of_a_range_belong_to_it_unless_strict():
    assert finite_number("final_rate", 0, minimum=0, maximum=1) == 0.0
    assert finite_number("final_rate", 1, minimum=0, maximum=1) == 1.0
    for end in (0, 1):
        with pytest.raises(ValueError, match="strictly between 0 and 1"):
            finite_number("final_rate", end, minimum=0, maximum=1, strict=True)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"minimum": 0}, "of at least 0, got -7"),
        ({"minimum": 0, "strict": True}, "greater than 0, got -7"),
        ({"maximum": -9}, "of at most -9, got -7"),
        ({"maximum": -9, "strict": True}, "less than -9, got -7"),
        ({"minimum": 0, "maximum": 0.5}, "between 0 and 0.5, got -7"),
    ],
)
def test_the_range_is_said_in_words(limits, words):
    with pytest.raises(ValueError, match=re.escape(f"clip must be a finite number {words}")):
        finite_number("clip", -7, **limits)


def test_a_number_in_a_tensor_becomes_a_float():
    assert type(finite_number("x", torch.tensor([0.5]))) is float


def test_one_of_returns_the_name():
    assert one_of("norm", "layer", ["layer", "instance"]) == "layer"


def test_one_of_lists_what_is_allowed_and_the_nearest():
    with pytest.raises(ValueError) as caught:
        one_of("norm", "instnace", iter(["layer", "instance"]))
    assert str(caught.value) == (
        "norm must be one of 'layer', 'instance', got 'instnace'; did you mean 'instance'?"
    )


def test_one_of_proposes_nothing_where_nothing_is_near():
    with pytest.raises(ValueError, match=r"got 'zzz'$"):
        one_of("norm", "zzz", ["layer", "instance"])


def test_one_of_wants_a_string():
    with pytest.raises(TypeError, match="got 3"):
        one_of("norm", 3, ["layer"])


def test_a_tensor_keeps_dtype_and_graph():
    x = torch.ones(3, dtype=torch.float64, requires_grad=True)
    assert finite_tensor("x", x) is x


@pytest.mark.parametrize("value", [[1, 2], np.array([1, 2]), torch.tensor([1, 2]), [True, True]])
def test_integers_become_floating_point(value):
    assert finite_tensor("x", value).dtype == torch.get_default_dtype()


@pytest.mark.parametrize("value", ["a", None, [[1], [1, 2]], object(), torch.ones(2) * 1j])
def test_what_is_no_real_tensor_is_a_type_error(value):
    with pytest.raises(TypeError, match=r"^x must"):
        finite_tensor("x", value)


def test_an_empty_tensor_is_refused():
    with pytest.raises(ValueError, match=r"x must not be empty, got shape \(0, 2\)"):
        finite_tensor("x", torch.empty(0, 2))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_finite_are_counted(bad):
    with pytest.raises(ValueError, match="got 2 nan or infinite of 3 values"):
        finite_tensor("x", [1.0, bad, bad])


def test_finite_numbers_whose_sum_overflows_are_finite():
    large = torch.full((3,), 3e38)
    assert finite_tensor("x", large) is large
    with pytest.raises(ValueError, match="got 1 nan or infinite of 4 values"):
        finite_tensor("x", torch.cat([large, torch.tensor([float("nan")])]))


def test_the_number_of_dimensions_can_be_asked_for():
    assert finite_tensor("x", [[1.0]], dimensions=(1, 2)).shape == (1, 1)
    with pytest.raises(ValueError, match=r"must have 1 or 2 dimensions, got shape \(\)"):
        finite_tensor("x", 1.0, dimensions=(1, 2))
    with pytest.raises(ValueError, match=r"must have 1 dimension, got shape \(1, 1\)"):
        finite_tensor("x", [[1.0]], dimensions=(1,))


def test_a_tensor_without_values_passes():
    assert finite_tensor("x", torch.empty(2, device="meta")).is_meta


def test_a_long_value_is_cut_short_in_the_message():
    with pytest.raises(TypeError) as caught:
        positive_integer("n", "x" * 1000)
    assert len(str(caught.value)) < 150
    assert "\n" not in str(caught.value)
