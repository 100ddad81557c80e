"""The look of the course's figures: large type for a lecture hall, one colour for each role.

Nothing depends on colour alone: each series also has its own dashes or its own marker.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

# By role, from the palette of Okabe and Ito (2008), which colour-blind readers can tell apart. Its
# orange and its light blue are too pale for a line on white: brown and indigo stand for them here.
REAL, FAKE, CRITIC, GENERATOR = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
TRUTH, MODES = "#000000", "#000000"
_ROLES = {"real": REAL, "fake": FAKE, "critic": CRITIC, "generator": GENERATOR, "truth": TRUTH}
_PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#7A4410", "#3C1FA0", "#000000")
_DASHES = ("-", "--", "-.", ":")  # so that nothing depends on colour alone
_MARKERS = ("o", "^", "s", "D")

STYLE = {
    "figure.dpi": 80,
    "figure.constrained_layout.use": True,
    "font.size": 13,
    "axes.titlesize": 14,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#DDDDDD",
    "legend.fontsize": 12,
    "legend.edgecolor": "none",
    "legend.markerscale": 2,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
    "lines.linewidth": 2.2,
}


class Look(NamedTuple):
    """How one series is drawn."""

    colour: str
    dash: str
    marker: str


def looks(argument: str, data: Mapping[str, Any]) -> list[tuple[str, Any, Look]]:
    """Name, data and look of each series; TypeError or ValueError when `data` is not by name."""
    if not isinstance(data, Mapping):
        got = type(data).__name__
        raise TypeError(f"{argument} must be a dictionary from names to data, got {got}")
    if not data:
        raise ValueError(f"{argument} must name at least one series, got an empty dictionary")
    each = map(Look, _colours(data), itertools.cycle(_DASHES), itertools.cycle(_MARKERS))
    return [(name, data[name], look) for name, look in zip(data, each, strict=False)]


def _colours(names: Iterable[str]) -> list[str]:
    """A colour for each name: that of the role it speaks of, else the next one that is free."""
    roles = [next(filter(None, map(_ROLES.get, _words(name))), None) for name in names]
    free = itertools.cycle([colour for colour in _PALETTE if colour not in roles] or _PALETTE)
    chosen: list[str] = []
    for role in roles:
        chosen.append(role if role and role not in chosen else next(free))
    return chosen


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z]+", name.lower())
