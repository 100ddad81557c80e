"""The shell that every widget shares: controls on top, one picture below, redrawn at each change.

    Explorer("A parabola", draw, {"a": slider("a", -2, 2, 0.1, value=1)})

`draw(a=…)` returns a figure; it is all that a widget has of its own. Where no kernel runs, the
picture that was drawn first stands in the widget's place.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets
from matplotlib.figure import Figure

from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.pictures import bundle, png
from wgan_lib.ground.arguments import finite_number, one_of

_WIDE = {"description_width": "initial"}


class Explorer(ipywidgets.VBox):
    """Controls over one figure function.

    Takes the widget's name; `draw`, called with the value of each control by its name; the
    controls; and, if there is something to press, actions: for each button's label a function
    without arguments, after which the picture is redrawn. A `draw` or an action that raises shows
    its error above the picture, which then stays as it was.
    """

    def __init__(
        self,
        name: str,
        draw: Callable[..., Figure],
        controls: Mapping[str, ipywidgets.Widget],
        actions: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        self.name, self.draw, self.controls = name, draw, dict(controls)
        self.buttons = {label: self._button(label, act) for label, act in (actions or {}).items()}
        self.fault = ipywidgets.HTML(layout={"display": "none"})
        # Unless told otherwise the box would stretch the picture to the width of the cell.
        self.picture = ipywidgets.Image(format="png", layout={"align_self": "flex-start"})
        row = [ipywidgets.HBox(list(self.buttons.values()))] if self.buttons else []
        super().__init__([*self.controls.values(), *row, self.fault, self.picture])
        for control in self.controls.values():
            control.observe(self._changed, names="value")
        self.figure = self.draw(**self.values)  # an error here is the author's, and is raised
        self.picture.value = png(self.figure)

    @property
    def values(self) -> dict[str, Any]:
        """The value of each control."""
        return {name: control.value for name, control in self.controls.items()}

    def redraw(self, first: Callable[[], object] | None = None) -> None:
        """Draw for the present values, after `first` if given; an error is shown, not raised."""
        try:
            if first is not None:
                first()
            self.figure = self.draw(**self.values)
            self.picture.value = png(self.figure)
            self._say("")
        except Exception as error:  # nobody sees what a callback raises
            said = html.escape(f"{type(error).__name__}: {error}")
            self._say(f'<div role="alert"><b>This cannot be drawn.</b> {said}</div>')

    def _say(self, fault: str) -> None:
        self.fault.value, self.fault.layout.display = fault, "block" if fault else "none"

    def _changed(self, change: object) -> None:
        self.redraw()

    def _button(self, label: str, act: Callable[[], object]) -> ipywidgets.Button:
        button = ipywidgets.Button(description=label, layout={"width": "auto"})
        button.on_click(lambda _: self.redraw(act))
        return button

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict, dict]:
        """The live widget, the picture for where it cannot live, and what the picture shows."""
        words = describe(self.figure)
        settings = ", ".join(f"{name} = {_plain(value)}" for name, value in self.values.items())
        called = f"{self.name} ({settings})" if settings else self.name
        still, metadata = bundle(self.figure, f"{called}\n{words}", alt=f"{called}: {words}")
        live = super()._repr_mimebundle_(**kwargs)
        data = live[0] if isinstance(live, tuple) else live
        return {**(data or {}), **still}, metadata


def slider(
    description: str, low: float, high: float, step: float = 1, *, value: float | None = None
) -> ipywidgets.FloatSlider | ipywidgets.IntSlider:
    """A slider from low to high; of whole numbers if low, high and step are. Starts in the middle
    unless `value` says where."""
    low, high = finite_number("low", low), finite_number("high", high)
    finite_number("high", high, minimum=low, strict=True)
    step = finite_number("step", step, minimum=0.0, strict=True)
    start = (low + high) / 2 if value is None else finite_number("value", value, low, high)
    whole = all(number.is_integer() for number in (low, high, step))
    kind, number = (ipywidgets.IntSlider, int) if whole else (ipywidgets.FloatSlider, float)
    ends = {"min": number(low), "max": number(high), "step": number(step)}
    layout = {"width": "min(34em, 95%)"}
    return kind(number(start), **ends, description=description, style=_WIDE, layout=layout)


def choice(
    description: str, options: Sequence[str], *, value: str | None = None
) -> ipywidgets.Dropdown:
    """A list of names to choose one from; the first, unless `value` says which."""
    chosen = options[0] if value is None else one_of("value", value, options)
    return ipywidgets.Dropdown(
        options=list(options), value=chosen, description=description, style=_WIDE
    )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
