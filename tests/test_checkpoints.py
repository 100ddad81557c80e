"""Checkpoints: whole or not at all, safe to load, refused with reasons."""

import os
import pickle
import subprocess
import sys
import textwrap

import pytest
import torch

from wgan_lib.ground import checkpoints


def test_what_is_saved_is_loaded(tmp_path):
    contents = {"weights": torch.arange(5.0), "step": 7, "identity": {"recipe": "ring"}}
    checkpoints.save(tmp_path / "run.pt", contents)
    loaded = checkpoints.load(tmp_path / "run.pt")
    assert loaded["step"] == 7 and torch.equal(loaded["weights"], contents["weights"])
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"], "nothing is left aside"


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"absent\.pt"):
        checkpoints.load(tmp_path / "absent.pt")
    with pytest.raises(FileNotFoundError, match="which is a folder: name the file in it"):
        checkpoints.load(tmp_path)


@pytest.mark.parametrize("keep", [0, 10, 500])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = tmp_path / "run.pt"
    checkpoints.save(path, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(checkpoints.CheckpointError, match="damaged"):
        checkpoints.load(path)


class Intruder:
    def __reduce__(self):
        return os.mkdir, ("intruded",)


def test_loading_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"format": checkpoints.FORMAT, "bad": Intruder()}, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_bytes(pickle.dumps(Intruder()))
    for name in ("a.pt", "b.pt"):
        with pytest.raises(checkpoints.CheckpointError):
            checkpoints.load(tmp_path / name)
    assert not (tmp_path / "intruded").exists()


@pytest.mark.parametrize("contents", [{"format": 99}, {"weights": 1}, [1, 2]])
def test_another_format_is_refused(tmp_path, contents):
    torch.save(contents, tmp_path / "run.pt")
    with pytest.raises(checkpoints.CheckpointError, match="format"):
        checkpoints.load(tmp_path / "run.pt")


def test_a_refusal_says_all_that_differs():
    found = {"recipe": "ring-wgan", "steps": "10", "only here": "1"}
    wanted = {"recipe": "ring-gan", "steps": "10"}
    with pytest.raises(checkpoints.CheckpointError) as error:
        checkpoints.require_same("run.pt", found, wanted)
    assert "recipe: the file has ring-wgan, this run has ring-gan" in str(error.value)
    assert "only here: the file has 1, this run has nothing" in str(error.value)
    assert "steps" not in str(error.value)


FULL_DISK = """
    import resource, signal, sys, torch
    from wgan_lib.ground import checkpoints
    checkpoints.save(sys.argv[1], {"weights": torch.ones(10)})
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    try:
        checkpoints.save(sys.argv[1], {"weights": torch.ones(1_000_000)})
    except OSError as error:
        print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files as POSIX can")
def test_a_full_disk_keeps_the_last_good_checkpoint(tmp_path):
    path = tmp_path / "run.pt"
    command = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "run.pt" in done.stdout and "untouched" in done.stdout
    assert torch.equal(checkpoints.load(path)["weights"], torch.ones(10))
    assert [p.name for p in tmp_path.iterdir()] == ["run.pt"]


def test_an_unwritable_place_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"could not be written.*nothing is there.*run\.pt"):
        checkpoints.save(tmp_path / "file" / "run.pt", {})
