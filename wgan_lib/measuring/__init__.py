"""What may be said of W₁ where only samples are known.

`intervals` gives an interval that holds it with a stated confidence: lesson 12, to come.
"""

from wgan_lib.measuring.intervals import Interval, certified_interval

__all__ = ["Interval", "certified_interval"]
