"""`python -m workshop.ward_samples`: the samples of lesson 11's ward round, with seed 0.

Takes some ten minutes, and leaves data/results/bug-clinic-samples.npz.
"""

from __future__ import annotations

import io

import joblib
import numpy as np

from wgan_lib.experiments.bug_clinic import BUG_CLINIC, packed, sample_file
from wgan_lib.ground.files import write_whole


def main(jobs: int = 2) -> None:
    """Every loop of the study once."""
    with joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
        found = joblib.Parallel()(
            joblib.delayed(packed)(loop) for loop in BUG_CLINIC.loops.values()
        )
    arrays = {
        f"{name}/{key}": array
        for name, each in zip(BUG_CLINIC.loops, found, strict=True)
        for key, array in each.items()
    }
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    write_whole(sample_file(), file.getvalue())
    print(f"{sample_file()}: {len(file.getvalue()) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
