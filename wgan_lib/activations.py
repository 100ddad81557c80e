"""ReLU and its leaky relative, written so that autograd knows that their slopes are constants."""

from __future__ import annotations

from torch import Tensor, nn


class LeakyReLU(nn.LeakyReLU):
    """x where x is positive, slope·x elsewhere, as a product with a mask that is a constant.

    The function is torch's own. But its slope does not depend on x, and written like this autograd
    knows: differentiating a gradient penalty sends nothing back through the mask, where torch's
    activation sends zeros, which every layer below would multiply by its matrix.
    """

    def forward(self, x: Tensor) -> Tensor:
        positive = (x > 0).to(x.dtype)
        return x * (positive * (1 - self.negative_slope) + self.negative_slope)


class ReLU(nn.ReLU):
    """x where x is positive, 0 elsewhere; see ``LeakyReLU``."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x > 0).to(x.dtype)
