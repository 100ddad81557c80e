"""All widgets of the course: a new one joins by standing in a module of this package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

from wgan_lib.classroom import widgets
from wgan_lib.classroom.widgets.explorer import Explorer


def catalogue() -> dict[str, Callable[[], Explorer]]:
    """The makers of widgets by name: public functions, annotated to return an `Explorer`."""
    modules = pkgutil.iter_modules(widgets.__path__, f"{widgets.__name__}.")
    found = {}
    for module in map(importlib.import_module, (each.name for each in modules)):
        makers = {n: f for n, f in vars(module).items() if _makes(f) and not n.startswith("_")}
        found |= {name: make for name, make in makers.items() if make.__module__ == module.__name__}
    return found


def _makes(function: object) -> bool:
    if not inspect.isfunction(function):
        return False
    return function.__annotations__.get("return") in (Explorer, "Explorer")
