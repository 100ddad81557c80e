"""How steep a critic is, how steep it can be, and what binds it.

`slopes` is all that training stands on, and `gradients` measures them for the eye (lessons 04 to
07). `cones` holds a function between its points, `bounds` certifies a slope for a whole network,
`piecewise_linear` finds it exactly on the line, and `layers` builds networks that cannot be steeper
than 1: lesson 04. The ways to do so are in `constraints`, which hold a matrix, and in `residual`.
"""

from wgan_lib.lipschitz.bounds import clipped_bound, layer_constants, upper_bound
from wgan_lib.lipschitz.cones import (
    ConeViolations,
    Funnels,
    cone_envelope,
    cone_violations,
    lower_bound,
)
from wgan_lib.lipschitz.constraints import almost_orthogonal, bjorck
from wgan_lib.lipschitz.gradients import gradient_norms, gradient_norms_by_layer
from wgan_lib.lipschitz.layers import GroupSort, lipschitz_mlp, residual_mlp
from wgan_lib.lipschitz.piecewise_linear import breakpoints, exact_constant_1d
from wgan_lib.lipschitz.residual import SLL
from wgan_lib.lipschitz.slopes import (
    clip_weights_,
    euclidean_norms,
    sample_coupling,
    score_gradients,
)

__all__ = [
    "SLL",
    "ConeViolations",
    "Funnels",
    "GroupSort",
    "almost_orthogonal",
    "bjorck",
    "breakpoints",
    "clip_weights_",
    "clipped_bound",
    "cone_envelope",
    "cone_violations",
    "euclidean_norms",
    "exact_constant_1d",
    "gradient_norms",
    "gradient_norms_by_layer",
    "layer_constants",
    "lipschitz_mlp",
    "lower_bound",
    "residual_mlp",
    "sample_coupling",
    "score_gradients",
    "upper_bound",
]
