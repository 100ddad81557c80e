"""The exercise of the page that the course starts with: each plausible slip gets its own hint."""

import pytest

from wgan_lib.classroom.exercises.checking import verdict


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda points: points.norm(dim=1), "now take their mean"),
        (lambda points: (points**2).sum(1).mean(), "where is the root?"),
        (lambda points: points.mean(0).norm(), "first the distances"),
        (lambda points: points.norm(dim=1).sum(), "the mean of these is 16/3"),
        (lambda points: points.norm(dim=0).mean(), "the mean of these is 16/3"),
        (lambda points: None, "replace the three dots"),
        (5.0, "a function is wanted here"),
    ],
)
def test_a_slip_gets_its_hint(answer, hint):
    judged = verdict("mean_distance", answer)
    assert judged.state != "right" and hint in judged.message


def test_any_right_way_will_do():
    def with_a_loop(points):
        return sum((x * x + y * y) ** 0.5 for x, y in points.tolist()) / len(points)

    assert verdict("mean_distance", with_a_loop).state == "right"
