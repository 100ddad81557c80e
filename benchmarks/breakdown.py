"""Where a round of the library's loop spends its time, by torch's profiler."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from torch.autograd.profiler_util import FunctionEvent
from torch.profiler import ProfilerActivity, profile

from benchmarks.systems import LibraryLoop, System, systems
from benchmarks.timing import WARM_UP, separately

ROUNDS = 5
REMAINDER = "Python between operations"
OTHER = "other operations"
OPTIMISER = "optimisers"
OPERATIONS = {
    "matrix products": ("mm", "addmm", "bmm", "linear", "matmul"),
    "convolutions": (
        "convolution", "_convolution", "conv2d", "conv_transpose2d", "mkldnn_convolution",
        "convolution_backward", "mkldnn_convolution_backward", "_slow_conv2d_forward",
        "slow_conv_transpose2d", "_slow_conv2d_backward", "_convolution_double_backward",
        "convolution_overrideable", "convolution_backward_overrideable",
    ),
    "activations": (
        "relu", "clamp_min", "threshold_backward", "leaky_relu", "leaky_relu_backward", "tanh",
        "tanh_backward", "where", "gt",
    ),
    "batch norm": (
        "batch_norm", "native_batch_norm", "native_batch_norm_backward",
        "_batch_norm_impl_index", "_batch_norm_with_update", "batch_norm_backward",
    ),
    "random draws and data": (
        "rand", "randn", "randint", "normal_", "uniform_", "random_", "searchsorted", "index",
        "index_select",
    ),
    "losses, norms, sums": (
        "sum", "mean", "square", "pow", "sqrt", "lerp", "sub", "rsub", "div", "neg", "mul", "add",
        "add_", "expand", "stack",
    ),
    "weight clipping": ("clamp", "clamp_"),
    "copies and fills": (
        "cat", "copy_", "clone", "contiguous", "fill_", "zero_", "zeros", "zeros_like",
        "ones_like", "new_zeros", "_to_copy", "to",
    ),
}  # fmt: skip
GROUP_OF = {f"aten::{name}": group for group, names in OPERATIONS.items() for name in names}


class Part(NamedTuple):
    """One kind of work: time in a round of the profiled loop, and its share of it."""

    system: str
    threads: int
    part: str
    milliseconds: float
    share: float


def breakdown(threads: Sequence[int] = (1, 2), rounds: int = ROUNDS) -> list[Part]:
    """Rows for each system and number of threads, the largest part first."""
    # Without it torch's profiler complains, in the new processes, that there is no GPU.
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")
    return [
        part
        for system in systems()
        for count in threads
        for part in separately(count, measure, system, count, rounds)
    ]


def measure(system: System, threads: int, rounds: int) -> list[Part]:
    """The rows of one system, in this process.

    The profiler's own work, a microsecond or so for each operation, is in what it reports.
    """
    library = LibraryLoop(system.recipe)
    library.advance(WARM_UP)
    with profile(activities=[ProfilerActivity.CPU]) as profiler:
        start = time.perf_counter()
        library.advance(rounds)
        seconds = time.perf_counter() - start
    spent = time_by_group(profiler.events())
    spent[REMAINDER] = max(0.0, seconds - spent.total())
    return [
        Part(system.name, threads, part, 1000 * time_spent / rounds, time_spent / seconds)
        for part, time_spent in spent.most_common()
    ]


def time_by_group(events: Sequence[FunctionEvent]) -> Counter[str]:
    """Seconds that each kind of work took itself, without what it called."""
    spent: Counter[str] = Counter()
    for event in events:
        spent[group(event)] += event.self_cpu_time_total / 1e6
    return spent


def group(event: FunctionEvent) -> str:
    """By its name; within an optimiser's step all is the optimiser's."""
    if within_optimiser(event):
        return OPTIMISER
    if event.name.startswith("autograd::") or "Backward" in event.name:
        return "automatic differentiation"
    return GROUP_OF.get(event.name, OTHER)


def within_optimiser(event: FunctionEvent | None) -> bool:
    while event is not None:
        if event.name.startswith("Optimizer."):
            return True
        event = event.cpu_parent
    return False
