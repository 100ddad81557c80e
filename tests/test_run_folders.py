"""What a run folder keeps when its process dies, or when another process wants the same folder.

This file is also the program that is killed, many times over: python test_run_folders.py FOLDER.
It imports the library once, and each run is a fork of it.
"""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wgan_lib import distributions
from wgan_lib.__main__ import main
from wgan_lib.commands import training_run
from wgan_lib.experiments import recipes
from wgan_lib.experiments.recipes import find
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

    monkeypatch.setattr(training_run, "write_sheet", try_another)
    assert main(command(tmp_path)) == 0 and codes == [2, 2]
    first, second = capsys.readouterr().err.splitlines()
    assert "belongs to another run" in first or "in use" in first
    assert "in use by another process" in second


# ------------------------------------------------------------------ what a run can do without


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def held_open(name):
    """os.replace as Windows has it while another program holds the file of that name open."""
    replace = os.replace

    def refuse(source, target):
        if Path(target).name.startswith(name):
            raise PermissionError(errno.EACCES, "Access is denied", str(source), None, str(target))
        replace(source, target)

    return refuse


def left_whole(folder: Path, *missing: str) -> None:
    """The run came to its end, and only these files are missing; nothing lies beside them."""
    assert checkpoints.load(folder / "checkpoint.pt")["step"] == STEPS
    sheets = {f"samples-{step:06d}.png" for step in (2, 4)}
    wanted = {"checkpoint.pt", "history.csv", "recipe.json"} | sheets
    assert {file.name for file in folder.iterdir()} == wanted - set(missing)


@pytest.mark.parametrize(("name", "missing"), [("history.csv", 1), ("samples-", 2)])
def test_a_file_that_another_program_holds_does_not_end_a_run(
    tmp_path, monkeypatch, capsys, name, missing
):
    with monkeypatch.context() as windows:
        windows.setattr(os, "replace", held_open(name))
        assert main(command(tmp_path)) == 0
    out, err = capsys.readouterr()
    assert "finished 4 steps" in out and all(name in line for line in err.splitlines())
    assert "Access is denied" in err and "the run goes on without this file" in err
    lost = ["history.csv"] if missing == 1 else ["samples-000002.png", "samples-000004.png"]
    left_whole(tmp_path, *lost)
    assert main(command(tmp_path)) == 0  # the same command brings back what it still can
    left_whole(tmp_path, *lost[:-1])


def test_a_sheet_that_cannot_be_drawn_does_not_end_a_run(tmp_path, monkeypatch, capsys):
    """As where matplotlib is told to use a LaTeX that is not there."""

    def draw(*_):
        raise RuntimeError("Failed to process string with tex\nbecause latex could not be found")

    monkeypatch.setattr(training_run, "write_sheet", draw)
    assert main(command(tmp_path)) == 0
    first, second = capsys.readouterr().err.splitlines()
    assert "samples-000002.png" in first and "samples-000004.png" in second and "latex" in second
    left_whole(tmp_path, "samples-000002.png", "samples-000004.png")


def test_a_full_disk_at_a_sheet_does_not_end_a_run(tmp_path, monkeypatch, capsys):
    whole = files._write_through

    def write(path, data):
        whole(path, data)
        if ".png" in path.name:
            full()

    monkeypatch.setattr(files, "_write_through", write)
    assert main(command(tmp_path)) == 0
    assert capsys.readouterr().err.count("No space left on device") == 2
    left_whole(tmp_path, "samples-000002.png", "samples-000004.png")


def test_a_checkpoint_that_cannot_be_written_is_an_error(tmp_path, monkeypatch, capsys):
    whole = files._write_through
    monkeypatch.setattr(
        files,
        "_write_through",
        lambda path, data: (full if ".pt." in path.name else whole)(path, data),
    )
    assert main(command(tmp_path)) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "checkpoint.pt: could not be written: No space left" in err
    assert [file.name for file in tmp_path.iterdir()] == ["recipe.json"]


@posix
@pytest.mark.training
def test_a_machine_that_draws_nothing_and_a_reader_who_leaves(tmp_path, environment):
    """A backend that matplotlib does not know, and `| head` that closes the pipe."""
    program = [sys.executable, "-m", "wgan_lib", *command(tmp_path)]
    strange = environment | {"MPLBACKEND": "no-such-backend", "OMP_NUM_THREADS": "1"}
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        program, env=strange, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=600
    )
    os.close(writing)
    assert done.returncode == 0, done.stderr
    assert "samples-000004.png" in done.stderr and "Traceback" not in done.stderr
    left_whole(tmp_path, "samples-000002.png", "samples-000004.png")


# ------------------------------------------------------------------ the data, and the length


def pictures(folder: Path, base: int, count: int = 12) -> Path:
    from PIL import Image

    folder.mkdir(exist_ok=True)
    for number in range(count):
        Image.new("RGB", (8, 8), (base, 10 * number, 0)).save(folder / f"{number:02d}.png")
    return folder


def own_pictures(out: Path, data: Path, steps: int) -> list[str]:
    small = [word.replace("width=8", "width=4") for word in SMALL]
    more = ["--set", "latent_dim=4", "--steps", str(steps)]
    return ["train", "folder-wgan-gp", *small, *more, "--data", str(data), "--out", str(out)]


