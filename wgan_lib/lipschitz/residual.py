"""A residual layer that is 1-Lipschitz by construction: SLL."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from wgan_lib.ground.arguments import positive_integer


class SLL(nn.Module):
    """x ↦ x − 2·W·T⁻¹·relu(Wᵀx + b), N×width to N×width (Araujo et al. 2023).

    T is diagonal with T_ii = Σ_j |WᵀW|_ij·q_j/q_i and q = exp(p) learned: AOL's rescaling of W·q⁻¹.
    The Jacobian is I − 2·V·S·Vᵀ with V = W·T^(−1/2) of norm 1 at most and S diagonal of zeros and
    ones: it is symmetric, with eigenvalues between −1 and 1. The skipping path keeps what a plain
    ReLU would cut away.
    """

    def __init__(self, width: int, hidden: int | None = None):
        super().__init__()
        width = positive_integer("width", width)
        hidden = width if hidden is None else positive_integer("hidden", hidden)
        self.weight = nn.Parameter(nn.init.xavier_normal_(torch.empty(width, hidden)))
        self.bias = nn.Parameter(torch.zeros(hidden))
        self.log_scale = nn.Parameter(torch.zeros(hidden))

    def diagonal(self) -> Tensor:
        """T, as hidden numbers."""
        scale = self.log_scale.exp()
        rows = (self.weight.T @ self.weight).abs() @ scale / scale
        return rows.clamp_min(torch.finfo(rows.dtype).tiny)

    def contraction(self) -> Tensor:
        """V = W·T^(−1/2), whose singular values decide how steep the layer is."""
        return self.weight * self.diagonal().rsqrt()

    def forward(self, x: Tensor) -> Tensor:
        active = nn.functional.linear(x, self.weight.T, self.bias).relu() / self.diagonal()
        return x - 2 * active @ self.weight.T

    def extra_repr(self) -> str:
        return f"width={len(self.weight)}, hidden={self.weight.shape[1]}"
