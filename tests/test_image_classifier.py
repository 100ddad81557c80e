"""The shipped classifiers: how good they are, what they see, what they refuse."""

import hashlib
import importlib.util
import math
import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.ground.checkpoints import CheckpointError
from wgan_lib.images.classifier import (
    KINDS,
    SHA256,
    ImageClassifier,
    load_classifier,
    read_classifier,
    write_classifier,
)
from wgan_lib.images.datasets import data_folder, digits, fashion_mnist, mnist, shipped

DATA = Path(__file__).resolve().parents[1] / "data"
OFFICIAL = {"mnist": mnist, "fashion-mnist": fashion_mnist}
AT_LEAST = {"mnist": 0.994, "fashion-mnist": 0.90}


@pytest.fixture(scope="module")
def classifier():
    return load_classifier()


@pytest.fixture(scope="module")
def build_classifier():
    path = DATA / "build_classifier.py"
    spec = importlib.util.spec_from_file_location("build_classifier", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def accuracy(classifier, data):
    return (classifier(data.images).argmax(dim=1) == data.labels).double().mean().item()


# ------------------------------------------------------------------ how good they are


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_small_and_say_how_good_they_are(kind):
    assert shipped(KINDS[kind]).stat().st_size < 300_000
    assert AT_LEAST[kind] < load_classifier(kind).accuracy < 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_accuracy_is_that_on_the_official_test_set(kind):
    try:
        official = OFFICIAL[kind]("test")
    except FileNotFoundError:
        pytest.skip(f"needs the full data sets in {data_folder()}")
    assert accuracy(load_classifier(kind), official) == pytest.approx(
        load_classifier(kind).accuracy, abs=2e-4
    )


def test_the_digits_of_the_course_which_it_has_never_seen(classifier):
    assert accuracy(classifier, digits("all")) > 0.985


def test_the_readme_says_so_too(classifier):
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    for kind, file in KINDS.items():
        assert f"`{file}`" in readme and f"{load_classifier(kind).accuracy:.2%}" in readme


@pytest.mark.parametrize("kind", KINDS)
def test_the_files_are_the_ones_that_are_pinned(kind):
    """In the code, and in the README that people compare with."""
    found = hashlib.sha256(shipped(KINDS[kind]).read_bytes()).hexdigest()
    assert found == SHA256[kind] and read_classifier(shipped(KINDS[kind])).kind == kind
    assert f"{found}  {KINDS[kind]}\n" in (DATA / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("place", KINDS)
def test_a_swapped_one_is_refused(tmp_path, monkeypatch, place):
    """A Fréchet distance of 467 was 61 to the other classifier."""
    for kind in KINDS:
        other = next(each for each in KINDS if each != kind)
        shutil.copy(DATA / KINDS[other], tmp_path / KINDS[kind])
    monkeypatch.setattr("wgan_lib.images.classifier.shipped", lambda name: tmp_path / name)
    message = f"{KINDS[place]} is not the classifier of {place} .* expected SHA-256 {SHA256[place]}"
    with pytest.raises(CheckpointError, match=message):
        load_classifier(place, "cpu:0")  # a device that nobody asked for has no copy in the cache


# ------------------------------------------------------------------ what they see


def test_features_are_64_numbers_an_image_and_lead_to_the_logits(classifier):
    images = digits("test").images[:7]
    features = classifier.features(images)
    assert features.shape == (7, 64) and (features >= 0).all()
    assert torch.equal(classifier.head(features), classifier(images))


def test_an_image_is_judged_on_its_own(classifier):
    """In evaluation mode batch norm ties nothing together; in pieces it is the same."""
    images = digits("all").images[:1200]
    torch.testing.assert_close(classifier(images)[1100:1110], classifier(images[1100:1110]))


def test_a_digit_moved_by_a_pixel_is_the_same_digit(classifier):
    data = digits("test")
    moved = data.images.roll((1, 1), dims=(2, 3))
    assert (classifier(moved).argmax(dim=1) == data.labels).double().mean() > 0.97
    pixels = (moved - data.images).flatten(1).norm(dim=1).median()
    shuffled = (data.images.roll(1, 0) - data.images).flatten(1).norm(dim=1).median()
    assert pixels > 0.6 * shuffled  # although, pixel by pixel, it is almost another digit


def test_gradients_reach_the_images_and_the_weights_stay(classifier):
    images = digits("test").images[:3].clone().requires_grad_()
    classifier(images).sum().backward()
    assert images.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in classifier.parameters()) and not classifier.training


def test_it_is_read_once(classifier):
    assert load_classifier("mnist") is classifier


# ------------------------------------------------------------------ files


def test_writing_and_reading_halves_the_weights_and_keeps_the_judgement(tmp_path):
    torch.manual_seed(0)
    made = ImageClassifier(accuracy=0.5).eval()
    write_classifier(tmp_path / "c.pt", made)
    read = read_classifier(tmp_path / "c.pt")
    images = digits("test").images[:20]
    assert read.accuracy == 0.5
    torch.testing.assert_close(read(images), made(images), atol=2e-3, rtol=1e-2)


def test_a_file_of_something_else_is_refused(tmp_path):
    torch.save({"format": 1, "weights": {}, "accuracy": 1.0}, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match=r"other\.pt does not hold an image classifier"):
        read_classifier(tmp_path / "other.pt")
    with pytest.raises(FileNotFoundError):
        read_classifier(tmp_path / "missing.pt")


# ------------------------------------------------------------------ how they were made


def test_moved_images_come_from_where_they_say(build_classifier):
    images = torch.rand(200, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    out = build_classifier.moved(images, torch.Generator().manual_seed(1))
    down, right = torch.randint(5, (2, 200, 1), generator=torch.Generator().manual_seed(1))
    for k in range(20):
        d, r = int(down[k]), int(right[k])
        framed = torch.nn.functional.pad(images[k, 0], [2, 2, 2, 2], value=-1.0)
        assert torch.equal(out[k, 0], framed[d : d + 28, r : r + 28])


def test_training_teaches_and_repeats(build_classifier, monkeypatch):
    monkeypatch.setattr(build_classifier, "EPOCHS", 3)
    data = digits("train")
    one, two = (build_classifier.trained(data.images[:1280], data.labels[:1280]) for _ in range(2))
    assert torch.equal(one.head.weight, two.head.weight)
    assert 0.3 < build_classifier.accuracy(one, digits("test")) < 1


def test_the_embedded_digits_are_left_out(build_classifier):
    try:
        images, labels = build_classifier.training_images("mnist")
    except FileNotFoundError:
        pytest.skip(f"needs the full data sets in {data_folder()}")
    assert len(images) == len(labels) == 55_000
    ours = {image.numpy().tobytes() for image in digits("all").images}
    assert not ours & {image.numpy().tobytes() for image in images}


# ------------------------------------------------------------------ bad input


@given(
    bad=st.sampled_from(
        [
            torch.zeros(2, 3, 28, 28),
            torch.zeros(2, 1, 32, 32),
            torch.zeros(28, 28),
            torch.zeros(0, 1, 28, 28),
            torch.full((1, 1, 28, 28), math.nan),
            torch.full((1, 1, 28, 28), 255.0),
            "seven",
            None,
        ]
    )
)
def test_what_is_no_grey_image_is_refused(bad):
    with pytest.raises((ValueError, TypeError), match=r"^images must"):
        load_classifier()(bad)


def test_an_unknown_kind_is_met_with_the_nearest_name():
    with pytest.raises(ValueError, match="did you mean 'fashion-mnist'"):
        load_classifier("fashion")
