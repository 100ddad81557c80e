"""Figures are drawn, described in words that do not depend on the processor, and stored."""

import ast
import base64
import io
import itertools
import math
import subprocess
import sys
import warnings
from pathlib import Path

import matplotlib
import matplotlib.legend
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from wgan_lib.classroom import figures, widgets
from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.pictures import bundle, in_notebook, png, savefig, show
from wgan_lib.classroom.style import FAKE, REAL, TRUTH, looks

X = np.linspace(0, 2 * np.pi, 101)


def sine(sign: float = 1.0, noise: float = 0.0, label: str = "critic") -> matplotlib.figure.Figure:
    wobble = noise * np.random.default_rng(0).standard_normal(X.size)
    return figures.curves({label: (X, sign * np.sin(X) + wobble)}, xlabel="x", ylabel="f(x)")


def cloud(seed: int = 0) -> torch.Tensor:
    return torch.randn(200, 2, generator=torch.Generator().manual_seed(seed))


FIGURES = {
    "curves": sine,
    "scatter": lambda: figures.scatter({"real": cloud(), "fake": cloud(1)}, modes=[[0, 0], [1, 1]]),
    "value_surface": lambda: figures.value_surface(
        np.outer(np.sin(X), X), X, X, points={"real": cloud()}
    ),
    "constant surface": lambda: figures.value_surface(torch.zeros(3, 4), range(4), range(3)),
    "histogram": lambda: figures.histogram({"c = 0.01": cloud()}, xlabel="weight", ylog=True),
    "bars": lambda: figures.bars({"clipping": [1, 2]}, ["ring", "grid"], ylabel="modes"),
    "image_sheet": lambda: figures.image_sheet(torch.zeros(5, 1, 4, 4), columns=3, title="digits"),
    "colour sheet": lambda: figures.image_sheet(torch.ones(2, 3, 4, 4), columns=8),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_every_figure_is_drawn_labelled_and_described(draw):
    figure = draw()
    for axes in figure.axes:
        assert not axes.axison or axes.get_label() == "<colorbar>" or axes.get_ylabel()
    assert Image.open(io.BytesIO(png(figure))).width > 100
    assert len(describe(figure).splitlines()) == 1
    assert describe(figure) == describe(draw())
    assert png(draw()) == png(draw())


def test_description_reads_like_this():
    assert describe(sine()) == (
        "x: x, y: f(x) | critic: 101 points, x 0 to 6.3, y -1 to 1, passing 0, 1, 0, -1, 0"
    )
    assert describe(sine(), values=False) == "x: x, y: f(x) | critic: 101 points"


CHANGED = {
    "negated": lambda: sine(sign=-1),
    "smaller": lambda: sine(sign=0.9),
    "renamed": lambda: sine(label="generator"),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
def test_description_sees_a_changed_curve(changed):
    assert describe(changed()) != describe(sine())


def test_description_sees_another_sample():
    one, other = (figures.scatter({"real": cloud(seed)}) for seed in (0, 1))
    assert describe(one) != describe(other)
    assert describe(one, values=False) == describe(other, values=False)


def test_a_surface_can_leave_out_its_scale():
    table = torch.arange(12.0).reshape(3, 4)
    panes = [
        len(figures.value_surface(table, range(4), range(3), scale=s).axes) for s in (True, False)
    ]
    assert panes == [2, 1]  # the scale has axes of its own


@pytest.mark.parametrize(
    "turn", [np.fliplr, np.flipud, np.negative], ids=lambda turn: turn.__name__
)
def test_description_sees_a_turned_surface(turn):
    table = np.outer(X, X**2)
    one, other = (figures.value_surface(each, X, X) for each in (table, turn(table)))
    assert describe(one) != describe(other)


def test_description_does_not_see_the_last_digits():
    assert describe(sine(noise=1e-7)) == describe(sine())


@given(st.integers(-999, 999), st.integers(-4, 3), st.sampled_from([-1, 1]))
def test_plain_numbers_are_written_alike_on_both_sides(units, exponent, side):
    """0.125 is half-way between 0.12 and 0.13: an error of 1e-6 must not decide between them."""
    value = units * 10.0**exponent
    exact, near = (
        figures.bars({"bar": [each, 3 * each]}, ["a", "b"], ylabel="y")
        for each in (value, value * (1 + side * 1e-6))
    )
    assert describe(exact) == describe(near)


def test_rounding_errors_of_zero_are_zero():
    noise = figures.curves({"gap": (X, 1e-16 * np.cos(7 * X))}, xlabel="x", ylabel="gap")
    assert "y 0 to 0, passing 0, 0, 0, 0, 0" in describe(noise)


def test_logarithmic_axes_keep_small_numbers():
    powers = 0.1 ** np.arange(5)
    figure = figures.curves({"c": (range(5), powers)}, xlabel="layer", ylabel="norm", ylog=True)
    assert "y: norm (log)" in describe(figure)
    assert "passing 1, 0.1, 0.01, 0.001, 0.0001" in describe(figure)


def test_missing_values_are_counted():
    figure = figures.curves({"loss": ([1, 2, 3], [1, math.nan, 3])}, xlabel="x", ylabel="y")
    assert "y 1 to 3, 1 not finite, passing 1, nan, 3" in describe(figure)


@pytest.mark.parametrize("digits", [0, 7, 2.0, True, "2"])
def test_digits_out_of_range_are_refused(digits):
    with pytest.raises(ValueError, match="digits must be a whole number from 1 to 6"):
        describe(sine(), digits)


def test_roles_keep_their_colour():
    named = looks("series", {"sliced": 0, "real samples": 0, "fake": 0, "the truth": 0})
    colours = [look.colour for _, _, look in named]
    assert colours[1:] == [REAL, FAKE, TRUTH]
    assert len(set(colours)) == 4


def test_panels_share_a_figure():
    figure, axes = figures.panels(2)
    for each, sign in zip(axes, (1, -1), strict=True):
        curve = (X, sign * np.sin(X))
        drawn = figures.curves({"critic": curve}, xlabel="x", ylabel="f(x)", axes=each)
        assert drawn is figure
    assert len(describe(figure).splitlines()) == 2


def test_tensors_of_any_kind_are_drawn():
    tensor = torch.linspace(0, 1, 5, requires_grad=True).to(torch.bfloat16)
    figure = figures.curves({"critic": (torch.arange(5), tensor)}, xlabel="x", ylabel="y")
    assert "passing 0, 0.25, 0.5, 0.75, 1" in describe(figure)


def plain_curves(**series):
    return figures.curves(series, xlabel="x", ylabel="y")


def surface_of(*shape: int):
    return figures.value_surface(torch.zeros(shape), range(4), range(3))


def sheet_of(images: torch.Tensor, columns: int = 8):
    return figures.image_sheet(images, columns=columns)


WRONG = {
    "not by name": (lambda: figures.scatter([1, 2]), TypeError, "points must be a dictionary"),
    "nothing": (lambda: figures.scatter({}), ValueError, "at least one series"),
    "no pair": (lambda: plain_curves(a=[1]), TypeError, "a must be a pair (x, y)"),
    "lengths": (lambda: plain_curves(a=([1, 2], [1])), ValueError, "one length"),
    "words": (lambda: figures.scatter({"a": "word"}), TypeError, "a must be numbers"),
    "space": (lambda: figures.scatter({"a": [[1, 2, 3]]}), ValueError, "N × 2"),
    "grid": (lambda: surface_of(4, 3), ValueError, "scores must have shape 3 × 4"),
    "bars": (lambda: figures.bars({"a": [1]}, ["x", "y"], ylabel="y"), ValueError, "2 heights"),
    "bytes": (lambda: sheet_of(torch.full((1, 1, 2, 2), 255)), ValueError, "-1 (black)"),
    "flat": (lambda: sheet_of(torch.zeros(28, 28)), ValueError, "N × 1 or 3"),
    "columns": (lambda: sheet_of(torch.zeros(1, 1, 2, 2), 0), ValueError, "columns must be"),
    "panels": (lambda: figures.panels(0), ValueError, "count must be"),
}


@pytest.mark.parametrize(("call", "error", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_data_are_refused(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize(("package", "module"), [(figures, "game"), (widgets, "entropy")])
def test_a_module_is_read_when_it_is_first_asked_for(package, module):
    assert getattr(package, module).__name__ == f"{package.__name__}.{module}"
    with pytest.raises(AttributeError, match="no attribute 'nowhere'"):
        _ = package.nowhere


def test_style_does_not_leak():
    before = matplotlib.rcParams.copy()
    sine()
    assert matplotlib.rcParams == before


def test_saved_picture_carries_its_description(tmp_path):
    savefig(sine(), tmp_path / "sine.png")
    assert Image.open(tmp_path / "sine.png").text == {"Description": describe(sine())}


def test_bundle_has_picture_text_and_alternative():
    data, metadata = bundle(sine(), text="<figure>", alt="a sine")
    assert set(data) == {"image/png", "text/plain"}
    assert metadata == {"image/png": {"alt": "a sine"}}


def test_a_stored_picture_is_small_and_looks_like_the_one_that_was_drawn():
    figure = sine()
    stored = base64.b64decode(bundle(figure, text="<figure>", alt="a sine")[0]["image/png"])
    drawn = png(figure)
    assert len(stored) < len(drawn) / 2
    before, after = (
        np.asarray(Image.open(io.BytesIO(each)).convert("RGB"), dtype=int)
        for each in (drawn, stored)
    )
    assert np.abs(before - after).max() <= 16
    paper = (before == 255).all(axis=2)
    assert (after[paper] == 255).all(), "white stays white"


def test_show_prints_the_description_outside_a_notebook(capsys):
    show(sine())
    assert not in_notebook()
    assert capsys.readouterr().out == describe(sine()) + "\n"


def test_importing_the_classroom_is_cheap(environment):
    """Nothing large is loaded before something is drawn, shown or built."""
    code = (
        "import sys; from wgan_lib.classroom import claim, describe, show, LivePlot; "
        "print(sorted({'matplotlib', 'IPython', 'nbclient'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_filled_area_is_a_shape_and_not_a_cloud_of_points():
    figure = sine()
    figure.axes[0].fill_between(X, np.sin(X), label="area")
    assert describe(figure).endswith("| area: 1 shapes")


def test_every_legend_is_told_its_place():
    """Without one, matplotlib looks for the best, and warns on a machine where that takes long."""
    places = []
    for file in sorted(Path(figures.__file__).parents[1].rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "legend":
                places.append("loc" in {keyword.arg for keyword in node.keywords})
    assert len(places) > 15 and all(places)
    for lesson in (Path(__file__).parents[1] / "notebooks").glob("*.md"):
        calls = lesson.read_text(encoding="utf-8").split(".legend(")[1:]
        assert all("loc=" in call.split(")")[0] for call in calls), lesson


def test_a_legend_on_a_slow_machine_warns_of_nothing(monkeypatch):
    """A clock that jumps two seconds from one look to the next."""
    looks_at_it = itertools.count(step=2)
    monkeypatch.setattr(matplotlib.legend.time, "perf_counter", lambda: next(looks_at_it))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for draw in (sine, FIGURES["scatter"], FIGURES["bars"]):
            png(draw())
    assert next(looks_at_it) > 2, "the legends were looked for a place for"
