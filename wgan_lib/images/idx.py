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
from typing import BinaryIO

import numpy as np

from wgan_lib.ground.files import write_whole
from wgan_lib.ground.reading import require_file

UNSIGNED_BYTE = 0x08
GZIP_MAGIC = b"\x1f\x8b"
PART = 2**20  # bytes that are read at a time
MOST = 2**28  # bytes that a header may announce, and that a file may have: MNIST takes 47 million


def read_idx(path: str | os.PathLike[str], sha256: str | None = None) -> np.ndarray:
    """Read an IDX file of unsigned bytes, gzipped or plain, into an array of dtype uint8.

    `sha256`, if given, is the SHA-256 that the unpacked content must have, in hexadecimal. It is
    taken of the content and not of the file, so that it holds for the gzipped and the plain file.

    The header is read first, and then no more than it announces, which may be 2²⁸ bytes. Raises
    `FileNotFoundError` when there is no such file, and `ValueError`, naming the file and what was
    expected, when it is truncated, too long, too large, of another type, or no IDX file at all.
    """
    path = require_file(path, "an IDX file", MOST)
    with _opened(path) as file:
        try:
            header, shape = _header(path, file)
            numbers = _numbers(path, file, shape)
        except EOFError as error:
            raise ValueError(f"{path} is a truncated gzip file, expected a whole one") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{path} is a damaged gzip file, expected a whole one") from error
    if sha256 is not None:
        _require_sha256(path, header, numbers, sha256)
    try:
        return np.frombuffer(numbers, dtype=np.uint8).reshape(shape)
    except ValueError as error:  # of no numbers, or of more dimensions than NumPy has
        raise ValueError(f"{path} announces shape {shape}, which no array has") from error


def write_idx(path: str | os.PathLike[str], array: np.ndarray) -> None:
    """Write an array of dtype uint8 as an IDX file, gzipped when `path` ends in `.gz`.

    The same array gives the same bytes every time: the gzip header holds neither name nor date.
    The file is written whole or not at all. Raises `TypeError` for another dtype and `ValueError`
    for an array without dimensions.
    """
    path = Path(path)
    content = _content(array)
    write_whole(path, _gzipped(content) if path.suffix == ".gz" else content)


def _opened(path: Path) -> BinaryIO:
    """The file, decompressed as it is read if it is gzipped."""
    with open(path, "rb") as file:
        packed = file.read(2) == GZIP_MAGIC
    return gzip.open(path) if packed else open(path, "rb")


def _header(path: Path, file: BinaryIO) -> tuple[bytes, tuple[int, ...]]:
    """The header, and the shape that it announces."""
    start = file.read(4)
    if len(start) < 4:
        raise ValueError(
            f"{path} holds {len(start)} bytes, expected an IDX file, whose header alone takes 4"
        )
    if start[:2] != b"\x00\x00":
        raise ValueError(
            f"{path} is no IDX file: it starts with bytes {start[:2].hex(' ')}, expected 00 00"
        )
    if start[2] != UNSIGNED_BYTE:
        raise ValueError(
            f"{path} holds numbers of IDX type 0x{start[2]:02x}, expected 0x08, unsigned bytes"
        )
    sizes = file.read(4 * start[3])
    if start[3] == 0 or len(sizes) < 4 * start[3]:
        raise ValueError(
            f"{path} has a truncated header: expected the sizes of {max(start[3], 1)} dimensions"
        )
    shape = (int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
    return start + sizes, tuple(shape)


def _numbers(path: Path, file: BinaryIO, shape: tuple[int, ...]) -> bytearray:
    """As many bytes as the header announces, which must be all that there are."""
    expected = math.prod(shape)
    if expected > MOST:
        raise ValueError(
            f"{path} is too large: its header announces shape {shape}, "
            f"expected at most {MOST:,} bytes of data"
        )
    found = bytearray()
    while len(found) <= expected and (part := file.read(min(PART, expected + 1 - len(found)))):
        found += part
    if len(found) != expected:
        short = len(found) < expected
        what, got = ("is truncated", "") if short else ("has bytes left over", " or more")
        raise ValueError(
            f"{path} {what}: its header announces shape {shape}, "
            f"expected {expected} bytes of data, got {len(found)}{got}"
        )
    return found


def _require_sha256(path: Path, header: bytes, numbers: bytearray, expected: str) -> None:
    content = hashlib.sha256(header)
    content.update(numbers)
    got = content.hexdigest()
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
