"""`python -m wgan_lib distance`: two files of points, good ones and all others, and its page."""

import io
import json
import os
import pickle
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from wgan_lib.__main__ import main
from wgan_lib.commands import point_files
from wgan_lib.commands.point_files import read_points
from wgan_lib.measuring import certified_interval, fitted_critics

COURSE = Path(__file__).resolve().parents[1]
PAGE = (COURSE / "docs" / "distance.md").read_text(encoding="utf-8")
POINTS = np.random.default_rng(0).normal(size=(40, 2))


@pytest.fixture(autouse=True)
def narrow_network(monkeypatch):
    monkeypatch.setattr(fitted_critics, "WIDTHS", (16, 16))
    monkeypatch.setitem(fitted_critics.TRAINING, "batch_size", 64)


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """`distance` in a folder of its own, with few steps: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    np.save("A.npy", POINTS)
    np.save("B.npy", POINTS[::-1] + 1)

    def run_command(*words):
        try:
            code = main(["distance", *words, "--steps", "5"])
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return run_command


@pytest.fixture
def refused(run):
    """Runs a command line that must be refused in one line on stderr; returns the line."""

    def run_command(*words):
        code, out, err = run(*words)
        assert (code, out) == (2, ""), err
        assert err.startswith("wgan_lib: ") and err.count("\n") == 1
        return err

    return run_command


# ---------------------------------------------------------------------- what it says


def test_the_numbers_are_those_of_the_library(run):
    code, out, err = run("A.npy", "B.npy", "--json", "--seed", "3", "--confidence", "0.9")
    assert (code, err) == (0, "")
    expected = certified_interval(POINTS, POINTS[::-1] + 1, seed=3, confidence=0.9, steps=5)
    said = json.loads(out)
    assert said["lower"] == expected.lower and said["upper"] == expected.upper
    assert tuple(said["halves"]) == expected.halves and said["confidence"] == 0.9


def test_the_words_have_the_ends_and_what_they_rest_on(run):
    code, out, _ = run("A.npy", "B.npy")
    found = certified_interval(POINTS, POINTS[::-1] + 1, steps=5)
    assert code == 0 and out.startswith(
        f"W₁ lies between {found.lower:.4g} and {found.upper:.4g}, with 95 % confidence.\n"
    )
    assert "20 and 20 points that it has not seen" in out and "40 and 40 points" in out
    assert "independent draws" in out and "nearly normal" in out and "Heavy tails" in out
    assert "may be 0" not in out


def test_a_diameter_changes_what_it_rests_on(run):
    out = run("A.npy", "B.npy", "--diameter", "9")[1]
    assert "further apart than 9" in out and "normal" not in out


def test_samples_that_tell_nothing_apart(run):
    out = run("A.npy", "A.npy")[1]
    assert out.startswith("W₁ lies between 0 and ") and "It may be 0" in out


def test_a_table_of_text_is_read_as_the_array_is(run):
    np.savetxt("A.csv", POINTS, delimiter=",", fmt="%.17g")
    Path("bom.csv").write_bytes(b"\xef\xbb\xbf" + Path("A.csv").read_bytes())
    for file in ("A.csv", "bom.csv"):
        assert np.array_equal(read_points(file), POINTS)
    assert run("A.csv", "B.npy")[1].splitlines()[0] == run("A.npy", "B.npy")[1].splitlines()[0]


@pytest.mark.parametrize(
    "array",
    [
        POINTS.astype(">f4"),
        POINTS.astype(np.float16),
        np.asfortranarray(POINTS),
        (100 * POINTS).astype(np.int64) + 2**60,
        (POINTS > 0),
        POINTS.reshape(20, 2, 1, 2),
        POINTS[:, 0],
    ],
    ids=["other bytes first", "half", "columns first", "integers", "truths", "images", "line"],
)
def test_whatever_numbers_there_are_become_points(run, array):
    np.save("C.npy", array)
    points = read_points("C.npy").numpy()
    assert points.dtype == np.float64
    expected = array.astype(np.float64)
    assert np.array_equal(points, expected if array.ndim > 1 else expected[:, None])


# ---------------------------------------------------------------------- what it refuses


def header(shape, descr="<f8", body=b"", size=None, major=1):
    """A file of NumPy's format with any header; the format is in numpy.lib.format's docstring."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (-(len(text) + 11) % 64) + b"\n"
    count = struct.pack("<H" if major == 1 else "<I", len(text) if size is None else size)
    return b"\x93NUMPY" + bytes([major, 0]) + count + text + body


