"""How well W₁ can be measured, and by whom: lesson 12.

`contestants` holds everybody who claims to measure it, trained by one function; `annealing` and
`envelopes` make two of them, which are minima of cones. `estimators` says how each makes a number
and a gradient of two batches, `measurement` holds both against a pair of which the truth is known,
and `confidence` makes a bound that may be trusted of a critic's estimate. Where only samples are
known, `intervals` gives an interval that holds W₁ with a stated confidence, from the critics of
`fitted_critics` and from the optimal plan. `published` has the numbers of a paper, to stand beside.
"""

from wgan_lib.measuring import published
from wgan_lib.measuring.confidence import LowerBound, certified_lower_bound
from wgan_lib.measuring.contestants import CONTESTANTS, Contestant, fit
from wgan_lib.measuring.estimators import (
    BatchPlan,
    CriticEstimate,
    CTransform,
    Estimator,
    SlicedEstimate,
)
from wgan_lib.measuring.intervals import Interval, certified_interval
from wgan_lib.measuring.measurement import Measurement, measure

__all__ = [
    "CONTESTANTS",
    "BatchPlan",
    "CTransform",
    "Contestant",
    "CriticEstimate",
    "Estimator",
    "Interval",
    "LowerBound",
    "Measurement",
    "SlicedEstimate",
    "certified_interval",
    "certified_lower_bound",
    "fit",
    "measure",
    "published",
]
