"""Files that are not what they say, and arguments that are nonsense, each made from a good one.

Every bad input here gets exit code 2 and one line that names the file or the argument, and what is
allowed; nothing on the disk changes. The tables below are the inputs.
"""

from __future__ import annotations

import io
import os
import pickle
import random
import re
import shutil
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.__main__ import main
from wgan_lib.experiments import studies
from wgan_lib.experiments.recipe_studies import RecipeStudy
from wgan_lib.experiments.recipes import find
from wgan_lib.ground import checkpoints

COURSE = Path(__file__).resolve().parents[1]
RING = ["train", "ring-wgan-gp", "--device", "cpu", "--steps", "2"]
SMALL = {"width": 4, "batch_size": 8, "critic_steps": 1, "averaging": 0.9}
RING += [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and devices of POSIX")

pytestmark = pytest.mark.filterwarnings("error")


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
    """What lies in a folder: the bytes of plain files, and the kinds of all others."""
    found = {}
    for path in sorted(folder.rglob("*")):
        plain = path.is_file() and not path.is_symlink() and path.stat().st_size < 10**7
        found[str(path)] = path.read_bytes() if plain else path.lstat()[:2]
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
        bare = (
            r"Error\b|an? \w+ object|unpack|NoneType|dtype=|expected str|index out|codec|subscript"
        )
        assert not re.search(bare, err), err
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
