"""All that only a notebook needs: claims, figures, the live plot, and the notebooks as files.

`from wgan_lib.classroom import claim, show, describe, LivePlot` is what most lessons need.
Each name is looked up when it is first asked for, so that importing this package costs nothing.
"""

from importlib import import_module
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2]  # the folder that holds notebooks/ and docs/

_HOME = {
    "ClaimError": "claims",
    "critic_surface": "critics",
    "LivePlot": "live_plot",
    "above": "predicates",
    "at_least": "predicates",
    "at_most": "predicates",
    "below": "predicates",
    "between": "predicates",
    "check": "exercises.checking",
    "claim": "claims",
    "describe": "descriptions",
    "every": "predicates",
    "near": "predicates",
    "progress": "exercises.checking",
    "savefig": "pictures",
    "seeds": "predicates",
    "show": "pictures",
    "show_source": "sources",
}
__all__ = ["COURSE", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
