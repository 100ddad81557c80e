"""What everything else stands on: checked arguments, devices, checkpoints.

No lesson is about it. A reader meets `arguments` in every error message, `devices` where a run
chooses its processor, and `checkpoints` where a run is kept.
"""
