"""Widgets: the shell they share, and what holds for every widget of the course."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from wgan_lib.classroom import figures
from wgan_lib.classroom.widgets.catalogue import catalogue
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider


def ends(control):
    """Both ends of a control, or all that it offers."""
    return [control.min, control.max] if hasattr(control, "min") else list(control.options)


def pixels(explorer):
    return np.asarray(Image.open(io.BytesIO(explorer.picture.value)).convert("RGB"), dtype=int)


def inside(control):
    """A value between the ends, or the middle one of all that a control offers."""
    if hasattr(control, "min"):
        return control.min + control.step * round(0.4 * (control.max - control.min) / control.step)
    return control.options[len(control.options) // 2]


@pytest.fixture(params=catalogue().values(), ids=catalogue())
def maker(request):
    return request.param


@pytest.fixture
def widget(maker):
    return maker()


# Every widget of every lesson.


def test_every_control_moves_the_picture_from_end_to_end(widget):
    for name, control in widget.controls.items():
        start, seen = control.value, []
        for value in ends(control):
            control.value = value
            assert widget.fault.value == "", f"{name} = {value}: {widget.fault.value}"
            seen.append(widget.picture.value)
        assert len(set(seen)) > 1, f"{name} changes nothing"
        control.value = start


def test_corners_of_all_controls_can_be_drawn(widget):
    for side in (0, -1):
        for control in widget.controls.values():
            control.value = ends(control)[side]
            assert widget.fault.value == ""


def test_the_order_of_the_moves_does_not_matter(maker):
    names, pictures = list(maker().controls), set()
    for turn in range(len(names)):
        widget = maker()
        for name in names[turn:] + names[:turn]:
            widget.controls[name].value = inside(widget.controls[name])
        pictures.add(widget.picture.value)
    assert len(pictures) == 1


def test_every_button_can_be_pressed_again_and_again(widget):
    for button in widget.buttons.values():
        for _ in range(3):
            button.click()
            assert widget.fault.value == ""


def test_the_picture_keeps_its_size(widget):
    """A picture that changes its size makes the page jump under the mouse."""
    sizes = {pixels(widget).shape}
    for control in widget.controls.values():
        for value in ends(control):
            control.value = value
            sizes.add(pixels(widget).shape)
    assert len(sizes) == 1


def test_there_is_something_to_touch_and_every_control_has_a_label(widget):
    assert widget.controls or widget.buttons
    assert all(control.description for control in widget.controls.values())


def test_a_still_picture_and_words_stand_where_no_kernel_runs(widget):
    data, metadata = widget._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert np.asarray(picture.convert("L")).std() > 5
    assert data["text/plain"].startswith(widget.name)
    assert widget.name in metadata["image/png"]["alt"]
    assert "application/vnd.jupyter.widget-view+json" in data


# The shell.

X = np.linspace(0, 1, 50)


def parabola(a, kind="up"):
    if a == 3:
        raise ValueError("a must not be <3>")
    sign = 1 if kind == "up" else -1
    axes = figures.quick_axes()
    return figures.curves({"f": (X, sign * a * X**2)}, xlabel="x", ylabel="f(x)", axes=axes)


def explorer(**actions):
    controls = {"a": slider("a", 0, 3, 0.5, value=1), "kind": choice("way", ["up", "down"])}
    return Explorer("A parabola", parabola, controls, actions)


def test_a_change_redraws_once_and_the_same_value_not_at_all():
    drawn = []

    def draw(a):
        drawn.append(a)
        return parabola(a)

    made = Explorer("A parabola", draw, {"a": slider("a", 0, 2, 1)})
    made.controls["a"].value = 2
    made.controls["a"].value = 2
    assert drawn == [1, 2]
    assert type(drawn[0]) is int


def test_an_error_is_shown_the_picture_stays_and_the_next_change_clears_it():
    made = explorer()
    before = made.picture.value
    made.controls["a"].value = 3
    assert 'role="alert"' in made.fault.value
    assert "ValueError: a must not be &lt;3&gt;" in made.fault.value
    assert made.picture.value == before
    made.controls["a"].value = 2
    assert made.fault.value == "" and made.picture.value != before


def test_an_action_acts_then_redraws_and_its_error_is_shown():
    state = {"scale": 1}

    def draw(a):
        return parabola(a * state["scale"])

    actions = {"double": lambda: state.update(scale=2), "break": lambda: 1 / 0}
    made = Explorer("A parabola", draw, {"a": slider("a", 0, 1, value=1)}, actions)
    before = made.picture.value
    made.buttons["double"].click()
    assert made.picture.value != before
    made.buttons["break"].click()
    assert "ZeroDivisionError" in made.fault.value


def test_an_error_of_the_first_picture_is_the_authors_and_is_raised():
    with pytest.raises(ValueError, match="a must not be"):
        Explorer("A parabola", parabola, {"a": slider("a", 0, 3, 0.5, value=3)})


def test_words_give_name_settings_and_what_the_picture_shows():
    data, _ = explorer()._repr_mimebundle_()
    first, second = data["text/plain"].splitlines()
    assert first == "A parabola (a = 1, kind = up)"
    assert second.startswith("x: x, y: f(x) | f: 50 points")
    made = explorer()
    made.controls["kind"].value = "down"
    assert "y -1 to 0" in made._repr_mimebundle_()[0]["text/plain"]


def test_a_slider_is_of_whole_numbers_if_all_its_numbers_are():
    assert isinstance(slider("n", 1, 5), ipywidgets.IntSlider)
    assert slider("n", 1, 5).value == 3
    fine = slider("x", 0, 1, 0.25, value=0.5)
    assert isinstance(fine, ipywidgets.FloatSlider) and (fine.min, fine.max) == (0, 1)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0, 0), "high"), ((1, 0), "high"), ((0, 1, 0), "step"), ((float("nan"), 1), "low")],
)
def test_a_slider_without_a_range_is_refused(arguments, name):
    with pytest.raises(ValueError, match=name):
        slider("x", *arguments)


def test_a_start_outside_is_refused():
    with pytest.raises(ValueError, match="value must be"):
        slider("x", 0, 1, 0.1, value=2)
    with pytest.raises(ValueError, match="did you mean 'up'"):
        choice("way", ["up", "down"], value="upp")
