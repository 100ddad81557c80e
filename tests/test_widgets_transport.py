"""Lesson 03's widgets: right numbers over the whole range, and pictures that forget the past."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from wgan_lib.classroom.pictures import png
from wgan_lib.classroom.widgets import transport as widgets
from wgan_lib.classroom.widgets.transport import CELLS, THINNEST, four_distances, line_masses

THETAS = torch.arange(-32, 33, dtype=torch.float64) / 32


def title(figure, pane=0):
    return figure.axes[pane].get_title()


def bars(figure, name):
    """The heights of the bars of that name on the left, as shares."""
    (pile,) = [c for c in figure.axes[0].containers if c.get_label() == name]
    heights = np.abs(pile.datavalues)
    return heights / heights.sum()


# ------------------------------------------------------------------ the line


@pytest.mark.parametrize("cells", [1, 3, 8, 16])
def test_distances_of_lines_have_their_closed_forms(cells):
    thickness = cells / 32
    found = four_distances(line_masses(0.0, thickness), line_masses(THETAS, thickness))
    apart = (THETAS.abs() / thickness).clamp(max=1)  # the share that does not overlap
    assert torch.allclose(found["TV"], apart)
    assert torch.allclose(found["JS"], math.log(2) * apart)
    assert torch.equal(found["KL"].isinf(), THETAS != 0) and found["KL"][32] == 0
    assert torch.allclose(found["W₁"], THETAS.abs(), atol=1e-12)


@given(st.floats(-1, 1), st.floats(1 / 32, 0.5))
def test_a_line_keeps_its_mass_and_its_middle(theta, thickness):
    masses = line_masses(theta, thickness)
    assert masses.min() >= 0 and masses.sum().item() == pytest.approx(1)
    # A cell's mass counts at the cell's middle, so the mean is off by less than half a cell.
    assert (masses @ CELLS).item() == pytest.approx(theta + thickness / 2, abs=1 / 64)


def test_the_distance_to_a_line_has_its_slope():
    theta = torch.tensor([-0.7, -0.2, 0.1, 0.9], dtype=torch.float64, requires_grad=True)
    found = four_distances(line_masses(0.0, THINNEST), line_masses(theta, THINNEST))
    slope = torch.autograd.grad(found["W₁"].sum(), theta)[0]
    assert slope.tolist() == pytest.approx([-1, -1, 1, 1])


@pytest.mark.parametrize(
    ("theta", "thickness", "message"),
    [
        (1.5, 0.1, "theta must lie between -1 and 1, got up to 1.5"),
        (math.nan, 0.1, "theta must hold finite numbers"),
        (0.0, 0.01, "thickness must be a finite number between 0.03125 and 0.5, got 0.01"),
        (0.0, 0.6, "thickness must be a finite number between"),
    ],
)
def test_lines_that_leave_the_row_are_refused(theta, thickness, message):
    with pytest.raises(ValueError, match=message):
        line_masses(theta, thickness)


def test_the_slid_line_reads_what_stands_above_it():
    draw = widgets.slide_the_line().draw
    for theta, cells in itertools.product((-1, -0.25, 0, 0.125, 1), (1, 8, 16)):
        apart = min(1, abs(theta) * 32 / cells)
        kl = "∞" if theta else "0.00"
        readings = f"TV {apart:.2f}, KL {kl}, JS {apart * math.log(2):.2f}, W₁ {abs(theta):.2f}"
        assert title(draw(theta=theta, thickness=cells), 1) == readings


# ------------------------------------------------------------------ the piles


def test_the_cost_in_the_title_is_the_distance_between_the_piles_drawn():
    draw, places = partial(widgets.move_the_earth().draw, cost="the distance"), np.arange(9)
    for p, q, gap, width in itertools.product((0, 2.5, 8), (1, 8), (0, 1.5, 4), (1, 4)):
        figure = draw(p=p, q=q, gap=gap, width=width)
        shares = bars(figure, "P"), bars(figure, "Q")
        expected = stats.wasserstein_distance(places, places, *shares)
        assert float(title(figure).removeprefix("W₁ = ")) == pytest.approx(expected, abs=0.0051)


def test_by_the_distance_the_plan_drawn_does_not_cross():
    explorer = widgets.move_the_earth()
    ways = [c for c in explorer.figure.axes[0].collections if hasattr(c, "get_segments")]
    ends = sorted((a[0], b[0]) for a, b in ways[0].get_segments())
    assert len(ends) > 4 and [b for _, b in ends] == sorted(b for _, b in ends)


@pytest.mark.parametrize(
    ("cost", "total"), [("the distance", 3), ("its square", 9), ("its root", math.sqrt(3))]
)
def test_costs_are_what_they_are_called(cost, total):
    figure = widgets.move_the_earth().draw(p=2, q=5, gap=0, width=1, cost=cost)
    assert title(figure).endswith(f"= {total:.2f}")


@pytest.mark.parametrize("make", [widgets.move_the_earth, widgets.slide_the_line])
@settings(max_examples=4)
@given(data=st.data())
def test_a_picture_depends_on_the_controls_and_not_on_what_was_drawn_before(make, data):
    used, fresh = make(), make()
    for _ in range(3):
        values = {
            name: data.draw(st.sampled_from(choices(control)))
            for name, control in used.controls.items()
        }
        used.draw(**values)
    assert png(used.draw(**values)) == png(fresh.draw(**values))


def choices(control):
    if hasattr(control, "options"):
        return list(control.options)
    middle = control.min + control.step * round((control.max - control.min) / control.step / 2)
    return [control.min, middle, control.max]
