"""How well W₁ can be measured, and by whom: lesson 12, to come.

`contestants` holds everybody who claims to measure it, trained by one function. `estimators` says
how each makes a number and a gradient of two batches, `measurement` holds both against a pair of
which the truth is known, and `confidence` makes a bound that may be trusted of a critic's estimate.
"""

from wgan_lib.measuring.confidence import LowerBound, certified_lower_bound
from wgan_lib.measuring.contestants import CONTESTANTS, Contestant, fit
from wgan_lib.measuring.estimators import (
    BatchPlan,
    CriticEstimate,
    CTransform,
    Estimator,
    SlicedEstimate,
)
from wgan_lib.measuring.measurement import Measurement, measure

__all__ = [
    "CONTESTANTS",
    "BatchPlan",
    "CTransform",
    "Contestant",
    "CriticEstimate",
    "Estimator",
    "LowerBound",
    "Measurement",
    "SlicedEstimate",
    "certified_lower_bound",
    "fit",
    "measure",
]
