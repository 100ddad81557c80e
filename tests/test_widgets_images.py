"""Lesson 08's widget: what it shows is on the path, and its sliders do what they are called."""

import pytest
import torch

from wgan_lib.classroom.widgets.images import STOPS, draw_walk, explored, latent_explorer, walk
from wgan_lib.images.digit_attributes import slant, stroke_width
from wgan_lib.training.run import generate

PAIRS = [(a, b) for a in range(10) for b in range(10) if a != b]


def walked(lean=0.0, thicken=0.0):
    """The digits at all stops of all 90 paths."""
    known = explored()
    latents = torch.cat([walk(known, a, b, lean, thicken) for a, b in PAIRS[::7]])
    return generate(known.generator, latents)


def test_each_landmark_is_the_digit_that_it_stands_for():
    known = explored()
    with torch.no_grad():
        seen = known.classifier(generate(known.generator, known.landmarks)).softmax(dim=1)
    assert seen.argmax(dim=1).tolist() == list(range(10))
    assert seen.amax(dim=1).min() > 0.99


def test_a_path_begins_and_ends_at_its_landmarks():
    known, path = explored(), walk(explored(), 4, 9, 0.0, 0.0)
    assert path.shape == (STOPS, known.generator.latent_dim)
    torch.testing.assert_close(path[0], known.landmarks[4])
    torch.testing.assert_close(path[-1], known.landmarks[9])


def test_a_path_from_a_digit_to_itself_stands_still():
    path = walk(explored(), 5, 5, 0.0, 0.0)
    torch.testing.assert_close(path, explored().landmarks[5].expand(STOPS, -1))


@pytest.mark.parametrize(("slider", "measure"), [("lean", slant), ("thicken", stroke_width)])
def test_a_slider_moves_what_it_is_called_after(slider, measure):
    low, middle, high = (measure(walked(**{slider: at})).mean() for at in (-1.0, 0.0, 1.0))
    assert low < middle < high


def test_the_picture_shows_the_digit_of_the_stop_and_the_whole_path():
    known = explored()
    digit, bars, strip = draw_walk("3", "8", 4, 0.5, -0.5).axes
    path = generate(known.generator, walk(known, 3, 8, 0.5, -0.5))
    torch.testing.assert_close(
        torch.tensor(digit.images[0].get_array(), dtype=torch.float32), path[4, 0]
    )
    shown = torch.tensor(strip.images[0].get_array(), dtype=torch.float32)
    torch.testing.assert_close(shown, torch.cat(list(path[:, 0]), dim=1))
    heights = [bar.get_height() for bar in bars.patches]
    assert sum(heights) == pytest.approx(1, abs=1e-5) and len(heights) == 10


def test_a_picture_drawn_again_is_the_picture_drawn_afresh():
    widget = latent_explorer()
    widget.controls["stop"].value = 2
    widget.controls["end"].value = "1"
    widget.controls["lean"].value = 1.0
    again = widget.picture.value
    widget.controls["thicken"].value = 1.5
    widget.controls["thicken"].value = 0.0
    assert widget.picture.value == again
