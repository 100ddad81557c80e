"""The IDX format: what is written comes back, and every damaged file is named and explained."""

import gzip
import hashlib
import os
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from wgan_lib.images.idx import read_idx, write_idx

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
HEADER = bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 3, 4)
CONTENT = HEADER + ARRAY.tobytes()


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, min_side=0)), st.booleans())
def test_what_is_written_comes_back(tmp_path, array, packed):
    path = tmp_path / ("array.gz" if packed else "array")
    write_idx(path, array)
    np.testing.assert_array_equal(read_idx(path), array)


def test_a_plain_file_holds_exactly_header_and_data(tmp_path):
    write_idx(tmp_path / "array", ARRAY)
    assert (tmp_path / "array").read_bytes() == CONTENT


def test_a_packed_file_holds_neither_name_nor_date(tmp_path):
    write_idx(tmp_path / "one.gz", ARRAY)
    write_idx(tmp_path / "two.gz", ARRAY)
    stored = (tmp_path / "one.gz").read_bytes()
    assert stored == (tmp_path / "two.gz").read_bytes()
    assert stored[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00"  # no flags, no time


def test_an_array_in_any_memory_order_is_written_in_c_order(tmp_path):
    write_idx(tmp_path / "array", np.asfortranarray(ARRAY))
    np.testing.assert_array_equal(read_idx(tmp_path / "array"), ARRAY)


def test_compression_is_told_by_content_and_not_by_name(tmp_path):
    (tmp_path / "packed").write_bytes(gzip.compress(CONTENT))
    (tmp_path / "plain.gz").write_bytes(CONTENT)
    np.testing.assert_array_equal(read_idx(tmp_path / "packed"), ARRAY)
    np.testing.assert_array_equal(read_idx(tmp_path / "plain.gz"), ARRAY)


def test_the_array_can_be_written_to(tmp_path):
    write_idx(tmp_path / "array", ARRAY)
    read_idx(tmp_path / "array")[0, 0, 0] = 7


DAMAGED = {
    "empty": (b"", "holds 0 bytes, expected an IDX file"),
    "not IDX": (b"\x89PNG and more", "no IDX file: it starts with bytes 89 50, expected 00 00"),
    "other type": (b"\0\0\x0d\1" + struct.pack(">If", 1, 0.5), "IDX type 0x0d, expected 0x08"),
    "no dimensions": (b"\0\0\x08\0", "truncated header"),
    "header cut": (HEADER[:-2], "truncated header: expected the sizes of 3 dimensions"),
    "data cut": (CONTENT[:-1], r"is truncated: .*\(2, 3, 4\), expected 24 bytes of data, got 23"),
    "too long": (CONTENT + b"!", "has bytes left over: .*expected 24 bytes of data, got 25"),
    "absurd size": (b"\0\0\x08\3" + b"\xff" * 12, "too large: .*at most 268,435,456 bytes"),
    "too long by much": (CONTENT + bytes(99), "expected 24 bytes of data, got 25 or more"),
    "gzip cut": (gzip.compress(CONTENT)[:-9], "is a truncated gzip file"),
    "gzip damaged": (gzip.compress(CONTENT)[:-8] + b"\0" * 8, "is a damaged gzip file"),
    "gzip nonsense": (b"\x1f\x8b" + b"\xff" * 30, "is a damaged gzip file"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_is_named_and_explained(tmp_path, name):
    content, explanation = DAMAGED[name]
    path = tmp_path / "broken-images"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=explanation) as caught:
        read_idx(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no file .*nowhere"):
        read_idx(tmp_path / "nowhere")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ValueError, match="is a folder, expected an IDX file"):
        read_idx(tmp_path)


def test_the_checksum_is_that_of_the_content(tmp_path):
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    for name in ("array", "array.gz"):
        write_idx(tmp_path / name, ARRAY)
        read_idx(tmp_path / name, sha256)
    write_idx(tmp_path / "array", ARRAY + 1)
    with pytest.raises(ValueError, match=f"is not the file it should be: .*{sha256}"):
        read_idx(tmp_path / "array", sha256)


def test_only_bytes_with_dimensions_are_written(tmp_path):
    with pytest.raises(TypeError, match="array must have dtype uint8, got float64"):
        write_idx(tmp_path / "array", np.ones(3))
    with pytest.raises(ValueError, match="array must have 1 to 255 dimensions, got 0"):
        write_idx(tmp_path / "array", np.uint8(3))
    assert not any(tmp_path.iterdir())


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "array"
    write_idx(path, ARRAY)

    def full_disk(_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        write_idx(path, ARRAY + 1)
    assert [file.name for file in tmp_path.iterdir()] == ["array"]
    np.testing.assert_array_equal(read_idx(path), ARRAY)
