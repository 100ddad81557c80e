"""The figures of the course: functions of data that return a matplotlib figure.

`figures.general` holds the kinds of picture that every lesson uses, and this package passes them
on: `figures.curves`, `figures.panels`. What one lesson alone needs stands in a module named after
its subject, which is read when it is first asked for: `figures.entropy.cliff`.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from wgan_lib.ground.imports import import_whole

import_whole("matplotlib.figure", "matplotlib.backends.backend_agg")

from wgan_lib.classroom.figures.general import (  # noqa: E402  whole before it is used
    bars,
    curves,
    describe,
    histogram,
    image_sheet,
    numbers,
    panels,
    quick_axes,
    savefig,
    scatter,
    show,
    value_surface,
)

__all__ = [
    "bars",
    "curves",
    "describe",
    "histogram",
    "image_sheet",
    "numbers",
    "panels",
    "quick_axes",
    "savefig",
    "scatter",
    "show",
    "value_surface",
]


def __getattr__(name: str) -> ModuleType:
    if name not in {module.name for module in iter_modules(__path__)}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
