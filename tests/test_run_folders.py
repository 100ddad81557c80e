"""What a run folder keeps when its process dies, or when another process wants the same folder.

This file is also the program that is killed, many times over: python test_run_folders.py FOLDER.
It imports the library once, and each run is a fork of it.
"""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wgan_lib.__main__ import main
from wgan_lib.commands import actions
from wgan_lib.ground import checkpoints, files

posix = pytest.mark.skipif(os.name != "posix", reason="kills processes as POSIX can")
STEPS, EVERY = 4, 2  # a checkpoint and a sheet are due at the same steps
SMALL = ["--set", "width=8", "--set", "batch_size=8", "--set", "critic_steps=1", "--device", "cpu"]
RING = ["train", "ring-wgan-gp", *SMALL]
TRAIN = [*RING, "--checkpoint-every", str(EVERY), "--sheet-every", str(EVERY)]


def command(folder, *more, steps=STEPS):
    return [*TRAIN, "--steps", str(steps), "--out", str(folder), *map(str, more)]


def contents(folder: Path) -> dict[str, object]:
    """All files of a run: tensors as numbers, the history without its clock, pictures as bytes."""
    found = {}
    for file in sorted(folder.iterdir()):
        if file.name == "checkpoint.pt":
            found[file.name] = plain(checkpoints.load(file))
        elif file.suffix == ".csv":
            with open(file) as table:
                rows = csv.DictReader(table)
                found[file.name] = [{k: v for k, v in r.items() if k != "seconds"} for r in rows]
        else:
            found[file.name] = file.read_bytes()
    return found


def plain(value):
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if key != "seconds"}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value.tolist() if hasattr(value, "tolist") else value


# ------------------------------------------------------------------ the program that is killed


def die(*ignored):
    os.kill(os.getpid(), signal.SIGKILL)


