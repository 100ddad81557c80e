"""What this machine has, what is missing, and how to get it. Looking never fails."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from importlib import metadata
from typing import NamedTuple

import torch

from wgan_lib.images import datasets

OLDEST_PYTHON, OLDEST_TORCH = (3, 10), (2, 9)
# By the names that pip knows, and what each is for.
PACKAGES = {
    "numpy": "arrays",
    "scipy": "linear programs",
    "POT": "exact W₁ between clouds of points",
    "torchvision": "sheets of images, downloads",
    "pillow": "pictures",
    "matplotlib": "figures",
    "tqdm": "the progress bar",
    "joblib": "several runs of a study at the same time",
    "ipywidgets": "sliders in the lessons",
    "jupyterlab": "the lessons",
}


class Finding(NamedTuple):
    """One line of the report.

    mark    "ok", "–" for something that one can do without, "!!" for something that is needed
    """

    mark: str
    subject: str
    text: str

    @property
    def needed(self) -> bool:
        return self.mark == "!!"


def examine() -> list[Finding]:
    """Everything that the course depends on, one finding each."""
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("Python", python),
        ("torch", pytorch),
        ("device", device),
        ("threads", threads),
        ("memory", memory),
        *((name, lambda name=name: package(name)) for name in PACKAGES),
        ("digits", digits),
        ("data folder", data_folder),
        ("MNIST", lambda: downloaded("MNIST", "mnist")),
        ("Fashion-MNIST", lambda: downloaded("Fashion-MNIST", "fashion_mnist")),
    ]
    return [_safely(subject, check) for subject, check in checks]


def _safely(subject: str, check: Callable[[], Finding]) -> Finding:
    """A doctor who faints helps nobody: whatever a check raises becomes its finding."""
    try:
        return check()
    except Exception as error:
        return Finding("!!", subject, f"{type(error).__name__}: {one_line(error)}")


def one_line(error: Exception) -> str:
    """Its message, for a table."""
    return " ".join(str(error).split())


def python() -> Finding:
    """Which Python runs, and where it lies."""
    found = f"{platform.python_version()} in {sys.prefix}"
    return _at_least("Python", sys.version_info[:2], OLDEST_PYTHON, found)


def pytorch() -> Finding:
    """Which torch is installed."""
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    return _at_least("torch", version, OLDEST_TORCH, torch.__version__)


def _at_least(subject: str, version: tuple, oldest: tuple, found: str) -> Finding:
    if version >= oldest:
        return Finding("ok", subject, found)
    wanted = ".".join(map(str, oldest))
    return Finding("!!", subject, f"{found}; the course needs {wanted} or newer")


def device() -> Finding:
    """What `--device auto` takes."""
    if torch.cuda.is_available():
        found = torch.cuda.get_device_properties(0)
        count = torch.cuda.device_count()
        text = f"cuda, {count} of them; the first is {found.name}, {gigabytes(found.total_memory)}"
        return Finding("ok", "device", text)
    if torch.backends.mps.is_available():
        return Finding("ok", "device", "mps, the GPU of this Mac")
    return Finding("ok", "device", "cpu; torch finds no GPU, and the lessons need none")


def threads() -> Finding:
    """How many cores torch shares its work among."""
    text = f"torch uses {torch.get_num_threads()}; the machine has {os.cpu_count()} cores"
    return Finding("ok", "threads", text)


def memory() -> Finding:
    """Asked of the system; Windows has no such question."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Finding("–", "memory", "unknown on this system")
    return Finding("ok", "memory", gigabytes(total))


def gigabytes(count: int) -> str:
    """A count of bytes, for a reader."""
    return f"{count / 1e9:.1f} GB"


def package(name: str) -> Finding:
    """Whether pip's package of that name is installed; it is not imported."""
    try:
        return Finding("ok", name, metadata.version(name))
    except metadata.PackageNotFoundError:
        text = f"missing ({PACKAGES[name]}); get it by: python -m pip install {name}"
        return Finding("!!", name, text)


def digits() -> Finding:
    """Read and compared with their known checksums, as all data are."""
    return Finding("ok", "digits", f"{len(datasets.digits('all')):,} images, part of the course")


def data_folder() -> Finding:
    """Where full data sets are looked for."""
    where = "from WGAN_DATA" if os.environ.get("WGAN_DATA") else "WGAN_DATA names another"
    return Finding("ok", "data folder", f"{datasets.data_folder()} ({where})")


def downloaded(subject: str, function: str) -> Finding:
    """A data set that the lessons do without: absent is no fault, damaged is one."""
    load = getattr(datasets, function)
    try:
        found = sum(len(load(split)) for split in ("train", "test"))
    except FileNotFoundError:
        python_line = f"from wgan_lib.images.datasets import {function}; {function}(download=True)"
        return Finding("–", subject, f'not here; get it by: python -c "{python_line}"')
    return Finding("ok", subject, f"{found:,} images")
