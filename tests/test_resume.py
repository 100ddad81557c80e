"""A run that was killed and resumed equals one that was not, bit for bit on the CPU.

This file is also the program that is killed: python test_resume.py RUN CHECKPOINT MOMENT NUMBER.
"""

import os
import random
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest
import torch

from wgan_lib import WGAN, WGANGP, networks, train
from wgan_lib.distributions import gaussian_ring
from wgan_lib.ground import checkpoints, files
from wgan_lib.images.datasets import digits
from wgan_lib.training.history import CLOCK

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes as POSIX can")
EVERY = 3  # steps between checkpoints


def ring(**options):
    torch.manual_seed(0)
    pair = networks.toy_mlp(width=16)
    settings = {"steps": 14, "batch_size": 16, "critic_steps": 2, "critic_warmup": 3}
    rates = {"averaging": 0.9, "final_rate": 0.1, "learning_rate": 1e-2}
    return train(*pair, gaussian_ring().sample, WGANGP(), **settings, **rates, **options)


def images(**options):
    """Batch norm on both sides: its running statistics belong to the state."""
    torch.manual_seed(0)
    pair = networks.dcgan(width=4, latent_dim=6)
    settings = {"steps": 8, "batch_size": 8, "critic_steps": 2, "critic_warmup": 1}
    rates = {"averaging": 0.9, "final_rate": 0.1, "learning_rate": 1e-3, "optimiser": "rmsprop"}
    return train(*pair, digits().sample, WGAN(0.05), **settings, **rates, **options)


RUNS = {"ring": ring, "images": images}


def take(name, checkpoint, callbacks=()):
    """The run of that name, from where its checkpoint stopped."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums depend on how many share them
    try:
        return RUNS[name](checkpoint=checkpoint, checkpoint_every=EVERY, log_every=4, seed=1,
                          device="cpu", callbacks=callbacks)  # fmt: skip
    finally:
        torch.set_num_threads(threads)


# ------------------------------------------------------------------ the program that is killed


def die(*ignored):
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_step(number):
    return lambda run: die() if run.step == number else None


def wait_to_be_killed(run):
    """Slow enough to be met on the way, and never at the end by itself."""
    print(run.step, flush=True)
    time.sleep(0.02 if run.step < run.steps - 1 else 60)


def die_at_call(number, original, before=die):
    """A function that does what the original does, but for its call of that number."""
    calls = iter(range(1, 1000))

    def replacement(*arguments):
        return (before if next(calls) == number else original)(*arguments)

    return replacement


def die_in_the_middle_of_writing(path, data):
    with open(path, "xb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        die()


def killed_program(name, path, moment, number):
    callbacks = []
    if moment == "step":
        callbacks = [die_at_step(number)]
    elif moment == "writing":
        whole = files._write_through
        files._write_through = die_at_call(number, whole, die_in_the_middle_of_writing)
    elif moment == "rename":
        os.replace = die_at_call(number, os.replace)
    elif moment == "after rename":
        files._flush_folder = die_at_call(number, files._flush_folder)
    else:
        callbacks = [wait_to_be_killed]
    take(name, path, callbacks)


def start(environment, *words):
    command = [sys.executable, __file__, *map(str, words)]
    return subprocess.Popen(
        command, env=environment | {"OMP_NUM_THREADS": "1"}, stdout=subprocess.PIPE, text=True
    )


def kill_at(environment, *words):
    child = start(environment, *words)
    child.communicate(timeout=120)
    assert child.returncode == -signal.SIGKILL


def let_an_hour_pass(folder):
    """So that what the killed process left is old; young files may still be being written."""
    for file in folder.glob(".*.part"):
        os.utime(file, (0, time.time() - files.ABANDONED - 1))


# ------------------------------------------------------------------ equal in all


@cache
def uninterrupted(name, folder):
    path = folder / f"{name}.pt"
    take(name, path)
    return leaves(checkpoints.load(path))


def leaves(contents, prefix=""):
    """All that a checkpoint holds but the clock, by its place."""
    if not isinstance(contents, (dict, list, tuple)):
        return {prefix: contents}
    pairs = contents.items() if isinstance(contents, dict) else enumerate(contents)
    parts = [leaves(value, f"{prefix}/{key}") for key, value in pairs if key != CLOCK]
    return {place: value for part in parts for place, value in part.items()}


def assert_equals_uninterrupted(name, path, folder):
    wanted, found = uninterrupted(name, folder), leaves(checkpoints.load(path))
    assert found.keys() == wanted.keys()
    for place, value in wanted.items():
        same = torch.equal(value, found[place]) if torch.is_tensor(value) else value == found[place]
        assert same, f"{place} differs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("uninterrupted")


def test_everything_that_changes_is_in_the_checkpoint(folder):
    places = uninterrupted("images", folder)
    for part in ("generator", "critic", "averaged"):
        for word in ("weight", "running_mean", "num_batches_tracked"):
            assert any(p.startswith(f"/{part}/") and p.endswith(word) for p in places)
    assert "/random" in places and places["/step"] == 8
    assert any(p.startswith("/critic_optimiser/state/") for p in places)
    assert any(p.startswith("/generator_optimiser/state/") for p in places)
    assert len(places["/history/critic_loss"]) == 8


MOMENTS = [
    ("ring", "step", 2, None),
    ("ring", "step", 7, 6),
    ("ring", "writing", 1, None),
    ("ring", "rename", 3, 6),
    ("ring", "after rename", 2, 6),
    ("images", "step", 5, 3),
    ("images", "writing", 2, 3),
]


@pytest.mark.training
@pytest.mark.parametrize(("name", "moment", "number", "saved"), MOMENTS)
def test_killed_and_resumed_equals_uninterrupted(
    environment, tmp_path, folder, name, moment, number, saved
):
    """saved is the step of the whole checkpoint that the killed process leaves, if any."""
    path = tmp_path / "run.pt"
    kill_at(environment, name, path, moment, number)
    assert (checkpoints.load(path)["step"] if path.exists() else None) == saved
    let_an_hour_pass(tmp_path)
    take(name, path)
    assert_equals_uninterrupted(name, path, folder)
    assert [file.name for file in tmp_path.iterdir()] == ["run.pt"], "nothing is left aside"


@pytest.mark.training
def test_killed_from_outside_time_after_time(environment, tmp_path, folder):
    path, chance = tmp_path / "run.pt", random.Random(0)
    for _ in range(2):
        child = start(environment, "ring", path, "outside", 0)
        child.stdout.readline()  # it trains
        time.sleep(chance.uniform(0.0, 0.2))
        child.kill()
        child.communicate(timeout=60)
        assert child.returncode == -signal.SIGKILL
    take("ring", path)
    assert_equals_uninterrupted("ring", path, folder)


if __name__ == "__main__":
    killed_program(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
