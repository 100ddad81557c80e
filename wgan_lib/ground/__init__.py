"""What everything else stands on: checked arguments, devices, files, locks, checkpoints.

No lesson is about it. A reader meets `arguments` in every error message, `devices` where a run
chooses its processor, and `files`, `locks` and `checkpoints` where a run is kept. `versions` knows
the commit that a stored number came from, and `imports` brings in a package whole or not at all.
`reading` and `literals` look at what a stranger wrote before it is believed.
"""
