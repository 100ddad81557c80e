"""What a notebook needs while it runs, in every lesson; nothing below knows of it.

`claims` checks sentences by `predicates`, and `quantities` writes their numbers. `exercises` judges
answers, `figures` and `critics` draw, in the colours of `style`; `pictures` shows a figure and
`descriptions` says what it shows. `widgets` move under one's hand, `lab` trains in the browser,
`live_plot` follows a run, and `sources` prints the library's own code.

`from wgan_lib.classroom import claim, show, describe, LivePlot` is what most lessons need.
Each name is looked up when it is first asked for, so that importing this package costs nothing.
"""

from importlib import import_module

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
__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
