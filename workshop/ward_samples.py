"""`python -m workshop.ward_samples`: the samples of lesson 11's ward round, with seed 0.

Takes some ten minutes, and leaves data/results/bug-clinic-samples.npz.
"""

from __future__ import annotations

import joblib

from wgan_lib.experiments.bug_clinic import BUG_CLINIC, write_samples
from wgan_lib.ward import run


def main(jobs: int = 2) -> None:
    """Every loop of the study once."""
    loops = BUG_CLINIC.loops
    with joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
        stays = joblib.Parallel()(joblib.delayed(run)(loop) for loop in loops.values())
    found = {name: stay.samples for name, stay in zip(loops, stays, strict=True)}
    file = write_samples(found)
    print(f"wrote {file}, {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
