"""Files that are not what they say, and arguments that are nonsense, each made from a good one.

Every bad input here gets exit code 2 and one line that names the file or the argument, and what is
allowed; nothing on the disk changes. The tables below are the inputs.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import pickle
import random
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.__main__ import main
from wgan_lib.experiments import stored_runs, studies
from wgan_lib.experiments.recipe_studies import RecipeStudy
from wgan_lib.experiments.recipes import find
from wgan_lib.ground import checkpoints
from wgan_lib.images import datasets
from wgan_lib.images import files as image_files
from wgan_lib.images.classifier import read_classifier
from wgan_lib.images.idx import read_idx

COURSE = Path(__file__).resolve().parents[1]
RING = ["train", "ring-wgan-gp", "--device", "cpu", "--steps", "2"]
SMALL = {"width": 4, "batch_size": 8, "critic_steps": 1, "averaging": 0.9}
RING += [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
# What Python, torch and zlib say for themselves.
BARE = r"Error\b|an? \w+ object|requires a buffer|NoneType|dtype=|expected str|codec|subscript"
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """One of everything: a run of the ring, a study, four pictures, the digits."""
    folder = tmp_path_factory.mktemp("good")
    assert main([*RING, "--out", str(folder / "run")]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(studies.STUDIES, "tiny", tiny_study())
        assert main(["study", "tiny", "--out", str(folder / "study")]) == 0
    (folder / "pictures").mkdir()
    picture = Image.fromarray(np.arange(300, dtype=np.uint8).reshape(10, 10, 3))
    for number in range(10):
        picture.save(folder / "pictures" / f"{number}.png")
    for kind in ("gif", "tiff", "ppm", "eps", "jpeg", "bmp", "webp"):
        picture.save(folder / f"picture.{kind}")
    return folder


def tiny_study() -> RecipeStudy:
    recipe = find("ring-gan").changed(steps=2, width=4, batch_size=8, critic_steps=1, log_every=1)
    return RecipeStudy("tiny", "for a test", {"gan": recipe}, (0, 1), 1, ("estimate",))


def everything(folder: Path) -> dict[str, object]:
    """What lies in a folder: the sums of plain files, and the kinds of all others."""
    found = {}
    for path in sorted(folder.rglob("*")):
        plain = path.is_file() and not path.is_symlink() and path.stat().st_size < 10**7
        found[str(path)] = sha256(path.read_bytes()).hexdigest() if plain else path.lstat()[:2]
    return found


@pytest.fixture
def refused(capfd, tmp_path):
    """Runs a command that must be refused in one line and change nothing; returns the line."""

    def run(*words) -> str:
        before = everything(tmp_path)
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = stop.code
        out, err = capfd.readouterr()
        assert (code, out) == (2, ""), err
        assert err.startswith("wgan_lib: ") and err.count("\n") == 1 and len(err) < 2000, err
        assert not re.search(BARE, err), err
        assert everything(tmp_path) == before
        return err

    return run


# ------------------------------------------------------------------ checkpoints


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def members(whole: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        return {name: file.read(name) for name in file.namelist()}


def laughing(depth: int = 60) -> list:
    """A list of two lists of two lists …: a few bytes in a file, 2⁶⁰ words when it is shown."""
    inner: list = []
    for _ in range(depth):
        inner = [inner, inner]
    return inner


CHECKPOINT_BYTES = {
    **{f"cut to {k}/8": lambda whole, k=k: whole[: len(whole) * k // 8] for k in range(8)},
    "one byte short": lambda whole: whole[:-1],
    "text": lambda whole: b"not a checkpoint",
    "twice zeros": lambda whole: bytes(len(whole)),
    "deflated": lambda whole: archive(members(whole), zipfile.ZIP_DEFLATED),
    "a member is missing": lambda whole: archive(dict(list(members(whole).items())[:-9])),
    "without its pickle": lambda whole: archive({"archive/version": b"3\n"}),
    "a bare pickle": lambda whole: pickle.dumps({"format": 1}),
    "another pickle": lambda whole: archive({"archive/data.pkl": pickle.dumps(["x"] * 9, 2)}),
    "endless bytearray": lambda whole: archive(
        {"archive/data.pkl": b"cbuiltins\nbytearray\n(J\xff\xff\xff\x7ftR."}
    ),
}
# Bits of tensors, of the pickle and of the archive's own tables.
FLIPS = [f"bit {bit} at {share:.3f}" for bit, share in enumerate(np.linspace(0.002, 0.998, 24))]


@pytest.mark.parametrize("name", CHECKPOINT_BYTES)
def test_a_damaged_checkpoint(refused, good, tmp_path, name):
    path = tmp_path / "checkpoint.pt"
    path.write_bytes(CHECKPOINT_BYTES[name]((good / "run" / "checkpoint.pt").read_bytes()))
    wanted = "is damaged or is not a checkpoint"
    for words in (["evaluate", path], [*RING, "--out", tmp_path]):
        err = refused(*words, "--device", "cpu")
        assert f"{path} " in err and wanted in err


@pytest.mark.parametrize("name", FLIPS)
def test_a_flipped_bit_of_a_checkpoint(capfd, good, tmp_path, name):
    """It is noticed, or it lies where nothing is said: torch itself compares no sums."""
    bit, share = int(name.split()[1]), float(name.split()[3])
    path = tmp_path / "checkpoint.pt"
    whole = bytearray((good / "run" / "checkpoint.pt").read_bytes())
    whole[int(share * len(whole))] ^= 1 << bit % 8
    path.write_bytes(whole)
    try:
        contents = checkpoints.load(path)
    except checkpoints.CheckpointError as error:
        assert f"{path} is damaged" in str(error)
    else:
        expected = checkpoints.load(good / "run" / "checkpoint.pt")
        again, before = io.BytesIO(), io.BytesIO()
        torch.save(contents, again)
        torch.save(expected, before)
        assert again.getvalue() == before.getvalue()


def test_each_flipped_bit_of_a_weight_is_noticed(good, tmp_path):
    whole = (good / "run" / "checkpoint.pt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        data = [member for member in file.infolist() if "/data/" in member.filename]
    for member in random.Random(0).sample(data, 12):
        damaged = bytearray(whole)
        name = struct.unpack("<HH", whole[member.header_offset + 26 : member.header_offset + 30])
        damaged[member.header_offset + 30 + sum(name)] ^= 1
        (tmp_path / "checkpoint.pt").write_bytes(damaged)
        with pytest.raises(checkpoints.CheckpointError, match="is damaged"):
            checkpoints.load(tmp_path / "checkpoint.pt")


ENTRIES = (
    *("identity", "step", "labels", "random", "history", "generator", "critic"),
    *("critic_optimiser", "generator_optimiser", "averaged"),
)
REPLACED = {
    f"{entry} {what}": (entry, change)
    for entry in ENTRIES
    for what, change in {
        "is missing": None,
        "is a word": lambda value: "abc",
        "is a list": lambda value: [1, 2],
        "laughs": lambda value: laughing(),
        "is a mapping of nothing": lambda value: {},
    }.items()
}


def first_of(mapping) -> str:
    return next(iter(mapping))


def without(value: dict, key: object) -> dict:
    return {k: v for k, v in value.items() if k != key}


def moments(value: dict, **changes: object) -> dict:
    """An optimiser's state with another state of its first parameter."""
    state = dict(value["state"])
    state[0] = {**state[0], **changes}
    return {**value, "state": state}


