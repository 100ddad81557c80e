"""How steep a network can be: an upper bound that is certified, layer by layer.

What cannot be certified is refused. Norms are Euclidean over all of a sample's dimensions.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.parametrizations import _SpectralNorm
from torch.nn.utils.parametrize import type_before_parametrizations

from wgan_lib import networks
from wgan_lib.ground.arguments import finite_number, positive_integer
from wgan_lib.lipschitz.cones import Funnels
from wgan_lib.lipschitz.layers import GroupSort
from wgan_lib.lipschitz.residual import SLL

LARGEST_MATRIX = 2**22  # entries; a convolution with no more of them is written out as a matrix

RELUS = (nn.ReLU, networks.ReLU)
LEAKY_RELUS = (nn.LeakyReLU, networks.LeakyReLU)
NEVER_STEEPER = (
    *(nn.Identity, nn.Flatten, nn.Unflatten, nn.Tanh, nn.Softplus),
    *(GroupSort, Funnels, *RELUS),
)


def upper_bound(network: nn.Module, shape: Sequence[int] | None = None) -> float:
    """A slope that the network nowhere exceeds: the product of its layers' constants.

    Certified up to rounding, and loose: it presumes that the steepest direction of each layer is
    the one that the layer before has stretched most (Szegedy et al. 2014, sec. 4.3).
    For shape and for what is refused see ``layer_constants``.
    """
    return math.prod(layer_constants(network, shape))


def layer_constants(network: nn.Module, shape: Sequence[int] | None = None) -> list[float]:
    """The Lipschitz constant of each layer of a network whose layers stand in a row.

    Dense layers: the largest singular value. Convolutions: that of the matrix they amount to, or,
    where the matrix is too large, a bound on it from the same convolution on a torus (Sedghi,
    Gupta, Long 2019); both depend on the image's size, so shape, (C, H, W) of one sample, must be
    given. Sorting, ReLU, tanh, flattening, funnels: 1. SLL: a bound by the norm of its weight.
    Batch norm in evaluation mode is a fixed scaling.

    Raises ValueError for layers that have no constant as they stand (batch norm, dropout and
    spectral norm in training mode), TypeError for layers that nothing is known of (layer norm,
    whose slope has no useful limit, among them).
    """
    layers, constants = list(layers_in_a_row(network)), []
    sample = None if shape is None else _blank_sample(network, shape)
    for layer in layers:
        constants.append(_constant(layer, sample))
        sample = None if sample is None else _passed_on(layer, sample)
    return constants


def layers_in_a_row(network: nn.Module) -> Iterator[nn.Module]:
    """The layers of a network, those of nested nn.Sequential included, from input to output."""
    if not isinstance(network, nn.Module):
        raise TypeError(f"network must be a torch.nn.Module, got {type(network).__name__}")
    if network._forward_hooks or network._forward_pre_hooks:
        raise ValueError(f"network must have no hooks, whose effect is unknown, got {network}")
    if type(network).forward is not nn.Sequential.forward:
        yield network
        return
    for layer in network:
        yield from layers_in_a_row(layer)


def _blank_sample(network: nn.Module, shape: Sequence[int]) -> Tensor:
    if not isinstance(shape, Sequence):
        raise TypeError(f"shape must be the sides of one sample, (C, H, W), got {shape!r}")
    shape = [positive_integer("shape", side) for side in shape]
    like = next(network.parameters(), torch.empty(0))
    return torch.zeros(1, *shape, dtype=like.dtype, device=like.device)


@torch.no_grad()
def _passed_on(layer: nn.Module, sample: Tensor) -> Tensor:
    try:
        return layer(sample)
    except RuntimeError as error:
        got = tuple(sample.shape[1:])
        raise ValueError(f"shape must fit the network, but {layer} got {got}") from error


# ------------------------------------------------------------------ one layer


def _constant(layer: nn.Module, sample: Tensor | None) -> float:
    """The constant of one layer; sample (1×…) is what reaches it, where that is known."""
    kind = type_before_parametrizations(layer)
    if kind in NEVER_STEEPER:
        return 1.0
    if kind not in _CONSTANTS:
        raise TypeError(
            f"network must be made of layers whose constant is known "
            f"({', '.join(sorted({k.__name__ for k in (*NEVER_STEEPER, *_CONSTANTS)}))}), "
            f"got {layer}"
        )
    refuse_what_changes(layer)
    return _CONSTANTS[kind](layer, sample)


def refuse_what_changes(layer: nn.Module) -> None:
    """Raises ValueError for a layer that training mode makes another function with each call."""
    changing = (_BatchNorm, nn.Dropout, _SpectralNorm)
    if layer.training and any(isinstance(part, changing) for part in layer.modules()):
        raise ValueError(
            f"network must be in evaluation mode, network.eval(): in training mode {layer} is "
            "another function with each call"
        )


def _dense(layer: nn.Linear, sample: Tensor | None) -> float:
    return torch.linalg.matrix_norm(_precise(layer.weight), 2).item()


def _residual(layer: SLL, sample: Tensor | None) -> float:
    """The Jacobian I − 2·V·S·Vᵀ, S between 0 and 1, has no eigenvalue outside [1 − 2‖V‖², 1]."""
    contraction = copy.deepcopy(layer).cpu().double().contraction().detach()
    norm = torch.linalg.matrix_norm(contraction, 2).item()
    return max(1.0, 2 * norm**2 - 1)


def _leaky(layer: nn.LeakyReLU, sample: Tensor | None) -> float:
    return max(1.0, abs(layer.negative_slope))


def _scaling(layer: _BatchNorm, sample: Tensor | None) -> float:
    """Evaluation mode: (x − mean)·gain/√(variance + ε), feature by feature."""
    if layer.running_var is None:
        raise ValueError(f"network must have batch norm with running statistics, got {layer}")
    scale = (_precise(layer.running_var) + layer.eps).rsqrt()
    gain = 1.0 if layer.weight is None else _precise(layer.weight).abs()
    return (gain * scale).max().item()


def _convolution(layer: nn.Conv2d, sample: Tensor | None) -> float:
    if sample is None:
        raise ValueError(
            "shape must be given as (channels, height, width) of one sample: the constant of a "
            f"convolution depends on the size of the image, got None with {layer}"
        )
    if sample.numel() * _passed_on(layer, sample).numel() <= LARGEST_MATRIX:
        return _written_out(layer, sample)
    return _on_a_torus(layer, sample)


def _written_out(layer: nn.Conv2d, sample: Tensor) -> float:
    """The largest singular value of the matrix that the convolution amounts to."""
    layer = copy.deepcopy(layer).cpu().double()
    basis = torch.eye(sample.numel(), dtype=torch.float64).reshape(-1, *sample.shape[1:])
    with torch.no_grad():
        matrix = (layer(basis) - layer(torch.zeros_like(basis[:1]))).flatten(1)
    gram = matrix @ matrix.T if len(matrix) < matrix.shape[1] else matrix.T @ matrix
    return math.sqrt(max(torch.linalg.eigvalsh(gram)[-1].item(), 0.0))


def _on_a_torus(layer: nn.Conv2d, sample: Tensor) -> float:
    """The norm of the convolution on a torus that holds the padded image.

    There the Fourier transform takes it apart into one small matrix per frequency. The torus
    contains every output of the plain convolution and more, so that its norm can only be larger. A
    stride s becomes 1 once the s² phases of the image are regarded as channels.
    """
    stride = layer.stride[0]
    plain = layer.groups == 1 and set(layer.dilation) == {1} and layer.padding_mode == "zeros"
    if not plain or isinstance(layer.padding, str) or set(layer.stride) != {stride}:
        raise ValueError(
            "network must have large convolutions with zero padding in numbers, one stride, "
            f"dilation 1 and groups 1, got {layer}"
        )
    kernel = _precise(layer.weight)
    height, width = kernel.shape[2:]
    kernel = functional.pad(kernel, (0, -width % stride, 0, -height % stride))
    padded = (side + 2 * pad for side, pad in zip(sample.shape[2:], layer.padding, strict=True))
    sides = [math.ceil(side / stride) for side in padded]
    frequencies = torch.fft.fft2(functional.pixel_unshuffle(kernel, stride), s=sides)
    return torch.linalg.matrix_norm(frequencies.permute(2, 3, 0, 1), 2).max().item()


def _precise(weight: Tensor) -> Tensor:
    return weight.detach().cpu().double()


_CONSTANTS: dict[type, Callable[[nn.Module, Tensor | None], float]] = {
    nn.Linear: _dense,
    nn.Conv2d: _convolution,
    nn.BatchNorm1d: _scaling,
    nn.BatchNorm2d: _scaling,
    nn.Dropout: lambda layer, sample: 1.0,
    nn.Sigmoid: lambda layer, sample: 0.25,
    SLL: _residual,
    **dict.fromkeys(LEAKY_RELUS, _leaky),
}


def clipped_bound(widths: Sequence[int], clip: float) -> float:
    """The steepest slope that an MLP of these widths can have when all |w| ≤ clip.

    A matrix m×n with entries in [−c, c] has spectral norm at most c·√(mn), and ReLU or leaky ReLU
    never steepen. The product over the layers is c^L·√(w₀)·w₁⋯w_{L−1}·√(w_L).
    """
    widths = [positive_integer("widths", width) for width in widths]
    if len(widths) < 2:
        raise ValueError(f"widths must name the input and the output at least, got {widths}")
    finite_number("clip", clip, minimum=0.0, strict=True)
    pairs = pairwise(widths)
    return math.prod(clip * math.sqrt(fan_in * fan_out) for fan_in, fan_out in pairs)