def die_half_way(path, data):
    with open(path, "xb", buffering=0) as file:
        file.write(data[: len(data) // 2])
        die()


MOMENTS = {  # what a write goes through: the name of a function, and what is done instead of it
    "writing": (files, "_write_through", die_half_way),
    "rename": (files.os, "replace", die),
    "after the rename": (files, "_flush_folder", die),
}
# The files: recipe.json, checkpoint, sheet, history; checkpoint, sheet, history.
WRITES = range(1, 8)
MOMENTS_OF_DEATH = {"writing": (5,), "rename": WRITES, "after the rename": (2, 5, 7)}


def forked(*words, moment=None, number=0) -> int:
    """The exit code of a command, or minus the signal that killed it in its write of that number"""
    child = os.fork()
    if child == 0:
        if moment is not None:
            where, name, instead = MOMENTS[moment]
            original, calls = getattr(where, name), iter(range(1, 1000))
            setattr(where, name, lambda *a: (instead if next(calls) == number else original)(*a))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os._exit(main(list(words)))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def sweep(folder: Path) -> None:
    """Killed in each of its writes, in three ways; then the same command, to the end."""
    import torch._dynamo  # noqa: F401  once, and not in each fork

    from wgan_lib.classroom import figures, pictures

    pictures.png(figures.curves({"fonts": ([0, 1], [0, 1])}, xlabel="x", ylabel="y"))
    report = {"whole": forked(*command(folder / "whole"))}
    for moment, numbers in MOMENTS_OF_DEATH.items():
        for number in numbers:
            name = f"{moment} {number}"
            died = forked(*command(folder / name), moment=moment, number=number)
            # Killed again in its first write: what rebuilds can die as well.
            again = number % 3 or forked(*command(folder / name), moment=moment, number=1)
            report[name] = [died, again, forked(*command(folder / name))]
    (folder / "report.json").write_text(json.dumps(report))


@posix
@pytest.mark.training
def test_a_run_that_is_killed_loses_no_file(tmp_path, environment):
    program = [sys.executable, __file__, str(tmp_path)]
    subprocess.run(program, env=environment | {"OMP_NUM_THREADS": "1"}, check=True, timeout=600)
    report = json.loads((tmp_path / "report.json").read_text())
    wanted = contents(tmp_path / "whole")
    assert report.pop("whole") == 0 and len(report) == sum(map(len, MOMENTS_OF_DEATH.values()))
    sheets = {f"samples-{step:06d}.png" for step in (2, 4)}
    assert wanted.keys() == {"checkpoint.pt", "history.csv", "recipe.json"} | sheets
    for name, (died, again, ended) in report.items():
        assert died == -signal.SIGKILL, name
        assert again in (0, 1, 2, -signal.SIGKILL) and ended == 0, name
        found = contents(tmp_path / name)
        assert found.keys() == wanted.keys(), name
        for file, content in wanted.items():
            assert found[file] == content, f"{file} differs after {name}"


@pytest.mark.parametrize("lost", ["history.csv", "samples-000004.png", "recipe.json"])
def test_a_finished_run_gets_back_what_its_folder_lost(tmp_path, capsys, lost):
    assert main(command(tmp_path)) == 0
    before = contents(tmp_path)
    (tmp_path / lost).unlink()
    assert main(command(tmp_path)) == 0 and "is finished" in capsys.readouterr().out
    assert contents(tmp_path) == before


def test_a_history_that_was_cut_short_is_made_whole(tmp_path):
    assert main(command(tmp_path)) == 0
    before, file = contents(tmp_path), tmp_path / "history.csv"
    file.write_text("\n".join(file.read_text().splitlines()[:2]))
    assert main(command(tmp_path)) == 0 and contents(tmp_path) == before


# ------------------------------------------------------------------ links, and two at once


@posix
def test_a_link_to_a_file_outside_is_never_written_through(tmp_path, monkeypatch):
    """Whatever it is called: by the name itself, by that of earlier editions, or guessed."""
    monkeypatch.setattr(files.secrets, "token_hex", lambda _: "0123456789abcdef")
    folder, outside = tmp_path / "run", tmp_path / "outside"
    folder.mkdir()
    outside.write_text("mine")
    for name in ("checkpoint.pt", "history.csv", "recipe.json", "samples-000002.png"):
        (folder / f"{name}.part").symlink_to(outside)
        (folder / f".{name}.0123456789abcdef.part").symlink_to(outside)
    assert main(command(folder)) == 0
    assert outside.read_text() == "mine"
    (folder / "history.csv").unlink()
    (folder / "history.csv").symlink_to(outside)
    assert main(command(folder)) == 0
    assert outside.read_text() == "mine" and not (folder / "history.csv").is_symlink()


@posix
def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path, capsys):
    (tmp_path / ".lock").symlink_to(tmp_path / "outside")
    assert main(command(tmp_path)) == 2
    assert ".lock" in capsys.readouterr().err and not (tmp_path / "outside").exists()


HOLD = """
import sys, time
from wgan_lib.ground.locks import alone
with alone(sys.argv[1]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("recipe", ["ring-wgan-gp", "ring-gan"])
def test_a_folder_in_use_is_refused_until_its_user_dies(tmp_path, environment, capsys, recipe):
    words = command(tmp_path)
    words[1] = recipe
    program = [sys.executable, "-c", HOLD, str(tmp_path / ".lock")]
    other = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "held\n"
        assert main(words) == 2
        out, err = capsys.readouterr()
        assert out == "" and err.count("\n") == 1 and "in use by another process" in err
        assert [file.name for file in tmp_path.iterdir()] == [".lock"]
    finally:
        other.kill()
        other.communicate(timeout=60)
    assert main(words) == 0
    assert not (tmp_path / ".lock").exists()


def test_a_run_holds_its_folder_while_it_trains(tmp_path, monkeypatch, capsys):
    codes = []

    def try_another(path, samples, recipe, step):
        if step == EVERY:
            other = command(tmp_path)
            other[1] = "ring-gan"
            codes.extend([main(other), main(command(tmp_path))])

    monkeypatch.setattr(actions, "write_sheet", try_another)
    assert main(command(tmp_path)) == 0 and codes == [2, 2]
    first, second = capsys.readouterr().err.splitlines()
    assert "belongs to another run" in first or "in use" in first
    assert "in use by another process" in second


if __name__ == "__main__":
    sweep(Path(sys.argv[1]))
