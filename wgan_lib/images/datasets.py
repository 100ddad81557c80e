"""Real images, each data set as one tensor in [−1, 1] that lives on the device.

The usual way, a `DataLoader` that opens, decodes and stacks images one by one, keeps a GPU waiting
for pictures of 784 bytes. All the data sets of this course fit into memory, on a GPU too. So a data
set is one tensor here, and a batch is one indexing operation on the device where it lives.

`digits` come with the course; `mnist` and `fashion_mnist` are downloaded when asked to;
`image_folder` takes pictures of your own.

Images in [−1, 1] are what a generator that ends in a tanh makes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from wgan_lib.ground.arguments import finite_tensor, one_of, positive_integer
from wgan_lib.ground.devices import choose_device
from wgan_lib.images.files import read_folder
from wgan_lib.images.idx import read_idx

Device = torch.device | str | None

PACKAGE = Path(__file__).resolve().parents[1]
CLONE_DATA = PACKAGE.parent / "data"  # in a clone of the course, data/ lies beside wgan_lib/

# SHA-256 of the unpacked contents, images and labels: they hold for `….gz` and unpacked files.
DIGITS_SHA256 = (
    "d880cf6cc71c80335012c59deb78e95e7b2c1d8aa8b78312f62bb489ae9ffb96",
    "e18e6fe44bbeb980f85a745210a0a269a8bb7b98201e0f223576115fd7d5dc6c",
)
OFFICIAL_SHA256 = {
    ("MNIST", "train"): (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    ("MNIST", "test"): (
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    ("FashionMNIST", "train"): (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    ("FashionMNIST", "test"): (
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}
DIGITS = tuple("0123456789")
CLOTHES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
CLOTHES += ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")


@dataclass(frozen=True, eq=False)
class Images:
    """A data set of images, resident on one device.

    `images` is a floating-point tensor N×C×H×W with values in [−1, 1]; `labels`, where there are
    any, an int64 tensor of N class numbers on the same device, and `label_names[k]` the name of
    class k. Raises `ValueError` where these do not fit together.
    """

    images: Tensor
    labels: Tensor | None = None
    name: str = "images"
    label_names: tuple[str, ...] = ()
    _copies: dict[str, Images] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.images, Tensor) or not self.images.is_floating_point():
            raise TypeError("images must be a floating-point tensor with values in [-1, 1]")
        finite_tensor("images", self.images, dimensions=(4,))
        if self.device.type != "meta":
            self._require_range()
        if self.labels is not None and self.labels.shape != self.images.shape[:1]:
            raise ValueError(
                f"labels must be one number for each of {len(self)} images, "
                f"got shape {tuple(self.labels.shape)}"
            )

    def _require_range(self) -> None:
        low, high = (extreme.item() for extreme in torch.aminmax(self.images))
        if low < -1 or high > 1:
            raise ValueError(
                f"images must lie in [-1, 1], got values from {low:g} to {high:g}; "
                "bytes become that by images / 127.5 - 1"
            )

    def __repr__(self) -> str:
        sizes = "×".join(str(size) for size in self.images.shape)
        return f"Images({self.name}: {sizes} on {self.device})"

    def __len__(self) -> int:
        return self.images.shape[0]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Shape of one image: channels, height, width."""
        return tuple(self.images.shape[1:])

    @property
    def device(self) -> torch.device:
        """Where the images live."""
        return self.images.device

    def to(self, device: torch.device | str) -> Images:
        """The same images on `device`: themselves if they are there, else a copy.

        The copy is made once and remembered, so that to ask for it again costs nothing.
        """
        target = choose_device(device)
        if target.type == self.device.type and target.index in (None, self.device.index):
            return self
        if str(target) not in self._copies:
            labels = None if self.labels is None else self.labels.to(target)
            copy = Images(self.images.to(target), labels, self.name, self.label_names)
            self._copies[str(target)] = copy
        return self._copies[str(target)]

    def sample(
        self, n: int, generator: torch.Generator | None = None, device: Device = None
    ) -> Tensor:
        """Draw `n` images, uniformly and with replacement: a tensor n×C×H×W.

        Indices are drawn and used on the device, so nothing waits for it. With a `device` that is
        not theirs the images move there once, as a whole. `generator` must live on the device that
        draws: `torch.Generator(device)`; without one, torch's global generator draws.
        """
        n = positive_integer("n", n)
        home = self if device is None else self.to(device)
        _require_generator_on(home.device, generator)
        index = torch.randint(len(home), (n,), generator=generator, device=home.device)
        return home.images.index_select(0, index)


def data_folder() -> Path:
    """Where full data sets are looked for and downloaded to.

    It is the folder named by the environment variable `WGAN_DATA`; without one, `data/` of the
    clone that this library runs from, or else `data/` in the working directory.
    """
    if os.environ.get("WGAN_DATA"):
        return Path(os.environ["WGAN_DATA"]).expanduser()
    return CLONE_DATA if (CLONE_DATA / "build_digits.py").exists() else Path("data")


def shipped(name: str) -> Path:
    """Where a file of `data/` lies that comes with the course, whether or not it is there."""
    inside = PACKAGE / "data"  # installed from a wheel, the package carries the files itself
    return (inside if inside.exists() else CLONE_DATA) / name


def digits(split: str = "train", device: Device = None) -> Images:
    """The embedded handwritten digits, 28×28 and grey, with their labels; needs no download.

    `split` is `"train"` (4,000 images), `"test"` (1,000) or `"all"`. Image i shows the digit
    i mod 10, hence each split has each digit equally often. These are the first 500 of each digit
    in MNIST's *training* set: `"test"` means held out from `"train"`, not MNIST's official test
    set, which has other writers. Whoever trains on `mnist("train")` has seen both.
    """
    one_of("split", split, ("train", "test", "all"))
    files = (shipped("digits-images-idx3-ubyte.gz"), shipped("digits-labels-idx1-ubyte.gz"))
    pixels, labels = _images_and_labels(files, DIGITS_SHA256)
    part = {"train": slice(0, 4000), "test": slice(4000, 5000), "all": slice(0, 5000)}[split]
    return _resident(pixels[part], labels[part], f"digits, {split}", DIGITS, device)


