"""Widgets where no kernel runs: their pictures are drawn in advance, and a slider turns them over.

Each widget of the catalogue is drawn for every entry of its lists and, for each of these, along
every slider with the others where the widget has them at first. A button is a slider too: it
counts how often the button was pressed. Frames are kept in the cache until the library changes.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import ipywidgets
import matplotlib
from PIL import Image

import wgan_lib
from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.pictures import with_few_colours
from wgan_lib.classroom.widgets.catalogue import catalogue
from wgan_lib.classroom.widgets.explorer import Explorer
from wgan_lib.ground.files import write_whole

STOPS = 11  # pictures along a slider
PRESSES = 8
COLOURS = 64  # of the palette of a frame, which is a third of the size of a picture in full colour
MOST_ENTRIES = 8  # of the lists of a widget, multiplied; beyond that only the first list is offered
SLIDERS = (ipywidgets.FloatSlider, ipywidgets.IntSlider)


class Track(NamedTuple):
    """One slider of the page: its label, what it reads at each stop, and where it starts."""

    label: str
    readings: list[str]
    start: int


class Frames(NamedTuple):
    """All pictures of one widget: `pictures[entries][track][stop]` is a file's name and alt text.

    `lists` has the label and the entries of each list; `entries` are their positions, "0" or "0-2",
    and `start` those that the widget begins with.
    """

    name: str
    lists: list[tuple[str, list[str]]]
    start: str
    tracks: list[Track]
    pictures: dict[str, list[list[tuple[str, str]]]]
    size: tuple[int, int]


def render_all(folder: Path, cache: Path) -> dict[str, Frames]:
    """The frames of every widget by its maker's name; the files lie in a folder for each of them.

    What was drawn by the library as it is now is taken from `cache`.
    """
    state, key = cache / "frames.json", _library()
    known = _known(state, key)
    found: dict[str, Frames] = {}
    for maker, make in catalogue().items():
        if maker in known and (folder / maker).is_dir():
            found[maker] = known[maker]
        else:
            print(f"drawing the frames of {maker}", flush=True)
            found[maker] = render(make, folder / maker)
            _remember(state, key, known | found)
    return found


def _known(state: Path, key: str) -> dict[str, Frames]:
    stored = json.loads(state.read_text(encoding="utf-8")) if state.exists() else {}
    return _from_json(stored["widgets"]) if stored.get("key") == key else {}


def _remember(state: Path, key: str, found: dict[str, Frames]) -> None:
    """After each widget, so that a build that is stopped goes on where it was."""
    widgets = {maker: each._asdict() for maker, each in found.items()}
    state.parent.mkdir(parents=True, exist_ok=True)
    write_whole(state, json.dumps({"key": key, "widgets": widgets}, ensure_ascii=False))


def render(make: Callable[[], Explorer], folder: Path) -> Frames:
    """Draws every frame of one widget into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    widget = make()
    lists = _lists(widget)
    tracks = [*_presses(make), *_slides(widget)]
    pictures = {}
    for entries in itertools.product(*(range(len(words)) for _, words in lists.values())):
        chosen = {name: lists[name][1][at] for name, at in zip(lists, entries, strict=True)}
        pictures["-".join(map(str, entries))] = [
            [_keep(each, folder) for each in walk(make, chosen)] for _, walk in tracks
        ]
    with Image.open(io.BytesIO(widget.picture.value)) as picture:
        size = picture.size
    begin = [words.index(widget.controls[name].value) for name, (_, words) in lists.items()]
    start, sliders = "-".join(map(str, begin)), [track for track, _ in tracks]
    return Frames(widget.name, [*lists.values()], start, sliders, pictures, size)


def _library() -> str:
    """A name for the library as it is now, and for what draws with it."""
    root = Path(wgan_lib.__file__).parent
    digest = hashlib.sha256(matplotlib.__version__.encode())
    for path in [Path(__file__), *sorted(root.rglob("*.py"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _from_json(stored: dict[str, dict[str, Any]]) -> dict[str, Frames]:
    found = {maker: Frames(**each) for maker, each in stored.items()}
    return {
        maker: each._replace(tracks=[Track(*track) for track in each.tracks])
        for maker, each in found.items()
    }


def _lists(widget: Explorer) -> dict[str, tuple[str, list[str]]]:
    found = {
        name: (control.description, list(control.options))
        for name, control in widget.controls.items()
        if isinstance(control, ipywidgets.Dropdown)
    }
    entries = 1
    for name in list(found):
        entries *= len(found[name][1])
        if entries > MOST_ENTRIES and name != next(iter(found)):
            del found[name]
    return found


def _slides(widget: Explorer) -> Iterator[tuple[Track, Callable]]:
    for name, control in widget.controls.items():
        if isinstance(control, SLIDERS):
            values, start = stops(control.min, control.max, control.step, control.value)
            readings = [f"{value:g}" for value in values]
            walk = _along(name, [type(control.value)(value) for value in values])
            yield Track(control.description, readings, start), walk


def stops(low: float, high: float, step: float, value: float) -> tuple[list[float], int]:
    """At most STOPS of a slider's places, both ends and `value` among them; and where `value` is.

    >>> stops(0, 10, 1, 3)
    ([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 3)
    """
    last, here = round((high - low) / step), round((value - low) / step)
    places = {round(last * each / (STOPS - 1)) for each in range(STOPS)}
    if here not in places:
        nearest = min(places - {0, last}, key=lambda place: abs(place - here))
        places = places - {nearest} | {here}
    ordered = sorted(places)
    return [round(low + step * place, 9) for place in ordered], ordered.index(here)


def _along(name: str, values: list[float]) -> Callable:
    def walk(make: Callable[[], Explorer], chosen: dict[str, str]) -> Iterator[Explorer]:
        widget = _with(make, chosen)
        for value in values:
            widget.controls[name].value = value
            yield _sound(widget)

    return walk


def _presses(make: Callable[[], Explorer]) -> Iterator[tuple[Track, Callable]]:
    """A track for each button that changes the picture."""
    readings = [str(times) for times in range(PRESSES + 1)]
    for label in make().buttons:
        walk = _pressing(label)
        pictures = [each.picture.value for each in itertools.islice(walk(make, {}), 2)]
        if pictures[0] != pictures[1]:
            yield Track(label, readings, 0), walk


def _pressing(label: str) -> Callable:
    def walk(make: Callable[[], Explorer], chosen: dict[str, str]) -> Iterator[Explorer]:
        widget = _with(make, chosen)
        yield widget
        for _ in range(PRESSES):
            widget.buttons[label].click()
            yield widget  # a game that has run away stays where it was

    return walk


def _with(make: Callable[[], Explorer], chosen: dict[str, str]) -> Explorer:
    widget = make()
    for name, word in chosen.items():
        widget.controls[name].value = word
    return _sound(widget)


def _sound(widget: Explorer) -> Explorer:
    if widget.fault.value:
        raise RuntimeError(
            f"{widget.name} cannot be drawn for {widget.values}: {widget.fault.value}"
        )
    return widget


def _keep(widget: Explorer, folder: Path) -> tuple[str, str]:
    """The picture as a file named after what it shows, and its alt text."""
    picture = widget.picture.value
    name = f"{hashlib.sha256(picture).hexdigest()[:16]}.png"
    if not (folder / name).exists():
        write_whole(folder / name, with_few_colours(picture, COLOURS))
    return name, describe(widget.figure)
