"""The figures of the course: functions of data that return a matplotlib figure.

`figures.general` holds the kinds of picture that every lesson uses, and this package passes them
on: `figures.curves`, `figures.panels`. What one lesson alone needs stands in a module named after
its subject.
"""

from wgan_lib.classroom.figures.general import (
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