def grouped(value: dict, **changes: object) -> dict:
    return {**value, "param_groups": [{**value["param_groups"][0], **changes}]}


def with_first(value, change) -> dict:
    key = first_of(value)
    return {**value, key: change(value[key])}


INSIDE = {
    "a weight is missing": ("generator", lambda v: without(v, first_of(v))),
    "a weight too many": ("generator", lambda v: {**v, "more": torch.zeros(1)}),
    "a weight has another shape": ("generator", lambda v: with_first(v, lambda w: w[:1])),
    "a weight is a word": ("critic", lambda v: with_first(v, lambda w: "abc")),
    "a weight is nan": ("generator", lambda v: with_first(v, lambda w: w * torch.nan)),
    "an average is infinite": ("averaged", lambda v: with_first(v, lambda w: w / 0)),
    "an average is nan": ("averaged", lambda v: with_first(v, lambda w: w * torch.nan)),
    "a critic's weight is nan": ("critic", lambda v: with_first(v, lambda w: w * torch.nan)),
    "the step is negative": ("step", lambda v: -1),
    "the step is half": ("step", lambda v: 1.5),
    "the step is true": ("step", lambda v: True),
    "the step is another": ("step", lambda v: 1),
    "a history of other length": ("history", lambda v: with_first(v, lambda w: w[:1])),
    "a history of words": ("history", lambda v: with_first(v, lambda w: "abc")),
    "a history of one number": (
        "history",
        lambda v: with_first(v, lambda w: torch.zeros(1, dtype=torch.float64).expand(2**40)),
    ),
    "a history of integers": ("history", lambda v: with_first(v, lambda w: w.long())),
    "a history without names": ("history", lambda v: {7: v[first_of(v)]}),
    "a random state that is short": ("random", lambda v: v[:5]),
    "a random state of floats": ("random", lambda v: v.float()),
    "a moment of another shape": (
        "critic_optimiser",
        lambda v: moments(v, exp_avg=torch.zeros(3)),
    ),
    "a moment is a word": ("critic_optimiser", lambda v: moments(v, exp_avg="abc")),
    "a moment too many": ("generator_optimiser", lambda v: moments(v, more=torch.zeros(1))),
    "the moments of a parameter": (
        "generator_optimiser",
        lambda v: {**v, "state": without(v["state"], 0)},
    ),
    "no moments": ("generator_optimiser", lambda v: {**v, "state": {}}),
    "no groups": ("critic_optimiser", lambda v: {**v, "param_groups": []}),
    "betas are a word": ("critic_optimiser", lambda v: grouped(v, betas="abc")),
    "a rate is a word": ("critic_optimiser", lambda v: grouped(v, lr="abc")),
    "another identity": ("identity", lambda v: {**v, "objective": "WGAN(clip=0.01)"}),
    "an identity of numbers": ("identity", lambda v: {**v, "objective": 3}),
}


def changed(good: Path, path: Path, entry: str, change) -> None:
    contents = checkpoints.load(good / "run" / "checkpoint.pt")
    value = contents.pop(entry)
    if change is not None:
        contents[entry] = change(value)
    torch.save(contents, path)


@pytest.mark.parametrize("name", [*REPLACED, *INSIDE])
def test_a_checkpoint_that_lacks_something(refused, good, tmp_path, name):
    """To go on from it is refused in any case; to draw from it takes some of the entries only."""
    entry, change = (REPLACED | INSIDE)[name]
    shutil.copytree(good / "run", tmp_path / "run")
    path = tmp_path / "run" / "checkpoint.pt"
    changed(good, path, entry, change)
    err = refused(*RING, "--out", tmp_path / "run")
    assert f"{path}" in err and ("its entry" in err or "another run" in err)
    if name in REPLACED and entry in ("step", "labels", "averaged", "critic"):
        err = refused("evaluate", path, "--device", "cpu")
        assert f"{path}" in err


