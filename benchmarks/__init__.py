"""How fast, how lean and how good: `python -m benchmarks` measures, nothing here passes or fails.

Speed is always a ratio of two rates measured in turns in one run. Other programs on the machine,
its clock and its temperature then slow down both sides alike.
"""
