"""The widgets: controls over figure functions, and a still picture where no kernel runs.

`widgets.explorer` holds the shell that all of them share; each lesson's widgets stand in a module
named after its subject, which is read when it is first asked for: `widgets.entropy.coin_and_code`.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name not in {module.name for module in iter_modules(__path__)}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
