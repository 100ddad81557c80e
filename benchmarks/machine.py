"""What the numbers were measured on, and whether it was quiet."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch

BUSY = 0.5  # running processes a core before the benchmarks begin


def machine() -> dict[str, str | float | None]:
    """Processor, cores, versions, and how many processes wanted to run in the last minute."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "vector instructions": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "load": load(),
    }


def machine_line(found: dict[str, str | float | None]) -> str:
    """The machine in one line, and a warning in a second one when others are using it."""
    line = (
        f"{found['processor']}, {found['cores']} cores, {found['vector instructions']}; "
        f"Python {found['python']}, torch {found['torch']}"
    )
    waiting = found["load"]
    if waiting is None:
        return f"{line}; load unknown"
    line = f"{line}; load {waiting:.2f}"
    if waiting > BUSY * found["cores"]:
        line += "\nwarning: the machine is busy; ratios are noisy, and rates are below its best"
    return line


def processor() -> str:
    """The model by name where Linux tells it, else what the platform module knows."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def load() -> float | None:
    """The average of the last minute; None where the system keeps none."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None