def mnist(
    split: str = "train",
    device: Device = None,
    root: str | os.PathLike[str] | None = None,
    download: bool = False,
) -> Images:
    """MNIST: handwritten digits, 28×28 and grey; 60,000 to train, 10,000 to test.

    Looked for in `root` (default: `data_folder()`), in `MNIST/raw/` as torchvision lays it out,
    gzipped or unpacked. Only with `download=True` are missing files fetched (12 MB, through
    torchvision). What is read is checked against known SHA-256 sums in any case.

    Raises `FileNotFoundError` where the files are missing, saying how to get them, `OSError`
    where the download fails, and `ValueError` for a damaged file.
    """
    return _official("MNIST", split, device, root, download, DIGITS)


def fashion_mnist(
    split: str = "train",
    device: Device = None,
    root: str | os.PathLike[str] | None = None,
    download: bool = False,
) -> Images:
    """Fashion-MNIST: articles of clothing, otherwise like `mnist` in every respect (31 MB)."""
    return _official("FashionMNIST", split, device, root, download, CLOTHES)


def image_folder(
    path: str | os.PathLike[str],
    size: int = 28,
    channels: int = 1,
    device: Device = None,
    split: str = "all",
) -> Images:
    """Pictures of your own, from a folder and its subfolders, each made `size` × `size`.

    Takes PNG, JPEG, BMP and WebP in the order of their names; `files.find_images` says what is left
    out. Each is cropped to the square in its middle, resized with antialiasing, put on white where
    it is transparent, and made grey (`channels=1`) or RGB (`channels=3`). Where every picture lies
    in a subfolder, the first subfolder's name is its label. `split` is `"all"`, or `"train"` or
    `"test"`, which holds every tenth picture out.

    Raises `NotADirectoryError` where `path` is no folder, `ValueError` where it holds no images,
    one that cannot be read, or too many, and for other channels than 1 and 3.
    """
    size = positive_integer("size", size)
    if positive_integer("channels", channels) not in (1, 3):
        raise ValueError(f"channels must be 1 (grey) or 3 (RGB), got {channels}")
    pixels, labels, names = read_folder(path, size, channels, split)
    images = torch.from_numpy(pixels).movedim(3, 1).contiguous()
    numbers = None if labels is None else torch.tensor(labels)
    return _resident(images, numbers, Path(path).name, names, device)


def _official(
    name: str,
    split: str,
    device: Device,
    root: str | os.PathLike[str] | None,
    download: bool,
    label_names: tuple[str, ...],
) -> Images:
    """One of the data sets that torchvision knows; `name` is that of its class and its folder."""
    one_of("split", split, ("train", "test"))
    folder = Path(os.path.expanduser(root)) if root is not None else data_folder()
    if download:
        _download(name, folder)
    prefix = "train" if split == "train" else "t10k"
    raw = folder / name / "raw"
    files = [_find(raw / f"{prefix}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1")]
    pixels, labels = _images_and_labels(files, OFFICIAL_SHA256[name, split])
    return _resident(pixels, labels, f"{name}, {split}", label_names, device)


def _images_and_labels(files: Sequence[Path], sums: Sequence[str]) -> tuple[Tensor, Tensor]:
    """Grey images as bytes N×1×H×W, and their N labels, both checked against their sums."""
    pixels, labels = (torch.from_numpy(read_idx(*pair)) for pair in zip(files, sums, strict=True))
    return pixels.unsqueeze(1), labels


def _find(file: Path) -> Path:
    """`file` as it is or gzipped, whichever is there."""
    packed = file.with_name(file.name + ".gz")
    for candidate in (file, packed):
        if candidate.exists():
            return candidate
    name, raw = file.parents[1].name, file.parent
    function = {"MNIST": "mnist", "FashionMNIST": "fashion_mnist"}[name]
    raise FileNotFoundError(
        f"{name} was not found: {raw} holds neither {file.name} nor {packed.name}. "
        f"To download it, call wgan_lib.images.datasets.{function}(download=True). If you have it "
        f"already, set the environment variable WGAN_DATA to the folder that holds {name}/raw"
    )


def _download(name: str, folder: Path) -> None:
    from torchvision import datasets  # takes a second to import: only those pay who need it

    try:
        getattr(datasets, name)(folder, download=True)
    except (RuntimeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise OSError(f"could not download {name} to {folder}: {reason}") from error


def _require_generator_on(device: torch.device, generator: torch.Generator | None) -> None:
    # On "meta", the device of shapes without values, no generator can live and none is drawn from.
    if generator is None or device.type in ("meta", generator.device.type):
        return
    raise ValueError(
        f"generator must live where the images do, on {device}, got one on {generator.device}; "
        f"make it with torch.Generator({device.type!r})"
    )


def _resident(
    pixels: Tensor, labels: Tensor | None, name: str, label_names: tuple[str, ...], device: Device
) -> Images:
    """Bytes N×C×H×W, scaled to [−1, 1] on the device: 0 becomes −1 and 255 becomes 1, exactly."""
    home = torch.device("cpu") if device is None else choose_device(device)
    # Moved as bytes and converted there: a quarter of the traffic.
    images = pixels.to(home).float().div_(127.5).sub_(1.0)
    return Images(images, None if labels is None else labels.to(home).long(), name, label_names)