LABELS = {
    "no recipe": ({"recipe": None}, "does not name a recipe"),
    "an unknown recipe": ({"recipe": "rin-wgan-gp"}, "did you mean"),
    "brackets": ({"set width": "(" * 300}, "set width must be a Python literal"),
    "minus signs": ({"set width": "-" * 100_000 + "1"}, "of at most 1,000 characters"),
    "few minus signs": ({"set width": "-" * 900 + "1"}, "set width must be a"),
    "deep lists": ({"set width": "[" * 90 + "]" * 90}, "must be an integer of at least 1"),
    "code": ({"set width": "__import__('os').abort()"}, "must be a Python literal"),
    "a word": ({"set width": "'abc'"}, "must be an integer of at least 1, got 'abc'"),
    "no literal": ({"set width": "abc"}, "must be a Python literal"),
    "wide": ({"set width": "30000"}, "at most 12,000,000 weights, got 3.60"),
    "too wide to count": ({"set width": "2000000000"}, "at most 12,000,000 weights, got inf"),
    "beyond counting": ({"set latent_dim": "10" + "0" * 30}, "12,000,000 weights, got inf"),
    "a large batch": ({"set batch_size": "1000000000000"}, "batch_size must be at most 65,536"),
    "a large seed": ({"set seed": "1e30"}, "seed must be an integer from 0 to 2**64 - 1"),
    "many steps": ({"set steps": "9" * 400}, "steps must be at most 1,000,000,000"),
    "an unknown setting": ({"set wide": "3"}, "did you mean 'width'"),
    "a number as text": ({"recipe": 3}, "must be words by name"),
    "a list as text": ({"set width": [4]}, "must be words by name"),
    "a number as name": ({4: "width"}, "must be words by name"),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels_of_a_checkpoint(refused, good, tmp_path, name):
    labels, wanted = LABELS[name]
    path = tmp_path / "own.pt"
    changed(good, path, "labels", lambda old: {k: v for k, v in {**old, **labels}.items() if v})
    err = refused("sample", path, "--out", tmp_path / "grid.png", "--device", "cpu")
    assert str(path) in err and wanted in err


@pytest.mark.parametrize("found", [laughing(), "1", 1.5, True, None, [1], torch.zeros(3)])
def test_the_format_of_a_checkpoint(refused, tmp_path, found):
    torch.save({"format": found}, tmp_path / "own.pt")
    err = refused("evaluate", tmp_path / "own.pt")
    assert f"{tmp_path / 'own.pt'} must be a checkpoint of format 1, got" in err


# ------------------------------------------------------------------ what is no plain file


def pipe(path: Path) -> None:
    os.mkfifo(path)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def vast(path: Path) -> None:
    """A terabyte of nothing, which takes no room on the disk."""
    with open(path, "wb") as file:
        file.truncate(2**40)


def pointing_nowhere(path: Path) -> None:
    path.symlink_to("nowhere")


MNIST = ("train", "mnist-conv-wgan-gp", "--device", "cpu")
FOLDER = ("train", "folder-wgan-gp", "--device", "cpu", "--set", "width=4", "--set", "latent_dim=4")
PLACES = {
    "checkpoint.pt": lambda t: ["evaluate", t / "checkpoint.pt", "--device", "cpu"],
    "run/checkpoint.pt": lambda t: [*RING, "--out", t / "run"],
    "run/recipe.json": lambda t: [*RING, "--out", t / "run"],
    "study/tiny.csv": lambda t: ["study", "tiny", "--out", t / "study"],
    "study/tiny.json": lambda t: ["study", "tiny", "--out", t / "study"],
    "data/MNIST/raw/train-images-idx3-ubyte": lambda t: [
        *MNIST,
        "--data",
        t / "data",
        "--out",
        t / "new",
    ],
    "pictures/3.png": lambda t: [*FOLDER, "--data", t / "pictures", "--out", t / "new"],
}


@posix
@pytest.mark.parametrize(
    ("make", "place"),
    [
        *((make, place) for make in (pipe, endless, vast) for place in PLACES),
        *((Path.mkdir, place) for place in PLACES if "pictures" not in place),
        (pointing_nowhere, "checkpoint.pt"),
        (pointing_nowhere, "pictures/3.png"),
    ],
)
def test_no_plain_file(refused, good, tmp_path, monkeypatch, make, place):
    monkeypatch.setitem(studies.STUDIES, "tiny", tiny_study())
    path = tmp_path / place
    for folder in ("run", "study", "pictures"):
        shutil.copytree(good / folder, tmp_path / folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if place == "run/recipe.json":
        (path.parent / "checkpoint.pt").unlink()
    make(path)
    (tmp_path / "new").mkdir()
    if "idx3" in place:
        path.with_name("train-labels-idx1-ubyte").touch()
    assert path.name in refused(*PLACES[place](tmp_path))


# ------------------------------------------------------------------ recipe.json and history.csv


def said(change) -> bytes:
    """A recipe.json in which something is changed."""
    return lambda whole: json.dumps(change(json.loads(whole))).encode()


RECIPE_FILES = {
    **{f"cut to {k}/6": lambda whole, k=k: whole[: len(whole) * k // 6] for k in range(6)},
    "not UTF-8": lambda whole: b"\xff" + whole,
    "a list": lambda whole: b"[1, 2]",
    "deep": lambda whole: b"[" * 100_000 + b"]" * 100_000,
    "deep inside": lambda whole: b'{"labels": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "a long number": lambda whole: b'{"labels": ' + b"9" * 5000 + b"}",
    "no labels": said(lambda v: without(v, "labels")),
    "labels are a list": said(lambda v: {**v, "labels": ["ring-wgan-gp"]}),
    "labels are null": said(lambda v: {**v, "labels": None}),
    "labels are deep": said(lambda v: {**v, "labels": {"recipe": [[[[]]]]}}),
    "a label is a number": said(lambda v: {**v, "labels": {**v["labels"], "set width": 4}}),
    "another recipe": said(lambda v: {**v, "labels": {"recipe": "grid-wgan"}}),
}


@pytest.mark.parametrize("name", RECIPE_FILES)
def test_a_bad_recipe_file(refused, good, tmp_path, name):
    path = tmp_path / "recipe.json"
    path.write_bytes(RECIPE_FILES[name]((good / "run" / "recipe.json").read_bytes()))
    assert f"{path}" in refused(*RING, "--out", tmp_path)


HISTORIES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:30]),
    "a flipped bit": lambda path: path.write_bytes(bytes([path.read_bytes()[0] ^ 1])),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "missing": Path.unlink,
    "large": lambda path: os.truncate(path, 2**36),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_bad_history_is_written_again(capfd, good, tmp_path, name):
    shutil.copytree(good / "run", tmp_path / "run")
    HISTORIES[name](tmp_path / "run" / "history.csv")
    assert main([*RING, "--out", str(tmp_path / "run")]) == 0
    for file in ("history.csv", "checkpoint.pt"):
        assert (tmp_path / "run" / file).read_bytes() == (good / "run" / file).read_bytes()


# ------------------------------------------------------------------ the two files of a study


def cell(row: int, column: int, text: str):
    """A table in which one cell is another text."""

    def change(whole: bytes) -> bytes:
        lines = [line.split(",") for line in whole.decode().splitlines()]
        lines[row][column] = text
        return "\n".join(",".join(line) for line in lines).encode() + b"\n"

    return change


def told(change):
    """A JSON file of a study in which something is changed."""
    return lambda whole: json.dumps(change(json.loads(whole)) or {}).encode()


def first_run(**changes: object):
    return told(lambda v: {**v, "runs": [{**v["runs"][0], **changes}, *v["runs"][1:]]})


TABLES = {
    "empty": lambda whole: b"",
    **{f"cut to {k}/5": lambda whole, k=k: whole[: len(whole) * k // 5] for k in range(1, 5)},
    "NUL": lambda whole: whole.replace(b"gan,0", b"gan\0,0", 1),
    "not UTF-8": lambda whole: whole.replace(b"gan", b"g\xe4n", 1),
    "an open quote": lambda whole: whole.replace(b"gan,", b'"gan,', 1),
    "a long cell": lambda whole: whole + b"x" * 200_000,
    "a cell too few": lambda whole: whole.rstrip().rsplit(b",", 1)[0],
    "a cell too many": lambda whole: whole.rstrip() + b",1\n",
    "a column twice": cell(0, 3, "seed"),
    "another first column": cell(0, 0, "receipt"),
    "a step is a word": cell(1, 2, "two"),
    "a step is nan": cell(1, 2, "nan"),
    "a step beyond floats": cell(1, 2, "1" + "0" * 400),
    "a step beyond Python": cell(1, 2, "1" * 5000),
    "steps fall": cell(2, 2, "0"),
    "a seed is a word": cell(1, 1, "zero"),
    "another seed": cell(1, 1, "7"),
    "another recipe": cell(1, 0, "wgan"),
    "nan": cell(1, 3, "nan"),
    "infinite": cell(1, 3, "1e999"),
    "nothing": cell(1, 3, ""),
}
TOLD = {
    **{f"cut to {k}/5": lambda whole, k=k: whole[: len(whole) * k // 5] for k in range(5)},
    "not UTF-8": lambda whole: b"\xff" + whole,
    "a list": lambda whole: b"[]",
    "deep": lambda whole: b"[" * 100_000,
    "no runs": told(lambda v: without(v, "runs")),
    "no identity": told(lambda v: without(v, "identity")),
    "runs are a word": told(lambda v: {**v, "runs": "all"}),
    "runs are words": told(lambda v: {**v, "runs": ["all"]}),
    "runs are a number": told(lambda v: {**v, "runs": 2}),
    "an identity of lists": told(lambda v: {**v, "identity": {"every": [[[]]]}}),
    "an identity is a list": told(lambda v: {**v, "identity": ["every"]}),
    "another identity": told(lambda v: {**v, "identity": {**v["identity"], "every": "7"}}),
    "a seed is a word": first_run(seed="0"),
    "a seed is half": first_run(seed=0.5),
    "a recipe is a number": first_run(recipe=3),
    "a recipe is a list": first_run(recipe=["gan"]),
    "a recipe is missing": told(lambda v: {**v, "runs": [without(v["runs"][0], "recipe")]}),
    "looks are null": first_run(looks=None),
    "looks are many": first_run(looks=10**30),
    "looks are negative": first_run(looks=-1),
}


@pytest.mark.parametrize(
    ("kind", "name"), [*(("csv", name) for name in TABLES), *(("json", name) for name in TOLD)]
)
def test_a_bad_study(refused, good, tmp_path, monkeypatch, kind, name):
    monkeypatch.setitem(studies.STUDIES, "tiny", tiny_study())
    shutil.copytree(good / "study", tmp_path, dirs_exist_ok=True)
    path = tmp_path / f"tiny.{kind}"
    path.write_bytes({"csv": TABLES, "json": TOLD}[kind][name](path.read_bytes()))
    assert "tiny." in refused("study", "tiny", "--out", tmp_path)


# ------------------------------------------------------------------ IDX files


def deflated_zeros(header: bytes, megabytes: int) -> bytes:
    """A gzip file of the header and so many million zeros, made without ever holding them."""
    first = zlib.compressobj(wbits=-15)
    start = first.compress(header) + first.flush(zlib.Z_FULL_FLUSH)
    again = zlib.compressobj(wbits=-15)
    million = again.compress(bytes(10**6)) + again.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + start + million * megabytes


def plain(change):
    """A gzip file whose content is changed."""
    return lambda whole: gzip.compress(change(gzip.decompress(whole)), 1)


HEADER = bytes([0, 0, 8, 1]) + struct.pack(">I", 5000)
IDX = {
    "empty": lambda whole: b"",
    **{f"cut at {k}": lambda whole, k=k: whole[:k] for k in (1, 2, 9, 10, 11, 30, 51, 58)},
    **{
        f"bit {bit} at {k}": lambda whole, k=k, bit=bit: flipped(whole, k, bit)
        for k, bit in ((0, 0), (1, 3), (2, 1), (3, 2), (11, 4), (20, 5), (40, 6), (52, 7), (57, 0))
    },
    "unpacked, cut": lambda whole: gzip.decompress(whole)[:-1],
    "unpacked, longer": lambda whole: gzip.decompress(whole) + b"\0",
    "unpacked, a bit": lambda whole: flipped(gzip.decompress(whole), 4000, 1),
    "no zeros first": plain(lambda content: b"\1" + content[1:]),
    "of floats": plain(lambda content: content[:2] + b"\x0d" + content[3:]),
    "no dimensions": plain(lambda content: content[:3] + b"\0" + content[4:]),
    "255 dimensions": plain(lambda content: content[:3] + b"\xff" + content[4:]),
    "dimensions of nothing": plain(lambda content: b"\0\0\x08\x50" + bytes(4) * 80),
    "vast": plain(lambda content: content[:4] + b"\xff" * 4 + content[8:]),
    "another label": plain(lambda content: content[:-1] + b"\7"),
    "other labels": plain(lambda content: content[:8] + content[:7:-1]),
    "10 GB of zeros": lambda whole: deflated_zeros(HEADER, 10_000),
    "10 GB are announced": lambda whole: deflated_zeros(HEADER[:4] + b"\xff" * 4, 10_000),
    "rubbish behind": lambda whole: whole + b"rubbish",
    "another file behind": lambda whole: whole + whole,
}


def flipped(whole: bytes, at: int, bit: int = 0) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :]


@pytest.mark.parametrize("name", IDX)
def test_a_bad_idx_file(refused, tmp_path, monkeypatch, name):
    """The labels of the digits: what is packed otherwise and says the same is as good."""
    for file in datasets.CLONE_DATA.glob("digits-*.gz"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(datasets, "CLONE_DATA", tmp_path)
    path = tmp_path / "digits-labels-idx1-ubyte.gz"
    content = gzip.decompress(path.read_bytes())
    path.write_bytes(IDX[name](path.read_bytes()))
    (tmp_path / "new").mkdir()
    words = ("train", "digits-wgan", "--device", "cpu", "--out", tmp_path / "new")
    try:
        as_before = gzip.decompress(path.read_bytes()[:1000]) == content
    except (EOFError, OSError, zlib.error):
        as_before = False
    if as_before:
        assert (read_idx(path).tobytes() == content[8:]) is True
    else:
        assert f"{path} " in refused(*words)


# ------------------------------------------------------------------ pictures


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file of these chunks, each with its length and its sum."""
    whole = b"\x89PNG\r\n\x1a\n"
    for name, content in (*chunks, (b"IEND", b"")):
        sum_ = zlib.crc32(name + content)
        whole += struct.pack(">I", len(content)) + name + content + struct.pack(">I", sum_)
    return whole


def header_of(width: int, height: int, depth: int = 8, colour: int = 2) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)


def saved(kind: str, **options: object):
    def make(good: Path) -> bytes:
        buffer = io.BytesIO()
        Image.open(good / "pictures" / "1.png").save(buffer, kind, **options)
        return buffer.getvalue()

    return make


def cut(kind: str, share: float):
    def make(good: Path) -> bytes:
        whole = (good / f"picture.{kind}").read_bytes()
        return whole[: int(share * len(whole))]

    return make


def wide(mode: str):
    def make(good: Path) -> bytes:
        buffer = io.BytesIO()
        Image.new(mode, (9, 9)).save(buffer, "PNG")
        return buffer.getvalue()

    return make


PICTURES = {
    "empty": lambda good: b"",
    "text": lambda good: b"no picture at all",
    **{kind: lambda good, kind=kind: (good / f"picture.{kind}").read_bytes()
       for kind in ("gif", "tiff", "ppm", "eps")},
    **{f"{kind} cut to {share}": cut(kind, share)
       for kind in ("jpeg", "bmp", "webp") for share in (0.05, 0.3, 0.9)},
    "avif": lambda good: b"\0\0\0\x20ftypavif\0\0\0\0avifmif1" + bytes(99),
    "16 bits": wide("I;16"),
    "169 megapixels": lambda good: png(header_of(13_000, 13_000), (b"IDAT", zlib.compress(b"0"))),
    "far too wide": lambda good: png(header_of(2**31 - 1, 2**31 - 1), (b"IDAT", b"")),
    "no pixels": lambda good: png(header_of(0, 5), (b"IDAT", zlib.compress(b""))),
    "no such depth": lambda good: png(header_of(9, 9, depth=7), (b"IDAT", b"")),
    "a text of zeros": lambda good: png(
        header_of(9, 9), (b"zTXt", b"a\0\0" + zlib.compress(bytes(2 * 10**6))), (b"IDAT", b"")
    ),
    **{f"png cut at {k}": lambda good, k=k: (good / "pictures" / "1.png").read_bytes()[:k]
       for k in (4, 8, 20, 33, 60)},
    **{f"png, a bit at {k}": lambda good, k=k: flipped((good / "pictures/1.png").read_bytes(), k)
       for k in (0, 10, 17, 25, 30, 45, 70)},
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_bad_picture(refused, good, tmp_path, name):
    shutil.copytree(good / "pictures", tmp_path / "pictures")
    path = tmp_path / "pictures" / "1.png"
    path.write_bytes(PICTURES[name](good))
    (tmp_path / "new").mkdir()
    err = refused(*FOLDER, "--data", tmp_path / "pictures", "--out", tmp_path / "new")
    assert f"cannot read the image {path}: " in err


@posix
def test_a_linked_folder_is_refused_and_a_linked_picture_is_read(refused, good, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "cats").symlink_to(good / "pictures")
    err = refused(*FOLDER, "--data", tmp_path / "pictures", "--out", tmp_path / "new")
    assert f"no links to folders, got {tmp_path / 'pictures' / 'cats'}" in err
    (tmp_path / "pictures" / "cats").unlink()
    (tmp_path / "pictures" / "cat.png").symlink_to(good / "pictures" / "1.png")
    assert len(datasets.image_folder(tmp_path / "pictures")) == 1


def test_what_is_left_out_is_said_and_a_folder_may_have_any_name(good, tmp_path, capfd):
    shutil.copytree(good / "pictures", tmp_path / "pictures" / "cats.png")
    (tmp_path / "pictures" / "notes.txt").write_text("mine")
    words = [*FOLDER, "--data", tmp_path / "pictures", "--out", tmp_path / "new", "--steps", 1]
    assert main([*map(str, words), "--set", "batch_size=4"]) == 0
    err = capfd.readouterr().err
    assert err.startswith("wgan_lib: note: 1 file in") and err.count("\n") == 1
    assert "such as notes.txt: the suffix is none of .bmp, .jpeg" in err


MODES = ("RGBA", "LA", "P", "1", "L", "RGB")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_clear_ground_is_white(tmp_path, mode, channels):
    """A black square on nothing, in each way in which a PNG can say "nothing"."""
    square = np.zeros((40, 40), dtype=np.uint8)
    square[10:20, 10:30] = 255
    mask, options = Image.fromarray(square), {}
    if mode == "RGBA":
        picture = Image.merge("RGBA", (*[Image.new("L", mask.size)] * 3, mask))
    elif mode == "LA":
        picture = Image.merge("LA", (Image.new("L", mask.size), mask))
    elif mode == "P":
        picture = Image.fromarray((square > 0).astype(np.uint8)).convert("P")
        picture.putpalette([0] * 768)
        options = {"transparency": 0}
    else:
        picture = Image.fromarray(255 - square).convert(mode)  # white, and one colour is clear
        options = {"transparency": (255, 255, 255) if mode == "RGB" else 255}
    picture.save(tmp_path / "0.png", **options)
    images = datasets.image_folder(tmp_path, 40, channels).images
    expected = 1 - 2 * torch.from_numpy(square > 0).float()
    assert torch.equal(images, expected.expand(1, channels, 40, 40))


def test_a_picture_that_is_all_there_is_as_before(tmp_path):
    """Opaque pixels are the same with a channel that says so, and without."""
    pixels = np.random.default_rng(0).integers(0, 256, (50, 40, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    found = []
    for count in (3, 4):
        (tmp_path / str(count)).mkdir()
        Image.fromarray(pixels[..., :count]).save(tmp_path / str(count) / "0.png")
        found.append(datasets.image_folder(tmp_path / str(count), 28, 3).images)
    assert torch.equal(*found)


def test_numbers_of_classes_cost_no_more_than_their_files(monkeypatch):
    """Names are looked up, and not sought in a list: no comparison for each pair of classes."""
    compared = 0

    class Name(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    class File:
        def __init__(self, *parts):
            self.parts = parts

        def relative_to(self, _):
            return self

    files = [File(Name(f"{c:04d}"), "0.png") for c in range(2000) for _ in range(2)]
    labels, names = image_files.labels_by_folder("/x", files)
    assert labels == [c for c in range(2000) for _ in range(2)] and len(names) == 2000
    assert compared < 40_000


def test_a_home_folder_is_found(monkeypatch, good, tmp_path):
    monkeypatch.setenv("HOME", str(good))
    monkeypatch.setenv("USERPROFILE", str(good))
    assert len(datasets.image_folder("~/pictures")) == 10
    assert main([*RING, "--out", "~/run"]) == 0


# ------------------------------------------------------------------ classifiers and stored runs

CLASSIFIER = {
    **{f"cut to {k}/4": lambda whole, k=k: whole[: len(whole) * k // 4] for k in range(4)},
    **{f"a bit at {k}": lambda whole, k=k: flipped(whole, k, 3) for k in (5000, 40_000, 120_000)},
    "deflated": lambda whole: archive(members(whole), zipfile.ZIP_DEFLATED),
    "no kind": lambda whole: judged(whole, lambda c: without(c, "kind")),
    "another kind": lambda whole: judged(whole, lambda c: {**c, "kind": "cats"}),
    "a kind is a list": lambda whole: judged(whole, lambda c: {**c, "kind": laughing()}),
    "no accuracy": lambda whole: judged(whole, lambda c: without(c, "accuracy")),
    "accuracy is nan": lambda whole: judged(whole, lambda c: {**c, "accuracy": float("nan")}),
    "no weights": lambda whole: judged(whole, lambda c: without(c, "weights")),
    "weights are a list": lambda whole: judged(whole, lambda c: {**c, "weights": [1]}),
    "a weight is nan": lambda whole: judged(
        whole,
        lambda c: {**c, "weights": with_first(c["weights"], lambda w: w * torch.nan)},
    ),
}


def judged(whole: bytes, change) -> bytes:
    buffer = io.BytesIO()
    torch.save(change(torch.load(io.BytesIO(whole), weights_only=True)), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("name", CLASSIFIER)
def test_a_bad_classifier(tmp_path, name):
    path = tmp_path / "digit-classifier.pt"
    path.write_bytes(CLASSIFIER[name]((COURSE / "data" / path.name).read_bytes()))
    with pytest.raises(checkpoints.CheckpointError, match=re.escape(f"{path} ")) as caught:
        read_classifier(path)
    assert "damaged" in str(caught.value) or "a kind, an accuracy, and" in str(caught.value)


STORED = {
    "run.json is cut": ("run.json", lambda whole: whole[:100]),
    "run.json is deep": ("run.json", lambda whole: b"[" * 100_000),
    "no labels": ("run.json", said(lambda v: without(v, "labels"))),
    "labels are a list": ("run.json", said(lambda v: {**v, "labels": ["digits-gan"]})),
    "a label is no literal": (
        "run.json",
        said(lambda v: {**v, "labels": {**v["labels"], "set width": "-" * 900 + "1"}}),
    ),
    "wide": ("run.json", said(lambda v: {**v, "labels": {**v["labels"], "set width": "30000"}})),
    "another width": (
        "run.json",
        said(lambda v: {**v, "labels": {**v["labels"], "set width": "9"}}),
    ),
    "curve.csv is empty": ("curve.csv", lambda whole: b""),
    "curve.csv is cut": ("curve.csv", lambda whole: whole[: len(whole) // 2]),
    "a row is missing": ("curve.csv", lambda whole: whole[: whole.rindex(b"\n", 0, -1) + 1]),
    "curve.csv has NUL": ("curve.csv", lambda whole: whole + b"\0\n"),
    "progress.png is cut": ("progress.png", lambda whole: whole[: len(whole) // 2]),
    "progress.png is another": ("progress.png", lambda whole: png(header_of(9, 9), (b"IDAT", b""))),
    "progress.png is text": ("progress.png", lambda whole: b"text"),
    "progress.png is vast": ("progress.png", lambda whole: png(header_of(13_000, 13_000))),
    "generator.pt is cut": ("generator.pt", lambda whole: whole[:-100]),
    "generator.pt, a bit": ("generator.pt", lambda whole: flipped(whole, 9000)),
    "generator.pt is nan": (
        "generator.pt",
        lambda whole: judged(whole, lambda c: {
            **c, "generator": with_first(c["generator"], lambda w: w * torch.nan)
        }),
    ),
    "generator.pt is empty": ("generator.pt", lambda whole: judged(whole, lambda c: {"format": 1})),
}  # fmt: skip


@pytest.mark.parametrize("name", STORED)
def test_a_bad_stored_run(tmp_path, name):
    stored = datasets.shipped(stored_runs.RESULTS) / "objectives" / "gan"
    shutil.copytree(stored, tmp_path / "gan")
    file, change = STORED[name]
    path = tmp_path / "gan" / file
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=re.escape(str(tmp_path / "gan"))) as caught:
        stored_runs.load("gan", tmp_path)
    assert not re.search(BARE, str(caught.value))


# ------------------------------------------------------------------ arguments

TRAIN = ("train", "ring-wgan-gp", "--device", "cpu", "--out", "new")
SAMPLE = ("sample", "run/checkpoint.pt", "--device", "cpu", "--out", "grid.png")
EVALUATE = ("evaluate", "run/checkpoint.pt", "--device", "cpu")
PICTURES_OF = ("train", "folder-wgan-gp", "--device", "cpu", "--out", "new", "--data", "pictures")
DEEP = "[" * 150 + "]" * 150

SETTINGS = {
    "width=100000": "networks must have at most 12,000,000 weights",
    "width=2000000000": "networks must have at most",
    "width=1e300": "networks must have at most",
    "width=-4": "must be an integer of at least 1, got -4",
    "width=[4]": "must be an integer of at least 1, got (4,)",
    "width=" + "(" * 300: "must be an integer of at least 1",
    "width=" + "-" * 100_000 + "1": "must be an integer of at least 1",
    "width=" + "-" * 900 + "1": "must be an integer of at least 1",
    f"width={DEEP}": "must be an integer of at least 1",
    "width=" + "9" * 5000: "must be an integer of at least 1",
    "width={1:2}": "must be an integer of at least 1",
    "width=b'4'": "must be an integer of at least 1",
    "width=1j": "must be an integer of at least 1, got 1j",
    "latent_dim=1000000000000": "networks must have at most",
    "dimensions=1000000000": "networks must have at most",
    "critic_norm=['layer']": "norm must be one of",
    f"critic_norm={DEEP}": "norm must be one of",
    "batch_size=1000000000000": "batch_size must be at most 65,536",
    "batch_size=1e12": "batch_size must be at most 65,536",
    "batch_size=9" + "9" * 900: "batch_size must be at most 65,536",
    "batch_size=True": "batch_size must be an integer",
    "critic_steps=1e9": "critic_steps must be at most 1,000,000",
    "critic_warmup=1e9": "critic_warmup must be at most 1,000,000",
    "log_every=0": "log_every must be an integer of at least 1",
    "seed=1e30": "seed must be an integer from 0 to 2**64 - 1",
    "seed=18446744073709551616": "seed must be an integer from 0 to 2**64 - 1",
    "seed=-1": "seed must be an integer of at least 0",
    "seed=None": "seed must be an integer of at least 0",
    "steps=" + "9" * 300: "steps must be at most 1,000,000,000",
    "learning_rate=inf": "learning_rate must be a finite number",
    "learning_rate=1e400": "learning_rate must be a finite number",
    "learning_rate=(1e-3,)": "learning_rate must be a finite number",
    f"betas={DEEP}": "betas must be two numbers",
    "betas=(0.5, 'x')": "betas must be a finite number",
    "betas={0: 1, 1: 2}": "betas must be two numbers",
    "averaging=1": "averaging must be at least 0 and less than 1",
    "optimiser=None": "optimiser must be one of",
    f"optimiser={DEEP}": "optimiser must be one of",
    "precision=float16": "precision must be one of",
    "compile=1": "compile must be True or False",
    f"compile={DEEP}": "compile must be True or False",
    "penalty={}": "penalty must be a finite number",
    "sided=both": "sided must be one of",
    "where=[1]": "where must be one of",
    "__class__=3": "key must be one of",
    "settings=3": "key must be one of",
    "initialisation=x": "key must be one of",
}


@pytest.fixture
def here(good, tmp_path, monkeypatch):
    """In a folder with a run and ten pictures; what would be made has a place that is there."""
    for folder in ("run", "pictures"):
        shutil.copytree(good / folder, tmp_path / folder)
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("assignment", SETTINGS, ids=lambda text: text[:30])
def test_a_setting_that_is_nonsense(refused, here, assignment):
    assert SETTINGS[assignment] in refused(*TRAIN, "--set", assignment)


ARGUMENTS = [
    ((*SAMPLE, "-n", "300000000"), "n must be at most 100,000"),
    ((*SAMPLE, "-n", "1e30"), "n must be at most 100,000"),
    ((*SAMPLE, "-n", "9" * 900), "n must be at most 100,000"),
    ((*SAMPLE, "-n", "nan"), "n must be an integer"),
    ((*SAMPLE, "-n", "[64]"), "n must be an integer"),
    ((*SAMPLE, "-n", "-64"), "n must be an integer of at least 1, got -64"),
    ((*SAMPLE, "--seed", "1e30"), "seed must be an integer from 0 to 2**64 - 1"),
    ((*SAMPLE, "--seed", "(" * 300), "seed must be an integer"),
    ((*SAMPLE, "--seed=" + "-" * 100_000), "seed must be an integer"),
    ((*SAMPLE, "--device", "meta"), "--device: must be auto, cpu, cuda, cuda:N or mps"),
    ((*SAMPLE, "--device", "meta:1"), "--device: must be auto, cpu, cuda, cuda:N or mps"),
    ((*SAMPLE, "--device", "cpu:-1"), "device must be auto"),
    ((*SAMPLE, "--device", "cuda:99"), "device cuda:99 was asked for"),
    ((*SAMPLE, "--device", "cuda:99999999999"), "device must be auto"),
    ((*SAMPLE, "--device", "x" * 100_000), "device must be auto"),
    ((*SAMPLE, "--device", ""), "device must be auto"),
    ((*SAMPLE, "--device", "xla"), "device must be auto"),
    (("sample", "run/history.csv", "--out", "grid.png"), "history.csv is damaged or is not a"),
    (("sample", "run/nowhere.pt", "--out", "grid.png"), "there is no checkpoint at run/nowhere.pt"),
    (("sample", "x" * 5000, "--out", "grid.png"), "File name too long"),
    (("sample", "", "--out", "grid.png"), "must be a path"),
    (("sample", "a\0b", "--out", "grid.png"), "must be a path"),
    ((*SAMPLE, "--out", "x" * 5000 + ".png"), ".png: File name too long"),
    ((*SAMPLE, "--out", "run/recipe.json"), "must name a file that ends in .png"),
    ((*SAMPLE, "--out", "pictures/1.png"), "exists already; --force replaces it"),
    ((*SAMPLE, "two\nlines"), "unrecognized arguments: two lines"),
    ((*EVALUATE, "--seed", "18446744073709551616"), "seed must be an integer from 0 to"),
    ((*EVALUATE, "--seed", "1e30"), "seed must be an integer from 0 to"),
    ((*EVALUATE, "--seed", "[0]"), "seed must be an integer"),
    ((*EVALUATE, "--device", "meta"), "--device: must be auto"),
    ((*TRAIN, "--seed", "1e30"), "seed must be an integer from 0 to 2**64 - 1"),
    ((*TRAIN, "--steps", "1e30"), "steps must be at most"),
    ((*TRAIN, "--steps", "[" * 200), "steps must be an integer"),
    ((*TRAIN, "--checkpoint-every", "[" * 200), "checkpoint_every must be an integer"),
    ((*TRAIN, "--checkpoint-every", "inf"), "checkpoint_every must be an integer"),
    ((*TRAIN, "--sheet-every", "()"), "sheet_every must be an integer"),
    ((*TRAIN, "--sheet-every", "1e400"), "sheet_every must be an integer"),
    ((*TRAIN, "--device", "meta"), "--device: must be auto"),
    ((*TRAIN, "--set", ""), "must be KEY=VALUE"),
    ((*TRAIN, "--set", "x" * 50_000), "must be KEY=VALUE"),
    ((*TRAIN, "--set", "x" * 50_000 + "=1"), "key must be one of"),
    (("train", "x" * 50_000, "--out", "new"), "recipe must be one of"),
    (("train", "ring-gan\n", "--out", "new"), "did you mean"),
    (("train", "ring-gan", "--out", ""), "must be a path"),
    ((*PICTURES_OF, "--set", "side=30"), "side must be 28 or 32 pixels, got 30"),
    ((*PICTURES_OF, "--set", f"side={DEEP}"), "size must be an integer"),
    ((*PICTURES_OF, "--set", "side={}"), "size must be an integer"),
    ((*PICTURES_OF, "--set", "channels=2"), "channels must be 1 (grey) or 3 (RGB), got 2"),
    ((*PICTURES_OF, "--set", "channels=1000000000"), "networks must have at most|channels must be"),
    ((*PICTURES_OF, "--data", "run/recipe.json"), "must be a folder of images"),
    ((*PICTURES_OF, "--data", "run"), "must hold 10 images or more to split"),
    ((*PICTURES_OF, "--data", "x" * 5000), "File name too long"),
    (("study", "mode-dropping", "--device", "meta"), "--device: must be auto"),
    (("study", "mode-dropping", "--jobs", "1e30", "--out", "new"), "jobs must be at most 1,024"),
    (("study", "mode-dropping", "--jobs", "[" * 200, "--out", "new"), "jobs must be"),
    (("study", "mode-dropping", "--out", "run/recipe.json"), "must go into a folder"),
    (("study", "x" * 9000, "--out", "new"), "study must be one of"),
    (("examine", "nowhere.py:loss", "--shape", "2"), "nowhere.py is no file"),
    (("examine", "run/recipe.json:loss", "--shape", "2"), "must be a Python file"),
    (("examine", "run:loss", "--shape", "2"), "is no file"),
    (("examine", "loss", "--shape", "2"), "must be FILE.py:NAME"),
    (("examine", "a.py:f", "--shape", "x"), "must be sides such as 3,64,64"),
    (("examine", "a.py:f", "--shape", "9" * 5000), "must be sides such as 3,64,64"),
    ((), "the following arguments are required: COMMAND"),
    (("--help=3",), "ignored explicit argument"),
    (("recipes", "x"), "unrecognized arguments: x"),
]


@pytest.mark.parametrize(
    ("words", "wanted"), ARGUMENTS, ids=[" ".join(words)[-40:] for words, _ in ARGUMENTS]
)
def test_arguments_that_are_nonsense(refused, here, words, wanted):
    err = refused(*words)
    assert any(each in err for each in wanted.split("|")), err


EXAMINED = """
def loss(critic, real, fake):
    return critic(fake).mean() - critic(real).mean()

def step(critic, *_):
    for weight in critic.parameters():
        weight.data.clamp_(-0.1, 0.1)
"""
ON_LOSSES = {
    "--shape=0": "must be sides such as",
    "--shape=-3": "must be sides such as",
    "--shape=99999999999": "at most 4,194,304 numbers",
    "--shape=" + "9" * 400: "at most 4,194,304 numbers",
    "--shape=" + ",".join("1" * 200): "8 sides at most",
    "--weight=[1]": "weight must be a finite number",
    "--weight=much": "weight must be a finite number",
    "--weight=" + "-" * 100_000 + "1": "weight must be a finite number",
    "--labels=[3]": "labels must be",
    "--labels=1e30": "labels must be at most 100,000",
    "--labels=-1": "labels must be",
    "--clip=nan": "critic must be given beside clip_step",
    "--penalty=a.py:nothing": "which has no nothing",
    "--penalty=a.py:__name__": "--penalty must be something to call, got str|must be a function",
}


@pytest.mark.parametrize("option", ON_LOSSES, ids=lambda text: text[:30])
def test_examining_with_nonsense(refused, tmp_path, monkeypatch, option):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "a.py").write_text(EXAMINED)
    more = ["--clip-step", "a.py:step"] if "clip" in option else []
    err = refused("examine", "a.py:loss", "--shape=2", *more, option)
    assert any(each in err for each in ON_LOSSES[option].split("|")), err


# ------------------------------------------------------------------ memory

# One process for each: its peak is that of the one bad input. The bounds make it small by design.
# On Linux a process is said to have needed what the one that started it needed before, so there the
# system is asked for the peak of its memory since it began to run Python.
WITHIN = """
import resource, sys
from wgan_lib.__main__ import main

def peak():
    if sys.platform == "linux":
        return int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

before = peak()
code = main(sys.argv[1:])
print(code, peak() // 10**6, (peak() - before) // 10**6)
"""


def zeros_in(megabytes: int):
    """The checkpoint with so many megabytes of zeros in it, packed into a thousandth of that."""

    def make(good: Path, path: Path) -> None:
        whole = members((good / "run" / "checkpoint.pt").read_bytes())
        data = next(member for member in whole if "/data/" in member)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for member, content in whole.items():
                file.writestr(member, bytes(megabytes * 10**6) if member == data else content)

    return make


def labelled(name: str, value: str):
    return lambda good, path: changed(good, path, "labels", lambda old: {**old, name: value})


def megapixels(good: Path, path: Path) -> None:
    """A sound picture of 169 million pixels, line by line."""
    packed = zlib.compressobj(1)
    lines = b"".join(packed.compress(bytes(13_001)) for _ in range(13_000)) + packed.flush()
    path.write_bytes(png(header_of(13_000, 13_000, colour=0), (b"IDAT", lines)))


LARGE = {
    "a packed checkpoint": (zeros_in(1000), "checkpoint.pt"),
    "a wide checkpoint": (labelled("set width", "30000"), "checkpoint.pt"),
    "169 megapixels": (megapixels, "pictures/1.png"),
}


@posix
@pytest.mark.parametrize("name", LARGE)
def test_a_bad_input_takes_no_memory_to_speak_of(good, tmp_path, environment, name):
    """Under 1 GB in all, most of which is torch itself, and little more than a good one takes."""
    make, place = LARGE[name]
    shutil.copytree(good / "pictures", tmp_path / "pictures")
    make(good, tmp_path / place)
    words = [*FOLDER, "--data", "pictures", "--out", "new"]
    if place == "checkpoint.pt":
        words = ["sample", place, "--out", "grid.png", "--device", "cpu"]
    done = subprocess.run(
        [sys.executable, "-c", WITHIN, *words],
        env=environment, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    code, peak, more = map(int, done.stdout.split())
    assert code == 2 and done.stderr.count("\n") == 1 and place.split("/")[-1] in done.stderr
    assert peak < 1000 and more < 200
