"""Samples that somebody brings: points in a file of NumPy, .npy, or in one of numbers, .csv.

A file is looked at before it is believed. Nothing in it is run, and no memory is asked for on the
word of a header.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from torch import Tensor

from wgan_lib.measuring.intervals import sample_of_points

MOST_NUMBERS = 2**26  # 512 MiB in float64
MOST_BYTES_OF_TEXT = 2**28


def read_points(file: str) -> Tensor:
    """The points in a file, n×… in float64: of an array the first dimension, of a .csv the lines.

    Raises ValueError, naming the file, for what is no sample of points, and OSError for what
    cannot be read.
    """
    path = Path(file)
    if not path.exists():
        raise FileNotFoundError(f"there is no file {file}")
    if not path.is_file():  # a folder, a pipe, a device
        raise ValueError(f"{path} must be a regular file")
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise ValueError(f"{file} must end in {' or '.join(READERS)}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what NumPy warns of is refused, here or below
            numbers = READERS[suffix](path)
    except OSError:
        raise
    except Exception as error:  # whatever a file can bring NumPy to say
        raise ValueError(f"{file} must be a {suffix} file of plain numbers: {error}") from error
    return sample_of_points(file, numbers)


def _npy(path: Path) -> np.ndarray:
    # A map of the file: what it takes is known before any memory is, and a pickle is refused.
    mapped = np.lib.format.open_memmap(path, mode="r")
    if mapped.dtype.kind not in "biuf":
        raise ValueError(f"its dtype is {mapped.dtype}")
    _refuse_too_many(mapped.size)
    surplus = path.stat().st_size - mapped.offset - mapped.nbytes
    if surplus:
        raise ValueError(f"{surplus} bytes are left over after an array of shape {mapped.shape}")
    return np.array(mapped, dtype=np.float64)


def _csv(path: Path) -> np.ndarray:
    if path.stat().st_size > MOST_BYTES_OF_TEXT:
        raise ValueError(f"it has {path.stat().st_size} bytes, of at most {MOST_BYTES_OF_TEXT}")
    table = np.loadtxt(path, delimiter=",", comments=None, ndmin=2, encoding="utf-8-sig")
    _refuse_too_many(table.size)
    return table


def _refuse_too_many(count: int) -> None:
    if count > MOST_NUMBERS:
        raise ValueError(f"it holds {count:,} numbers, of at most {MOST_NUMBERS:,}")


READERS = {".npy": _npy, ".csv": _csv}
