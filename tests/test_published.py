"""The published numbers that lesson 12 draws beside its own."""

import pytest

from wgan_lib.measuring import CONTESTANTS, published


def test_every_row_has_a_number_for_each_dimension_and_a_contestant_of_ours():
    for column in ("ratio", "cosine"):
        table = published.table(column)
        assert table.keys() <= CONTESTANTS.keys()
        assert all(tuple(row) == published.DIMENSIONS for row in table.values())


def test_a_ratio_is_an_estimate_in_units_of_w1():
    assert published.table("ratio")["c-transform"][64] == [pytest.approx(3.58 / 1.36)]
    assert published.table("cosine")["cayley"][64] == [0.95]
    with pytest.raises(ValueError, match="column must be one of"):
        published.table("cos")
