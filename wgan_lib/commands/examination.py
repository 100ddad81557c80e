"""`python -m wgan_lib examine my_file.py:critic_loss`: somebody's file before the examiner.

The file is imported and what is named in it is run, with all that it does. What it prints goes to
the error stream, so that the report stands alone.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from wgan_lib.clinic import Report, examine, watch
from wgan_lib.clinic.strangers import told, where
from wgan_lib.ground.arguments import positive_integer

MOST_LABELS = 100_000
NETWORKS = {
    "critic": ("critic", "discriminator", "D", "netD"),
    "generator": ("generator", "G", "netG"),
}


def examined(
    loss: str | None,
    *,
    shape: tuple[int, ...] | None,
    penalty: str | None = None,
    generator_loss: str | None = None,
    critic: str | None = None,
    generator: str | None = None,
    clip_step: str | None = None,
    loop: str | None = None,
    weight: float | None = None,
    clip: float | None = None,
    labels: int | None = None,
    rounds: int = 6,
) -> Report:
    """The report on what is named, each as FILE.py:NAME. Raises ValueError for what is not there.

    What a file raises when it is imported, and what a loop raises before it has taken a step, is a
    ValueError too, with the line in that file.
    """
    if labels is not None and positive_integer("labels", labels) > MOST_LABELS:
        raise ValueError(f"labels must be at most {MOST_LABELS:,}, got {str(labels)[:20]}")
    files = Files()
    with redirect_stdout(sys.stderr):
        pieces = {
            "critic_loss": files.find("the loss", loss),
            "gradient_penalty": files.find("--penalty", penalty),
            "generator_loss": files.find("--generator-loss", generator_loss),
            "critic": files.network("--critic", critic),
            "clip_step": files.find("--clip-step", clip_step),
        }
        report = Report()
        if loss or penalty or clip_step or (critic and not loop):
            if shape is None:
                raise ValueError("--shape must be the sides of one sample, such as 3,64,64")
            options = {"weight": weight, "clip": clip, "labels": labels}
            report.findings += examine(shape, **pieces, **options).findings
        if loop:
            report.findings += _watched(files, loop, critic, generator, weight, rounds).findings
    if not report.findings:
        raise ValueError("a loss, --penalty, --critic, --clip-step or --watch must be given")
    return report


class Files:
    """Files that are imported once each, and the things in them."""

    def __init__(self):
        self.modules: dict[Path, ModuleType] = {}

    def find(self, option: str, place: str | None) -> Any:
        """What stands at FILE.py:NAME, where the name may have dots; None for None."""
        if place is None:
            return None
        file, _, name = place.rpartition(":")
        if not file or not name:
            raise ValueError(f"{option} must be FILE.py:NAME, got {place!r}")
        found: Any = self.module(Path(file))
        for part in name.split("."):
            if not hasattr(found, part):
                raise ValueError(f"{option} must name something in {file}, which has no {name}")
            found = getattr(found, part)
        return found

    def network(self, option: str, place: str | None) -> nn.Module | None:
        """A network; a class, or a function that makes one, is called without arguments."""
        found = self.find(option, place)
        if found is None or isinstance(found, nn.Module):
            return found
        made = _run(found, f"{option} {place}")
        if not isinstance(made, nn.Module):
            raise ValueError(f"{option} must be a torch.nn.Module, got {type(made).__name__}")
        return made

    def module(self, path: Path) -> ModuleType:
        """The file as a module; its folder is on the path, as when Python runs it."""
        path = path.resolve()
        if path not in self.modules:
            if not path.is_file():
                raise FileNotFoundError(f"{path} is no file")
            sys.path.insert(0, str(path.parent))
            spec = importlib.util.spec_from_file_location(path.stem, path)
            if spec is None or spec.loader is None:
                raise ValueError(f"{path} must be a Python file")
            module = importlib.util.module_from_spec(spec)
            sys.modules.setdefault(path.stem, module)
            _run(lambda: spec.loader.exec_module(module), f"importing {path.name}")
            self.modules[path] = module
        return self.modules[path]


def _run(action: Callable[[], Any], what: str) -> Any:
    """Runs somebody's code; raises ValueError with its line for whatever it raises."""
    if not callable(action):
        raise ValueError(f"{what} must be something to call, got {type(action).__name__}")
    try:
        return action()
    except SystemExit as stop:
        raise ValueError(f"{what} left Python with exit code {stop.code}") from stop
    except Exception as error:
        raise ValueError(f"{what} failed with {told(error)}") from error


def _watched(
    files: Files,
    loop: str,
    critic: str | None,
    generator: str | None,
    weight: float | None,
    rounds: int,
) -> Report:
    """The report on some rounds of a loop, as FILE.py:NAME."""
    train = files.find("--watch", loop)
    module = files.module(Path(loop.rpartition(":")[0]))
    networks = {}
    for name, place in (("critic", critic), ("generator", generator)):
        networks[name] = files.network(f"--{name}", place) or _usual(module, name)
    arguments = _arguments(train, networks)
    seen = watch(**networks, weight=weight, rounds=rounds)
    failure = None
    try:
        with seen:
            train(**arguments)
    except SystemExit as stop:
        failure = f"the loop left Python with exit code {stop.code}"
    except Exception as error:
        failure = f"the loop failed with {told(error)}"
        if not where(error):
            raise
    if failure and not seen.record.steps:
        raise ValueError(failure)
    report = seen.report()
    if failure:
        report.add("looking", "cannot tell", failure)
    return report


def _usual(module: ModuleType, name: str) -> nn.Module:
    """A network of the file, by one of its usual names."""
    for usual in NETWORKS[name]:
        if isinstance(getattr(module, usual, None), nn.Module):
            return getattr(module, usual)
    words = ", ".join(NETWORKS[name])
    raise ValueError(f"--{name} must be given: no network of the file is called {words}")


def _arguments(train: Any, networks: dict[str, nn.Module]) -> dict[str, nn.Module]:
    """The networks that a loop asks for by name."""
    if not callable(train):
        raise ValueError(f"--watch must name a function, got {type(train).__name__}")
    found = {}
    for parameter in inspect.signature(train).parameters.values():
        names = [name for name, usual in NETWORKS.items() if parameter.name in usual]
        if names:
            found[parameter.name] = networks[names[0]]
        elif parameter.default is parameter.empty and parameter.kind not in (2, 4):
            raise ValueError(
                f"--watch must name a function of nothing, or of critic and generator, "
                f"got one that asks for {parameter.name}"
            )
    return found
