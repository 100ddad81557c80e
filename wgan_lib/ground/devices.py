"""Where a run lives: the device, its random numbers, and its share of several processes."""

from __future__ import annotations

import atexit
import os
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.distributed as dist
from torch import Tensor


def choose_device(name: str | torch.device = "auto") -> torch.device:
    """The device to train on: "auto" takes CUDA, then MPS, then the CPU.

    Under torchrun each process takes the CUDA device of its own local rank.
    Raises ValueError for a device that this machine does not have.
    """
    if isinstance(name, torch.device):
        name = str(name)
    if name == "auto":
        name = _best()
    device = _known(name)
    if device == torch.device("cuda") and dist.is_torchelastic_launched():
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    _refuse_absent(device)
    return device


def _known(name: str) -> torch.device:
    """The device of that name; "meta", which has shapes and no numbers, is there for tests."""
    try:
        device = torch.device(name)
    except (RuntimeError, TypeError):
        device = None
    if device is None or device.type not in ("cpu", "cuda", "mps", "meta"):
        raise ValueError(f"device must be auto, cpu, cuda, cuda:N or mps, got {name!r}")
    return device


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _refuse_absent(device: torch.device) -> None:
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        found = torch.cuda.device_count()
        wanted = f"device {device} was asked for, but torch finds {found} CUDA devices here"
        raise ValueError(f"{wanted}; use device='auto' or 'cpu'")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise ValueError("device mps was asked for, but this machine has none; use 'auto' or 'cpu'")


def random_source(device: torch.device, seed: int) -> torch.Generator:
    """A seeded generator of random numbers that lives on the device; a seed takes 64 bits."""
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be an integer from 0 to 2**64 - 1, got {seed}")
    # The meta device computes shapes only; its draws are described by a generator of the CPU.
    return torch.Generator("cpu" if device.type == "meta" else device).manual_seed(seed)


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """The context in which scores are computed: bfloat16 products, or nothing at all."""
    if precision == "bf16":
        return torch.autocast(device.type, dtype=torch.bfloat16)
    return nullcontext()


def join_processes(device: torch.device) -> None:
    """Under torchrun: join the other processes until the end. On its own, a process stays alone."""
    if not dist.is_torchelastic_launched() or dist.is_initialized():
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)  # where NCCL keeps what it has no tensor for, as in a barrier
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    atexit.register(_part)


def _part() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()


def process_count() -> int:
    """How many processes share the run."""
    return dist.get_world_size() if dist.is_initialized() else 1


def is_main_process() -> bool:
    """True in the one process that writes files and prints."""
    return not dist.is_initialized() or dist.get_rank() == 0


def own_share(batch: Tensor) -> Tensor:
    """This process's rows of a batch that all processes have drawn alike.

    Every process draws the whole batch from the same seed and keeps its part. So the numbers that
    a run sees do not depend on how many processes share the work.
    """
    if not dist.is_initialized():
        return batch
    return batch.chunk(dist.get_world_size())[dist.get_rank()]


def average_over_processes(statistics: Tensor) -> Tensor:
    """The mean of a small tensor over all processes; every process gets it."""
    if dist.is_initialized():
        dist.all_reduce(statistics)
        statistics /= dist.get_world_size()
    return statistics