def saved(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


BODY = POINTS.tobytes()
BAD = {
    "empty.npy": (b"", "must be a .npy file of plain numbers"),
    "text.npy": (b"no array at all", "must be a .npy file of plain numbers"),
    "pickle.npy": (pickle.dumps([1.0] * 40), "must be a .npy file of plain numbers"),
    "objects.npy": (header("(40,)", "|O", pickle.dumps([1.0] * 40)), "Python objects"),
    "huge.npy": (header("(1000000000000, 2)"), "must be a .npy file of plain numbers"),
    "wraps.npy": (header("(4294967296, 4294967296, 2)"), "must be a .npy file of plain"),
    "negative.npy": (header("(-40, -2)", body=BODY), "must be a .npy file of plain numbers"),
    "short.npy": (header("(41, 2)", body=BODY), "must be a .npy file of plain numbers"),
    "long.npy": (header("(39, 2)", body=BODY), "16 bytes are left over after an array of shape"),
    "header.npy": (header("(40, 2)", body=BODY, size=2**32 - 1, major=2), "must be a .npy file"),
    "nested.npy": (b"\x93NUMPY\x01\x00(#" + b"(" * 9000, "must be a .npy file of plain numbers"),
    "complex.npy": (saved(POINTS.astype(complex)), "its dtype is complex128"),
    "words.npy": (saved(np.array(["a"] * 40)), "its dtype is <U1"),
    "dates.npy": (saved(np.zeros(40, "M8[s]")), "its dtype is datetime64"),
    "none.npy": (saved(POINTS[:0]), "none.npy must not be empty, got shape (0, 2)"),
    "one.npy": (saved(np.array(1.0)), "one.npy must be at least 20 points, n×…, got shape ()"),
    "few.npy": (saved(POINTS[:19]), "few.npy must be at least 20 points, n×…, got shape (19, 2)"),
    "nan.npy": (saved(np.full((40, 2), np.nan)), "nan.npy must hold finite numbers only, got 80"),
    "inf.npy": (saved(np.full((40, 2), np.inf)), "finite numbers only"),
    "far.npy": (saved(1e200 * POINTS), "far.npy must spread over 1e-100 to 1e+100"),
    "long-double.npy": (saved(POINTS.astype(np.longdouble) * np.longdouble(10) ** 400), "finite"),
    "three.npy": (saved(np.zeros((40, 3))), "must hold points of one shape, got (2,) and (3,)"),
    "line.npy": (saved(POINTS[:, 0]), "must hold points of one shape, got (2,) and (1,)"),
    "words.csv": (b"1,2\n3,four\n", "could not convert string 'four'"),
    "ragged.csv": (b"1,2\n3\n", "the number of columns changed"),
    "empty.csv": (b"", "empty.csv must not be empty"),
    "nan.csv": (b"1,nan\n" * 40, "nan.csv must hold finite numbers only"),
    "bytes.csv": (bytes(range(256)), "must be a .csv file of plain numbers"),
    "points.txt": (b"1 2\n" * 40, "points.txt must end in .npy or .csv"),
}
if np.finfo(np.longdouble).max == np.finfo(np.float64).max:  # Windows and some others
    del BAD["long-double.npy"]


@pytest.mark.parametrize("name", BAD)
def test_files_that_are_no_samples(refused, name):
    content, expected = BAD[name]
    Path(name).write_bytes(content)
    message = refused("A.npy", name)
    assert name in message and expected in message


def test_what_is_no_regular_file(refused, tmp_path):
    assert "there is no file missing.npy" in refused("missing.npy", "A.npy")
    (tmp_path / "folder.npy").mkdir()
    assert "folder.npy must be a regular file" in refused("folder.npy", "A.npy")
    if hasattr(os, "mkfifo"):  # opening it would wait for a writer for ever
        os.mkfifo("pipe.npy")
        assert "pipe.npy must be a regular file" in refused("pipe.npy", "A.npy")


def test_too_many_numbers_are_refused_before_they_are_read(refused, monkeypatch):
    monkeypatch.setattr(point_files, "MOST_NUMBERS", 79)
    monkeypatch.setattr(np, "array", lambda *_, **__: pytest.fail("read"))
    assert "it holds 80 numbers, of at most 79" in refused("A.npy", "B.npy")
    monkeypatch.setattr(point_files, "MOST_BYTES_OF_TEXT", 9)
    Path("A.csv").write_text("1,2\n" * 40)
    assert "it has 160 bytes, of at most 9" in refused("A.csv", "B.npy")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--confidence", "1"], "confidence must be strictly between 0 and 1, got 1"),
        (["--confidence", "much"], "confidence must be a finite number, got 'much'"),
        (["--seed", "0.5"], "seed must be an integer of at least 0, got 0.5"),
        (["--diameter", "-1"], "diameter must be a finite number greater than 0, got -1"),
        (["--diameter", "0.1"], "diameter must be at least"),
        (["--colour", "red"], "unrecognized arguments"),
    ],
)
def test_bad_options(refused, words, expected):
    assert expected in refused("A.npy", "B.npy", *words)


# ---------------------------------------------------------------------- docs/distance.md


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def without_numbers(text):
    return re.sub(r"\(.*?\) gains", "gains", re.sub(r"\d[\d.,]*(e-\d+)?", "N", text))


def test_the_page_shows_what_the_command_prints(run):
    """Word for word; the numbers, and which critic was the best, are those of one machine."""
    exec(blocks("python")[0], {})
    shown = blocks("console")
    assert len(shown) == 2
    for block in shown:
        command, _, output = block.partition("\n")
        words = command.removeprefix("$ python -m wgan_lib distance ").split()
        assert without_numbers(run(*words)[1].strip()) == without_numbers(output.strip())
