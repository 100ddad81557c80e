"""Slant and stroke width on figures drawn by hand, and on real digits."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.images.datasets import digits
from wgan_lib.images.digit_attributes import slant, stroke_width


def bar(width, length, top=4, left=10, side=28):
    """One upright bar, white on black."""
    image = torch.full((1, 1, side, side), -1.0)
    image[..., top : top + length, left : left + width] = 1
    return image


def sheared(image, columns):
    """Every row moved to the right by so many columns for each row above the bottom."""
    rows = image.shape[2]
    moved = [image[:, :, k].roll(columns * (rows - 1 - k), dims=2) for k in range(rows)]
    return torch.stack(moved, dim=2)


# ------------------------------------------------------------------ slant


def test_an_upright_bar_does_not_lean_and_a_diagonal_leans_by_its_slope():
    assert slant(bar(4, 20)).item() == pytest.approx(0, abs=1e-6)
    diagonal = (2 * torch.eye(28) - 1)[None, None]  # from top left to bottom right
    assert slant(diagonal).item() == pytest.approx(-1, abs=1e-5)
    assert slant(diagonal.flip(3)).item() == pytest.approx(1, abs=1e-5)


def test_a_shear_adds_what_it_shears():
    image = bar(3, 6, top=20, left=2)
    image[..., 21, 9] = 0.3  # something that is not symmetric
    assert (slant(sheared(image, 2)) - slant(image)).item() == pytest.approx(2, abs=1e-4)


def test_a_mirror_turns_the_slant_round_and_a_shift_leaves_it():
    image = digits("test").images[:50]
    torch.testing.assert_close(slant(image.flip(3)), -slant(image), atol=1e-5, rtol=1e-4)
    moved = image.roll(2, dims=3)[:, :, :, 2:]  # the left border is empty in every one of them
    torch.testing.assert_close(slant(moved), slant(image[..., :-2]), atol=1e-4, rtol=1e-3)


def test_real_digits_lean_to_the_right_on_average():
    assert 0.05 < slant(digits("test").images).mean() < 0.4


# ------------------------------------------------------------------ stroke width


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_long_bar_is_about_as_thick_as_it_is(width):
    exact = width / (1 + width / 24)
    assert stroke_width(bar(width, 24, top=1)).item() == pytest.approx(exact, rel=0.03)


def test_thicker_pens_and_closed_forms():
    image = digits("test").images[:100]
    thicker = torch.nn.functional.max_pool2d(image, 3, stride=1, padding=1)
    assert (stroke_width(thicker) > stroke_width(image) + 0.8).all()
    square = bar(10, 10)
    corner = 2 - math.sqrt(2)  # where both differences meet, the outline is √2 and not 2
    assert stroke_width(square).item() == pytest.approx(2 * 100 / (40 - corner), rel=1e-5)


# ------------------------------------------------------------------ what is no digit


def test_gradients_reach_the_image_and_grey_paper_is_no_ink():
    image = bar(4, 20)
    grey = torch.where(image < 0, -0.85, image).requires_grad_()
    assert slant(grey).item() == pytest.approx(0, abs=1e-6)
    assert stroke_width(grey).item() == pytest.approx(stroke_width(image).item())
    slant(grey).sum().backward()
    assert grey.grad.isfinite().all() and grey.grad.abs().sum() > 0


@pytest.mark.parametrize("measure", [slant, stroke_width])
@given(
    bad=st.sampled_from(
        [
            torch.zeros(2, 28, 28),
            torch.zeros(0, 1, 28, 28),
            torch.full((1, 1, 4, 4), math.nan),
            torch.zeros(1, 3, 4, 4),
            torch.full((2, 1, 4, 4), -1.0),
            "seven",
            None,
        ]
    )
)
def test_what_is_no_digit_is_refused(measure, bad):
    with pytest.raises((ValueError, TypeError), match=r"^images must"):
        measure(bad)


def test_one_row_of_ink_has_no_slant():
    with pytest.raises(ValueError, match="ink in more than one row"):
        slant(bar(5, 1))
    with pytest.raises(ValueError, match="number 1 has none"):
        slant(torch.cat([bar(4, 20), torch.full((1, 1, 28, 28), -1.0)]))
