"""The IDX file format, in which MNIST and its relatives are distributed.

An IDX file is a short header and then the numbers, nothing else:

    byte 0, 1    zero
    byte 2       the type of the numbers; 0x08 means unsigned bytes, the only type read here
    byte 3       the number of dimensions d
    4 bytes × d  the size of each dimension, most significant byte first
    the rest     the numbers in C order

Usually the whole is compressed with gzip. A file is taken as compressed by its first two bytes,
not by its name, since browsers and tools unpack and rename files without asking.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import zlib
from pathlib import Path

import numpy as np

from wgan_lib.ground.files import write_whole

UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str], sha256: str | None = None) -> np.ndarray:
    """Read an IDX file of unsigned bytes, gzipped or plain, into an array of dtype uint8.

    `sha256`, if given, is the SHA-256 that the unpacked content must have, in hexadecimal. It is
    taken of the content and not of the file, so that it holds for the gzipped and the plain file.

    Raises `FileNotFoundError` when there is no such file, and `ValueError`, naming the file and
    what was expected, when it is truncated, too long, of another type, or no IDX file at all.
    """
    path = Path(path)
    content = _unpacked(path)
    shape, start = _header(path, content)
    _require_length(path, content, start, shape)
    if sha256 is not None:
        _require_sha256(path, content, sha256)
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape).copy()


def write_idx(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write an array of dtype uint8 as an IDX file, gzipped when `path` ends in `.gz`.

    The same array gives the same bytes every time: the gzip header holds neither name nor date.
    The file is written whole or not at all. Raises `TypeError` for another dtype and `ValueError`
    for an array without dimensions.
    """
    path = Path(path)
    content = _content(array)
    write_whole(path, _gzipped(content) if path.suffix == ".gz" else content)


def _unpacked(path: Path) -> bytes:
    """The content of the file, decompressed if it is gzipped."""
    if not path.exists():
        raise FileNotFoundError(f"there is no file {path}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder, expected an IDX file")
    stored = path.read_bytes()
    if not stored.startswith(GZIP_MAGIC):
        return stored
    try:
        return gzip.decompress(stored)
    except EOFError as error:
        raise ValueError(f"{path} is a truncated gzip file, expected a whole one") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is a damaged gzip file: {error}") from error


def _header(path: Path, content: bytes) -> tuple[tuple[int, ...], int]:
    """The shape that the header announces, and the position at which the numbers start."""
    if len(content) < 4:
        raise ValueError(
            f"{path} holds {len(content)} bytes, expected an IDX file, whose header alone takes 4"
        )
    if content[:2] != b"\x00\x00":
        raise ValueError(
            f"{path} is no IDX file: it starts with bytes {content[:2].hex(' ')}, expected 00 00"
        )
    if content[2] != UNSIGNED_BYTE:
        raise ValueError(
            f"{path} holds numbers of IDX type 0x{content[2]:02x}, expected 0x08, unsigned bytes"
        )
    start = 4 + 4 * content[3]
    if content[3] == 0 or len(content) < start:
        raise ValueError(
            f"{path} has a truncated header: expected the sizes of {max(content[3], 1)} dimensions"
        )
    sizes = [int.from_bytes(content[at : at + 4], "big") for at in range(4, start, 4)]
    return tuple(sizes), start


def _require_length(path: Path, content: bytes, start: int, shape: tuple[int, ...]) -> None:
    expected, got = math.prod(shape), len(content) - start
    if got != expected:
        what = "is truncated" if got < expected else "has bytes left over"
        raise ValueError(
            f"{path} {what}: its header announces shape {shape}, "
            f"expected {expected} bytes of data, got {got}"
        )


def _require_sha256(path: Path, content: bytes, expected: str) -> None:
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        raise ValueError(
            f"{path} is not the file it should be: expected content with SHA-256 {expected}, "
            f"got {got}; delete it and get it again"
        )


def _content(array: np.ndarray) -> bytes:
    array = np.asarray(array)
    if array.dtype != np.uint8:
        raise TypeError(f"array must have dtype uint8, got {array.dtype}")
    if not 1 <= array.ndim <= 255:
        raise ValueError(f"array must have 1 to 255 dimensions, got {array.ndim}")
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, UNSIGNED_BYTE, array.ndim]) + sizes + array.tobytes()


def _gzipped(content: bytes) -> bytes:
    # Not gzip.compress: the header that it writes is not the same in all versions of Python.
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()
