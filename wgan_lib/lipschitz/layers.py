"""Critics that are 1-Lipschitz by construction: however one trains them, no slope exceeds 1.

Every matrix is held at spectral norm 1 by a parametrisation (`constraints`), and no activation
steepens what it gets. (Of weights that are written in by hand, `bounds.upper_bound` says what they
allow; a power iteration has to settle on them first.) Lesson 04 trains such critics on the dual;
lesson 12 holds them against other constraints.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from wgan_lib.ground.arguments import one_of, positive_integer
from wgan_lib.lipschitz.constraints import CONSTRAINTS, Constraint, orthogonal
from wgan_lib.lipschitz.residual import SLL

ACTIVATIONS = ("group_sort", "full_sort", "relu")


class GroupSort(nn.Module):
    """Sorts the features, dimension 1, in groups: N×d×… to N×d×… (Anil, Lucas, Grosse 2019).

    A group is every (d/group_size)-th feature. Groups of 2 are called MaxMin. Sorting loses no
    number, and so the gradient passes with its norm unchanged, where a ReLU would cut parts away.
    """

    def __init__(self, group_size: int = 2):
        super().__init__()
        self.group_size = positive_integer("group_size", group_size, minimum=2)

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim < 2 or x.shape[1] % self.group_size:
            raise ValueError(
                f"x must be N×d×… with d a multiple of group_size = {self.group_size}, "
                f"got shape {tuple(x.shape)}"
            )
        return x.unflatten(1, (self.group_size, -1)).sort(1).values.flatten(1, 2)

    def extra_repr(self) -> str:
        return f"group_size={self.group_size}"


def lipschitz_mlp(
    widths: Sequence[int],
    *,
    constraint: str | Constraint = "orthogonal",
    activation: str | None = None,
    group_size: int = 2,
) -> nn.Sequential:
    """A dense network of these widths, N×widths[0] to N×widths[-1], with no slope above 1.

    constraint  "orthogonal": every matrix has orthonormal rows or columns, all its singular values
                are 1; "spectral": each is divided by its largest singular value (Miyato et al.
                2018), which a power iteration finds from below, so that the slope may exceed 1 a
                little until it has settled; "sll": a ``residual_mlp``, with ReLUs of its own;
                or another of ``CONSTRAINTS``, or a function that holds an nn.Linear
    activation  "group_sort" (the default), in groups of group_size; "full_sort", in one group; or
                "relu"; the output is bare

    Only orthogonal matrices with sorting keep the gradient's norm all the way (Anil et al. 2019).
    """
    if constraint == "sll":
        if activation is not None:
            raise ValueError(f"activation must be None with constraint 'sll', got {activation!r}")
        return residual_mlp(widths)
    widths, hold = _checked(widths), _held_by(constraint)
    activation = one_of("activation", activation or "group_sort", ACTIVATIONS)
    if activation == "group_sort":
        _refuse_broken_groups(widths[1:-1], GroupSort(group_size).group_size)
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layers += [hold(nn.Linear(fan_in, fan_out)), _activation(activation, fan_out, group_size)]
    return nn.Sequential(*layers[:-1])


def _held_by(constraint: str | Constraint) -> Constraint:
    if callable(constraint):
        return constraint
    return CONSTRAINTS[one_of("constraint", constraint, [*CONSTRAINTS, "sll"])]


def _activation(name: str, width: int, group_size: int) -> nn.Module:
    if name == "relu" or width == 1:  # what stands alone is sorted, and a bare output is cut off
        return nn.ReLU() if name == "relu" else nn.Identity()
    return GroupSort(width if name == "full_sort" else group_size)


def residual_mlp(widths: Sequence[int]) -> nn.Sequential:
    """A 1-Lipschitz network of SLL layers, one for each hidden width; it brings its own ReLUs.

    An orthogonal matrix changes the width where it changes: before the first layer, after the last.
    """
    widths = _checked(widths)
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths[:-1]):
        layers += [] if fan_in == fan_out else [orthogonal(nn.Linear(fan_in, fan_out))]
        layers.append(SLL(fan_out))
    return nn.Sequential(*layers, orthogonal(nn.Linear(*widths[-2:])))


def _checked(widths: Sequence[int]) -> list[int]:
    widths = [positive_integer("widths", width) for width in widths]
    if len(widths) < 2:
        raise ValueError(f"widths must name the input and the output at least, got {widths}")
    return widths


def _refuse_broken_groups(hidden: Sequence[int], group_size: int) -> None:
    broken = [width for width in hidden if width % group_size]
    if broken:
        raise ValueError(
            f"widths must have multiples of group_size = {group_size} between input and output, "
            f"got {broken}"
        )
