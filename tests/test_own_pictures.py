"""A folder of one's own pictures, from the command line: trained on, drawn from, measured."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.__main__ import main
from wgan_lib.experiments.recipes import find
from wgan_lib.images import datasets
from wgan_lib.images.files import positions

SMALL = ["--set", "width=4", "--set", "latent_dim=4", "--set", "batch_size=4", "--steps", 3]


@pytest.fixture
def run(capsys):
    """Runs a command line in this process: exit code, stdout, stderr."""

    def run_command(*words):
        return main([str(word) for word in words]), *capsys.readouterr()

    return run_command


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Two subfolders of 12 colourful pictures each, of several sizes and formats."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for number in range(24):
        size = (40 + number, 30 + 2 * number, 3)
        kind, suffix = ("red", "blue")[number % 2], ("png", "jpg")[number % 2]
        pixels = rng.integers(0, 256, size, dtype=np.uint8)
        pixels[..., 0 if kind == "red" else 2] //= 4
        (folder / kind).mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / kind / f"{number:02d}.{suffix}")
    return folder


def trained(run, folder, out, *words):
    command = ["train", "folder-wgan-gp", "--data", folder, "--out", out, "--device", "cpu"]
    return run(*command, *SMALL, *words)


@pytest.mark.parametrize(("side", "channels"), [(28, 1), (28, 3), (32, 1), (32, 3)])
def test_from_a_folder_to_samples_and_numbers(run, pictures, tmp_path, side, channels):
    out = tmp_path / "run"
    code, _, err = trained(
        run, pictures, out, "--set", f"side={side}", "--set", f"channels={channels}"
    )
    assert code == 0, err
    checkpoint = out / "checkpoint.pt"
    assert (
        run("sample", checkpoint, "--out", tmp_path / "s.png", "-n", 4, "--device", "cpu")[0] == 0
    )
    with Image.open(tmp_path / "s.png") as sheet:
        assert sheet.mode == "RGB" and min(sheet.size) > 2 * side
    code, out, _ = run("evaluate", checkpoint, "--data", pictures, "--json", "--device", "cpu")
    measured = json.loads(out)
    assert code == 0 and measured["samples"] == 2  # every tenth of 24 is held out
    assert measured["w1"] > 0 and "frechet_distance" not in measured


def test_a_run_goes_on_where_it_stopped(run, pictures, tmp_path):
    trained(run, pictures, tmp_path / "run")
    code, out, _ = trained(run, pictures, tmp_path / "run")
    assert code == 0 and "is finished" in out


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "nowhere", "path must be a folder of images"),
        (lambda folder: folder, "path must hold images"),
        (lambda folder: _some(folder, 4), "path must hold 10 images or more to split, got 4"),
        (lambda folder: _some(folder, 12, broken=True), "cannot read the image"),
    ],
)
def test_a_wrong_folder_is_told_in_one_line(run, tmp_path, make, message):
    (tmp_path / "data").mkdir()
    code, out, err = trained(run, make(tmp_path / "data"), tmp_path / "run")
    assert (code, out) == (2, "") and err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "run" / "checkpoint.pt").exists()


def _some(folder, count, broken=False):
    for number in range(count):
        Image.fromarray(np.full((8, 8), number, dtype=np.uint8)).save(folder / f"{number}.png")
    if broken:
        (folder / "3.png").write_bytes(b"no picture")
    return folder


def test_no_folder_at_all(run, tmp_path):
    code, _, err = run("train", "folder-wgan-gp", "--out", tmp_path / "run", "--device", "cpu")
    assert code == 2 and "root must be a folder of images" in err and "--data FOLDER" in err


def test_every_tenth_is_held_out_and_none_is_lost(pictures):
    whole, seen, held_out = (
        datasets.image_folder(pictures, split=split) for split in ("all", "train", "test")
    )
    assert (len(whole), len(seen), len(held_out)) == (24, 22, 2)
    assert (held_out.images == whole.images[[9, 19]]).all()
    assert held_out.labels.tolist() == whole.labels[[9, 19]].tolist()
    assert seen.label_names == held_out.label_names == ("blue", "red")
    assert sorted(positions(24, "train") + positions(24, "test")) == positions(24, "all")


def test_a_misspelt_split_is_refused(pictures):
    with pytest.raises(ValueError, match=r"split must be one of .* did you mean 'train'"):
        datasets.image_folder(pictures, split="trian")


def test_the_recipe_asks_for_the_pictures_that_its_networks_make(pictures):
    recipe = find("folder-wgan-gp").changed(side=28, channels=1)
    assert recipe.load_data(root=pictures).shape == (1, 28, 28)
    generator, _ = recipe.build_networks()
    assert generator.eval()(torch.zeros(1, generator.latent_dim)).shape[1:] == (1, 28, 28)