@pytest.mark.training
def test_a_run_on_other_pictures_is_refused(tmp_path, capsys, monkeypatch):
    cats, dogs = pictures(tmp_path / "cats", 40), pictures(tmp_path / "dogs", 200)
    stop = signal.SIGINT
    with monkeypatch.context() as now:
        now.setattr(training_run, "write_sheet", lambda *_: signal.raise_signal(stop))
        assert main([*own_pictures(tmp_path / "run", cats, 3), "--sheet-every", "2"]) == 130
    before = contents(tmp_path / "run")
    capsys.readouterr()
    assert main(own_pictures(tmp_path / "run", dogs, 3)) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "data: the file has 11 images of 3×32×32, SHA-256" in err
    after = contents(tmp_path / "run")
    assert {k: after[k] for k in ("checkpoint.pt", "history.csv")} == {
        k: before[k] for k in ("checkpoint.pt", "history.csv")
    }
    assert main(own_pictures(tmp_path / "run", cats, 3)) == 0
    assert main(own_pictures(tmp_path / "run", dogs, 3)) == 2, "finished, but on others"
    pictures(cats, 40, count=13)
    assert main(own_pictures(tmp_path / "run", cats, 3)) == 2, "one more than before"
    assert "this run has 12 images" in capsys.readouterr().err


def test_a_law_with_other_constants_is_another_law(tmp_path, monkeypatch, capsys):
    assert main(command(tmp_path)) == 0
    wider = distributions.gaussian_ring().modes * 1.01
    monkeypatch.setitem(recipes.TOYS, "ring", lambda: distributions.mixture(wider, 0.014))
    assert main(command(tmp_path, steps=6)) == 2
    assert "data: the file has GaussianMixture, constants of" in capsys.readouterr().err


def test_more_steps_go_on_and_fewer_than_are_done_are_refused(tmp_path, capsys):
    assert main(command(tmp_path, steps=1)) == 0 == main(command(tmp_path))
    capsys.readouterr()
    assert main(command(tmp_path, steps=6)) == 0
    out = capsys.readouterr().out
    assert "resuming at step 4\n6 steps instead of 4: the learning rate goes on at 0.001" in out
    contents = checkpoints.load(tmp_path / "checkpoint.pt")
    assert contents["step"] == 6 and contents["labels"]["set steps"] == "6"
    assert json.loads((tmp_path / "recipe.json").read_text())["settings"]["steps"] == 6
    assert len((tmp_path / "history.csv").read_text().splitlines()) == 7
    rate = contents["critic_optimiser"]["param_groups"][0]["lr"]
    assert rate == find("ring-wgan-gp").changed(steps=6).settings.learning_rate_at(5)
    assert main(command(tmp_path, steps=6)) == 0
    assert "is finished" in capsys.readouterr().out
    assert main(command(tmp_path, steps=5)) == 2
    err = capsys.readouterr().err
    assert "steps must be 6 or more, which are done, got 5" in err and "another --out" in err


def test_values_that_are_equal_are_the_same_run(tmp_path, capsys):
    typed = ["--set", "penalty=1", "--set", "betas=(0, 0.9)", "--set", "learning_rate=1"]
    other = ["--set", "penalty=1.0", "--set", "betas=[0.0, 0.9]", "--set", "learning_rate=1.0"]
    assert main(command(tmp_path, *typed, "--set", "log_every=1", steps=2)) == 0
    assert main(command(tmp_path, *other, "--set", "log_every=1.0", steps=3)) == 0
    assert "resuming at step 2" in capsys.readouterr().out
    assert main(command(tmp_path, "--set", "penalty=1.5", steps=3)) == 2


@pytest.mark.parametrize("words", [["sample", "--out", "x.png"], ["evaluate"]])
def test_the_folder_of_a_run_stands_for_its_checkpoint(tmp_path, monkeypatch, capsys, words):
    monkeypatch.setattr("wgan_lib.experiments.evaluation.SAMPLES", 50)
    monkeypatch.chdir(tmp_path)
    assert main(command(tmp_path / "run")) == 0
    found = []
    for given in ("run", "run/checkpoint.pt"):
        capsys.readouterr()
        forced = ["--force"] if words[0] == "sample" else []
        assert main([*words, given, *forced, "--device", "cpu"]) == 0
        found.append(capsys.readouterr().out)
    assert found[0] == found[1]


def test_data_for_a_recipe_that_takes_none_are_refused(tmp_path, capsys):
    assert main(command(tmp_path / "run", "--data", tmp_path)) == 2
    assert "--data must be left out for ring-wgan-gp" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
    assert main(command(tmp_path / "run")) == 0
    assert main(["evaluate", str(tmp_path / "run"), "--data", str(tmp_path)]) == 2
    assert "--data must be left out" in capsys.readouterr().err


def test_the_home_folder_is_known_by_its_sign(tmp_path, monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    assert main([*RING, "--steps", "1", "--out=~/run"]) == 0
    assert (tmp_path / "run" / "checkpoint.pt").is_file()


if __name__ == "__main__":
    sweep(Path(sys.argv[1]))
