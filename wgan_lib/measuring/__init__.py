"""What may be said of W₁ where only samples are known: lesson 12, to come.

`intervals` gives an interval that holds it with a stated confidence, from the critics of
`fitted_critics` and from the optimal plan.
"""

from wgan_lib.measuring.intervals import Interval, certified_interval

__all__ = ["Interval", "certified_interval"]
