"""Paths, surveys and directions in a latent space that is known from end to end."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib.images.datasets import digits
from wgan_lib.images.digit_attributes import slant
from wgan_lib.images.latent import direction, on_the_sphere, standard_latents, straight, survey


def vectors(n=2, d=6, seed=0):
    return torch.randn(n, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


# ------------------------------------------------------------------ paths


@pytest.mark.parametrize("path", [straight, on_the_sphere])
def test_a_path_begins_at_its_start_and_ends_at_its_end(path):
    start, end = vectors()
    torch.testing.assert_close(path(start, end, 0.0), start)
    torch.testing.assert_close(path(start, end, 1), end)
    shares = torch.linspace(0, 1, 5, dtype=torch.float64)[:, None]
    assert path(start.expand(5, 6), end.expand(5, 6), shares).shape == (5, 6)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(0, 1))
def test_on_the_sphere_the_length_stays_and_the_angle_is_shared(seed, share):
    start, end = (v / v.norm() for v in vectors(seed=seed))
    point = on_the_sphere(start, end, share)
    angle = torch.acos(start @ end)
    assert point.norm().item() == pytest.approx(1, abs=1e-9)
    assert torch.acos((start @ point).clamp(-1, 1)).item() == pytest.approx(
        share * angle.item(), abs=1e-6
    )


def test_the_middle_of_a_straight_line_is_too_short():
    start, end = vectors(4000, 64), vectors(4000, 64, seed=1)
    usual = start.norm(dim=1).mean()
    assert (straight(start, end, 0.5).norm(dim=1).mean() / usual).item() == pytest.approx(
        1 / math.sqrt(2), abs=0.01
    )
    assert (on_the_sphere(start, end, 0.5).norm(dim=1).mean() / usual).item() == pytest.approx(
        1, abs=0.01
    )


def test_between_parallel_vectors_the_arc_is_a_straight_line():
    start = vectors(1)[0]
    torch.testing.assert_close(on_the_sphere(start, 3 * start, 0.5), 2 * start)
    torch.testing.assert_close(on_the_sphere(start, start, 0.3), start)


@pytest.mark.parametrize("path", [straight, on_the_sphere])
@pytest.mark.parametrize(
    ("start", "end", "share", "word"),
    [
        (torch.zeros(3), torch.zeros(4), 0.5, "start and end must have one shape"),
        (torch.full((3,), math.nan), torch.zeros(3), 0.5, "start must hold finite"),
        (torch.zeros(3), torch.zeros(0), 0.5, "end must not be empty"),
        (torch.ones(3), torch.ones(3), 1.5, "share must"),
    ],
)
def test_a_path_between_what_does_not_fit_is_refused(path, start, end, share, word):
    with pytest.raises(ValueError, match=word):
        path(start, end, share)


# ------------------------------------------------------------------ surveys


class Album:
    """A generator whose one latent number is the position of a digit in the data set."""

    def __init__(self):
        self.data = digits("test")

    def __call__(self, latent):
        return self.data.images[latent[:, 0].long()]


def test_a_survey_says_what_is_on_each_picture():
    album = Album()
    latent = torch.arange(200.0)[:, None]
    found = survey(album, latent)
    assert (found.digit == album.data.labels[:200]).double().mean() > 0.97
    assert torch.equal(found.slant, slant(album.data.images[:200]))
    assert torch.equal(found.latent, latent) and found.sureness.median() > 0.99
    sevens = found.where(found.digit == 7)
    assert len(sevens.images) == len(sevens.width) == (found.digit == 7).sum()


def test_empty_pictures_are_left_out():
    def draw(latent):
        images = digits("test").images[: len(latent)].clone()
        images[1] = -1
        return images

    assert survey(draw, torch.arange(3.0)[:, None]).latent.flatten().tolist() == [0, 2]


def test_latent_vectors_hang_on_the_seed():
    assert torch.equal(standard_latents(3, 5, seed=2), standard_latents(3, 5, seed=2))
    assert not torch.equal(standard_latents(3, 5), standard_latents(3, 5, seed=1))
    assert standard_latents(4000, 2).std().item() == pytest.approx(1, abs=0.03)


# ------------------------------------------------------------------ directions


def test_a_direction_points_to_where_the_values_grow():
    latent = vectors(5000, 4)
    found = direction(latent, latent @ torch.tensor([0.0, 3.0, 0.0, -4.0], dtype=torch.float64))
    cosine = found @ torch.tensor([0.0, 0.6, 0.0, -0.8], dtype=torch.float64) / found.norm()
    assert cosine.item() > 0.995
    # Of a normal law the upper fifth has the mean φ(z)/0.2 = 1.4, the lower fifth minus that.
    assert found.norm().item() == pytest.approx(2.8, abs=0.1)


def test_the_order_of_the_samples_does_not_matter():
    latent, values = vectors(50, 3), vectors(50, 1, seed=1)[:, 0]
    order = torch.randperm(50, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(direction(latent[order], values[order]), direction(latent, values))


@pytest.mark.parametrize(
    ("values", "share", "word"),
    [
        (torch.zeros(4), 0.2, "values must be one number for each of 50"),
        (torch.zeros(50), 0.001, "at least one"),
        (torch.zeros(50), 0.7, "share must"),
        (torch.full((50,), math.inf), 0.2, "values must hold finite"),
    ],
)
def test_values_that_do_not_fit_are_refused(values, share, word):
    with pytest.raises(ValueError, match=word):
        direction(vectors(50, 3), values, share)


@pytest.mark.parametrize(("n", "d", "seed"), [(0, 2, 0), (2, 0, 0), (2, 2, -1), (1.5, 2, 0)])
def test_counts_and_seeds_are_checked(n, d, seed):
    with pytest.raises(ValueError, match="must be an integer of at least"):
        standard_latents(n, d, seed)
