"""`python -m wgan_lib`: what each command does, and how each refuses what it cannot do."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from wgan_lib.__main__ import assignment, main, value_of
from wgan_lib.commands import doctor, terminal, training_run
from wgan_lib.experiments import studies
from wgan_lib.experiments.evaluation import evaluate_trained
from wgan_lib.experiments.recipes import find, from_labels
from wgan_lib.experiments.study import RecipeStudy
from wgan_lib.experiments.trained import TrainedPair, load_trained
from wgan_lib.ground import checkpoints

COURSE = Path(__file__).resolve().parents[1]
RING = ["train", "ring-wgan-gp", "--set", "width=8", "--set", "batch_size=16"]
DIGITS = ["train", "digits-wgan-gp", "--set", "width=4", "--set", "batch_size=8"]
ON_CPU = ["--device", "cpu"]


@pytest.fixture
def run(capsys):
    """Runs a command line in this process: exit code, stdout, stderr."""

    def run_command(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:  # argparse leaves by this door
            code = stop.code
        return (code, *capsys.readouterr())

    return run_command


@pytest.fixture
def refused(run):
    """Runs a command line that must be refused in one line on stderr; returns the line."""

    def run_command(*arguments):
        code, out, err = run(*arguments)
        assert (code, out) == (2, ""), err
        assert err.startswith("wgan_lib: ") and err.count("\n") == 1
        return err

    return run_command


def ring(out, *more, steps=4):
    return [*RING, *ON_CPU, "--out", out, "--steps", steps, *more]


def digits(out, *more, steps=2):
    return [*DIGITS, *ON_CPU, "--out", out, "--steps", steps, *more]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """One tiny run of the ring and one of the digits, to be read by several tests."""
    folder = tmp_path_factory.mktemp("trained")
    assert main([str(word) for word in ring(folder / "ring")]) == 0
    assert main([str(word) for word in digits(folder / "digits")]) == 0
    return folder


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def history(folder: Path) -> list[dict[str, str]]:
    """The rows of history.csv without the clock."""
    with open(folder / "history.csv") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


def assert_same(first, second, where: str = "checkpoint") -> None:
    """Equal bit for bit, through dictionaries and lists, apart from the clock."""
    assert type(first) is type(second), where
    if isinstance(first, torch.Tensor):
        assert torch.equal(first, second), where
    elif isinstance(first, dict):
        assert first.keys() == second.keys(), where
        for key in first.keys() - {"seconds"}:
            assert_same(first[key], second[key], f"{where} → {key}")
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second), where
        for index, pair in enumerate(zip(first, second, strict=True)):
            assert_same(*pair, f"{where} → {index}")
    else:
        assert first == second, where


# ---------------------------------------------------------------------- the arguments


def test_values_are_python_literals_or_words():
    texts = ["3", "1e-4", "None", "(0.5, 0.9)", "adam", "", "nan"]
    assert [value_of(text) for text in texts] == [3, 1e-4, None, (0.5, 0.9), "adam", "", "nan"]
    assert assignment("where=a=b") == ("where", "a=b")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("foo", "KEY=VALUE"),
        ("=3", "KEY=VALUE"),
        ("penlty=3", "did you mean 'penalty'?"),
        ("penalty=-1", "penalty must be a finite number of at least 0, got -1"),
        ("penalty=nan", "penalty must be a finite number"),
        ("penalty=1e999", "penalty must be a finite number"),
        ("penalty=much", "got 'much'"),
        ("penalty=", "got ''"),
        ("learning_rate=0", "learning_rate must be"),
        ("betas=3", "betas must be two numbers"),
        ("optimiser=adan", "did you mean 'adam'?"),
        ("batch_size=2.5", "batch_size must be an integer"),
        ("steps=0", "steps must be an integer of at least 1, got 0"),
        ("critic_norm=layers", "did you mean 'layer'?"),
        ("latent_dim=0", "must be an integer of at least 1, got 0"),
        ("dimensions=3", "generator must make samples shaped like the real ones"),
        ("self=3", "self"),
    ],
)
def test_bad_set(refused, tmp_path, words, expected):
    message = refused("train", "ring-wgan-gp", *ON_CPU, "--out", tmp_path / "run", "--set", words)
    assert expected in message
    assert not (tmp_path / "run" / "recipe.json").exists()


@pytest.mark.parametrize("clip", ["-0.01", "0"])
def test_bad_clip(refused, tmp_path, clip):
    message = refused("train", "ring-wgan", "--out", tmp_path / "run", "--set", f"clip={clip}")
    assert "clip must be a finite number greater than 0" in message


@pytest.mark.parametrize("option", ["--steps", "--checkpoint-every", "--sheet-every"])
@pytest.mark.parametrize("value", ["0", "-5", "ten"])
def test_numbers_of_steps(refused, tmp_path, option, value):
    message = refused("train", "ring-gan", *ON_CPU, "--out", tmp_path / "run", option, value)
    assert "must be an integer of at least 1, got" in message


@pytest.mark.parametrize("option", ["--checkpoint-every", "--sheet-every"])
def test_numbers_are_checked_before_a_run_goes_on(run, refused, tmp_path, option):
    assert run(*ring(tmp_path))[0] == 0
    refused(*ring(tmp_path, option, 0, steps=8))


def test_a_setting_is_given_once(refused, tmp_path):
    message = refused(*ring(tmp_path / "run", "--set", "steps=3"))
    assert "steps must be set once, got 2 values" in message


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["train", "ring-gan"], "required: --out"),
        (["trian"], "invalid choice: 'trian'"),
        (["train", "ring-wgan-pg", "--out", "x"], "did you mean 'ring-wgan-gp'?"),
    ],
)
def test_bad_command_line(refused, words, expected):
    assert expected in refused(*words)


def test_cuda_where_there_is_none(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 0)
    message = refused(*RING, "--out", tmp_path / "run", "--device", "cuda")
    assert "device cuda was asked for, but torch finds 0 CUDA devices here" in message
    assert not (tmp_path / "run").exists()


def test_missing_data_say_how_to_get_them(refused, tmp_path):
    out = tmp_path / "run"
    message = refused("train", "mnist-mlp-wgan", *ON_CPU, "--out", out, "--data", tmp_path)
    assert "MNIST was not found" in message and "download=True" in message
    assert not any(out.iterdir()), "the folder must stay free for another recipe"


TORCH_GIVES_UP = {
    "CUDA out of memory.\nTried to allocate 2.00 GiB": "--set batch_size",
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
    "you tried to allocate 313600000000 bytes.": "memory; try a smaller --set batch_size",
    "InvalidCxxCompiler: No working C++ compiler found in config.cpp.cxx: (None, '')\n\nSet "
    "TORCHDYNAMO_VERBOSE=1": "compile=True needs a C++ compiler",
    "\nvalue cannot be converted to type float without overflow\nC++ stack":
    "torch could not compute this: value cannot be converted to type float without overflow\n",
}  # fmt: skip


@pytest.mark.parametrize("said", TORCH_GIVES_UP)
@pytest.mark.parametrize("kind", [RuntimeError, torch.OutOfMemoryError, MemoryError])
def test_torch_gives_up_in_one_line(run, tmp_path, monkeypatch, said, kind):
    def give_up(*_, **__):
        raise kind(said)

    monkeypatch.setattr(training_run, "_train_in", give_up)
    code, _, err = run(*ring(tmp_path / "run"))
    expected = TORCH_GIVES_UP[said] if kind is RuntimeError else "--set batch_size"
    assert code == 1 and err.count("\n") == 1 and expected in err


def test_a_number_too_large_for_float32(run, tmp_path):
    words = ["train", "ring-wgan", *ON_CPU, "--out", tmp_path, "--set", "clip=1e300"]
    code, _, err = run(*words, "--steps", 1, "--set", "batch_size=2")
    assert code == 1 and err.count("\n") == 1 and "torch could not compute this" in err


def test_a_seed_of_more_than_64_bits(refused, tmp_path):
    for command in (
        ring(tmp_path / "run", "--seed", 2**64),
        ring(tmp_path / "run", "--seed", "1e30"),
    ):
        assert "seed must be an integer from 0 to 2**64 - 1" in refused(*command)
    assert not (tmp_path / "run").exists()


# ---------------------------------------------------------------------- the folder of a run


def test_what_train_leaves(run, tmp_path):
    out = tmp_path / "new" / "run"
    code, text, err = run(*ring(out, "--sheet-every", 2))
    assert (code, err) == (0, "")
    assert "step 4 of 4" in text and "steps/s" in text and "finished 4 steps" in text
    sheets = {"samples-000002.png", "samples-000004.png"}
    assert names(out) == {"checkpoint.pt", "history.csv", "recipe.json"} | sheets
    assert [row["step"] for row in history(out)] == ["1", "2", "3", "4"]
    said = json.loads((out / "recipe.json").read_text(encoding="utf-8"))
    assert said["labels"]["recipe"] == "ring-wgan-gp" and said["settings"]["seed"] == 0
    assert said["torch"] == torch.__version__ and said["networks"]["name"] == "toy-mlp"


def test_a_finished_run_is_left_alone(run, trained):
    before = {file: file.stat().st_mtime_ns for file in (trained / "ring").iterdir()}
    code, text, _ = run(*ring(trained / "ring"))
    assert code == 0 and "is finished" in text
    assert before == {file: file.stat().st_mtime_ns for file in (trained / "ring").iterdir()}


def test_a_folder_below_a_file_cannot_be_written(refused, tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "must be a folder" in refused(*ring(tmp_path / "file"))
    assert "Not a directory" in refused(*ring(tmp_path / "file" / "run"))
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("name", ["thesis.tex", "recipe.json"])
def test_a_foreign_folder_is_refused(refused, tmp_path, name):
    (tmp_path / name).write_text('{"eggs": 3}')
    assert name in refused(*ring(tmp_path))
    assert names(tmp_path) == {name} and (tmp_path / name).read_text() == '{"eggs": 3}'


def test_hidden_and_unfinished_files_do_not_make_a_folder_foreign(run, tmp_path):
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "checkpoint.pt.part").touch()
    assert run(*ring(tmp_path, steps=1))[0] == 0


def test_a_folder_of_an_earlier_form_is_known_again(run, tmp_path):
    assert run(*ring(tmp_path, steps=1))[0] == 0
    said = json.loads((tmp_path / "recipe.json").read_text(encoding="utf-8"))
    earlier = {key: said[key] for key in ("labels", "objective", "settings")}
    earlier["versions"] = {"wgan_lib": "0.1.0", "torch": "2.9.0", "python": "3.10.0"}
    (tmp_path / "recipe.json").write_text(json.dumps(earlier, indent=2) + "\n", encoding="utf-8")
    (tmp_path / "checkpoint.pt").unlink()
    assert run(*ring(tmp_path, steps=1))[0] == 0


@pytest.mark.parametrize("left", ["checkpoint.pt", "recipe.json"])
def test_the_folder_of_another_run_is_refused(run, refused, tmp_path, left):
    assert run(*ring(tmp_path, steps=1))[0] == 0
    for file in tmp_path.iterdir():
        if file.name != left:
            file.unlink()
    kept = (tmp_path / left).read_bytes()
    other = refused("train", "grid-wgan", "--out", tmp_path)
    assert left in other and "ring-wgan-gp" in other and "grid-wgan" in other
    assert "set width" in refused(*ring(tmp_path, steps=1)[:2], "--out", tmp_path, "--steps", 1)
    assert names(tmp_path) == {left} and (tmp_path / left).read_bytes() == kept


@pytest.mark.parametrize("content", ["truncated", "empty", "text", "other"])
def test_a_damaged_checkpoint_is_refused(refused, trained, tmp_path, content):
    whole = (trained / "ring" / "checkpoint.pt").read_bytes()
    damaged = {"truncated": whole[: len(whole) // 2], "empty": b"", "text": b"not a checkpoint"}
    path = tmp_path / "checkpoint.pt"
    if content == "other":
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        path.write_bytes(damaged[content])
    kept = path.read_bytes()
    for words in (
        ring(tmp_path),
        ["sample", path, "--out", tmp_path / "grid.png"],
        ["evaluate", path],
    ):
        assert str(path) in refused(*words)
    assert names(tmp_path) == {"checkpoint.pt"} and path.read_bytes() == kept


def test_a_run_that_diverges(run, tmp_path):
    words = ring(tmp_path, "--set", "learning_rate=1e30", "--set", "log_every=1", steps=9)
    code, _, err = run(*words)
    assert code == 1 and err.count("\n") == 1
    assert "diverged at step" in err and "another --out" in err


# ---------------------------------------------------------------------- Ctrl-C and going on


@pytest.fixture
def press_ctrl_c(monkeypatch):
    """Sends this process SIGINT, as often as asked, when the sheet of a certain step is due."""

    def arrange(step: int, times: int = 1):
        def write_sheet(path, samples, recipe, at):
            for _ in range(times if at == step else 0):
                signal.raise_signal(signal.SIGINT)

        monkeypatch.setattr(training_run, "write_sheet", write_sheet)

    return arrange


@pytest.mark.training
@pytest.mark.parametrize("command", [ring, digits])
def test_resumed_equals_uninterrupted(run, tmp_path, press_ctrl_c, command):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    often = ["--sheet-every", 3]
    press_ctrl_c(step=3)
    code, text, _ = run(*command(parts, *often, steps=7))
    assert code == 130
    assert "interrupted at step 3 of 7" in text and "the same command again" in text
    assert len(history(parts)) == 3
    press_ctrl_c(step=0)
    code, text, _ = run(*command(parts, *often, steps=7))
    assert code == 0 and text.startswith("resuming at step 3\n")
    assert run(*command(whole, *often, steps=7))[0] == 0
    assert_same(*(checkpoints.load(folder / "checkpoint.pt") for folder in (whole, parts)))
    assert history(whole) == history(parts)


def test_a_second_ctrl_c_stops_at_once(run, tmp_path, press_ctrl_c):
    before = signal.getsignal(signal.SIGINT)  # a shell's background job ignores it
    press_ctrl_c(step=2, times=2)
    code, _, err = run(*ring(tmp_path, "--sheet-every", 1))
    assert code == 130 and err.startswith("wgan_lib: interrupted at once")
    assert not (tmp_path / "checkpoint.pt").exists()
    assert signal.getsignal(signal.SIGINT) is before


def start(*arguments) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "wgan_lib", *map(str, arguments)],
        cwd=COURSE,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def interrupted_at(process: subprocess.Popen, ready) -> int:
    """Waits until the process is ready, sends SIGINT, and returns the step where it stopped."""
    deadline = time.monotonic() + 60
    while not ready() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err == "", err
    return int(out.split("interrupted at step ")[1].split()[0])


@pytest.mark.training
@pytest.mark.skipif(os.name == "nt", reason="Windows cannot send Ctrl-C to one process")
def test_ctrl_c_from_outside(tmp_path):
    words = ring(tmp_path, "--sheet-every", 10**6, steps=10**6)
    first = interrupted_at(start(*words), (tmp_path / "recipe.json").exists)
    assert checkpoints.load(tmp_path / "checkpoint.pt")["step"] == first
    again = start(*words)
    assert again.stdout.readline() == f"resuming at step {first}\n"
    (tmp_path / "recipe.json").unlink()  # it comes back after the first step
    assert interrupted_at(again, (tmp_path / "recipe.json").exists) > first
    assert checkpoints.load(tmp_path / "checkpoint.pt")["step"] > first


def test_no_traceback_from_outside():
    process = start("train", "digit-wgan", "--out", "nowhere")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err.count("\n") == 1 and "did you mean 'digits-wgan'?" in err


# ---------------------------------------------------------------------- progress


def test_a_bar_on_a_terminal(run, tmp_path, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    code, _, err = run(*ring(tmp_path, "--set", "log_every=2"))
    assert code == 0
    assert "4/4" in err and "critic_estimate" in err


def test_durations():
    known = {0: "0:00", 59.6: "1:00", 65: "1:05", 3725: "1:02:05"}
    assert {seconds: terminal.duration(seconds) for seconds in known} == known


# ---------------------------------------------------------------------- sample


@pytest.mark.parametrize("name", ["ring", "digits"])
def test_sample(run, refused, trained, tmp_path, name):
    from PIL import Image

    out, checkpoint = tmp_path / "grid.png", trained / name / "checkpoint.pt"
    words = ["sample", checkpoint, "-n", 9, "--out", out, *ON_CPU]
    code, text, err = run(*words)
    assert (code, err) == (0, "") and text.startswith("9 samples of ")
    with Image.open(out) as picture:
        assert picture.format == "PNG" and min(picture.size) > 300
    first = out.read_bytes()
    assert "--force" in refused(*words)
    assert run(*words, "--force", "--seed", 1)[0] == 0
    assert out.read_bytes() != first and names(tmp_path) == {"grid.png"}
    assert run(*words, "--force")[0] == 0
    assert out.read_bytes() == first


def test_sample_takes_averaged_weights_unless_told_otherwise(trained):
    path = trained / "digits" / "checkpoint.pt"
    contents = checkpoints.load(path)
    for averaged, name in ((True, "averaged"), (False, "generator")):
        state = load_trained(path, "cpu", averaged).generator.state_dict()
        assert_same(dict(state), dict(contents[name]))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-n", "0"], "n must be an integer of at least 1, got 0"),
        (["--seed", "-1"], "seed must be an integer of at least 0"),
        (["--seed", str(2**64)], "seed must be an integer from 0 to"),
        (["--out", "grid.jpg"], "must name a file that ends in .png"),
        (["--out", "no/such/folder/grid.png"], "must lie in a folder that exists"),
    ],
)
def test_bad_sample(refused, trained, tmp_path, monkeypatch, words, expected):
    monkeypatch.chdir(tmp_path)
    checkpoint = trained / "ring" / "checkpoint.pt"
    assert expected in refused("sample", checkpoint, "--out", "grid.png", *ON_CPU, *words)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("seed", ["x", "-1", "1.5"])
def test_bad_evaluate(refused, trained, seed):
    checkpoint = trained / "ring" / "checkpoint.pt"
    message = refused("evaluate", checkpoint, *ON_CPU, "--seed", seed)
    assert "seed must be an integer of at least 0, got" in message
    assert "which is a folder: name the file" in refused("evaluate", trained, *ON_CPU)


def test_a_checkpoint_that_is_not_there(refused, tmp_path):
    assert "there is no checkpoint" in refused("sample", tmp_path / "x", "--out", "grid.png")


def test_a_checkpoint_without_a_recipe(refused, trained, tmp_path):
    contents = checkpoints.load(trained / "ring" / "checkpoint.pt")
    checkpoints.save(tmp_path / "own.pt", {**contents, "labels": {}})
    assert "does not name a recipe" in refused("evaluate", tmp_path / "own.pt")


def test_a_recipe_from_its_labels():
    recipe = find("ring-wgan-gp").changed(width=32, betas=(0.5, 0.9), sided="one")
    assert from_labels(recipe.labels()) == recipe
    with pytest.raises(ValueError, match="name a recipe"):
        from_labels({})


# ---------------------------------------------------------------------- evaluate


def test_evaluate_points(run, trained, monkeypatch):
    monkeypatch.setattr("wgan_lib.experiments.evaluation.SAMPLES", 200)
    words = ["evaluate", trained / "ring" / "checkpoint.pt", *ON_CPU]
    code, out, _ = run(*words, "--json")
    measured = json.loads(out)
    assert code == 0 and all(isinstance(value, (int, float, str)) for value in measured.values())
    assert measured["recipe"] == "ring-wgan-gp" and measured["modes"] == 8
    assert 0 <= measured["high_quality_share"] < 0.5  # after four steps
    assert measured["w1"] > 2 * measured["w1_floor"] > 0
    table = run(*words)[1].splitlines()
    assert any(line.startswith("modes covered ") and line.endswith("of 8") for line in table)
    assert run(*words, "--json")[1] == out
    assert json.loads(run(*words, "--json", "--seed", 1)[1])["w1"] != measured["w1"]


class RealRing(torch.nn.Module):
    """A generator that knows the ring: the angle of its latent vector chooses the mode."""

    latent_dim = 2

    def forward(self, latent):
        law = find("ring-wgan").load_data()
        eighth = (torch.atan2(latent[:, 1], latent[:, 0]) / (torch.pi / 4)).floor().long() % 8
        return law.modes.float()[eighth] + law.std * torch.randn_like(latent)


def test_a_perfect_generator_reaches_the_floor():
    torch.manual_seed(0)
    flat = torch.nn.Linear(2, 1)
    torch.nn.init.zeros_(flat.weight)
    trained = TrainedPair(find("ring-wgan"), RealRing(), flat, torch.device("cpu"), 0, False)
    measured = evaluate_trained(trained)
    assert (measured["modes_covered"], measured["critic_estimate"]) == (8, 0)
    assert measured["high_quality_share"] == pytest.approx(0.989, abs=0.01)
    assert measured["w1"] == pytest.approx(measured["w1_floor"], rel=1)


def test_evaluate_images(run, trained, monkeypatch):
    monkeypatch.setattr("wgan_lib.experiments.evaluation.IMAGES", 100)
    code, out, _ = run("evaluate", trained / "digits" / "checkpoint.pt", *ON_CPU, "--json")
    measured = json.loads(out)
    assert code == 0 and measured["weights"] == "averaged"
    assert measured["w1_floor"] < measured["w1"] < measured["w1_noise"]
    assert "K·W₁" in measured["critic_estimates"]


# ---------------------------------------------------------------------- recipes and doctor


def test_recipes(run):
    code, out, _ = run("recipes")
    listed = {line.split()[0] for line in out.splitlines()[1:]}
    assert code == 0 and {"digits-wgan-gp", "ring-gan", "mnist-mlp-wgan"} <= listed


def test_doctor_without_data(run, tmp_path, monkeypatch):
    monkeypatch.setenv("WGAN_DATA", str(tmp_path))
    code, out, err = run("doctor")
    assert (code, err) == (0, ""), out
    lines = {line.split("  ")[1].strip(): line for line in out.splitlines()}
    assert torch.__version__ in lines["torch"] and "5,000 images" in lines["digits"]
    assert str(tmp_path) in lines["data folder"]
    for name in ("MNIST", "Fashion-MNIST"):
        assert "not here; get it by: python -c" in lines[name] and "download=True" in lines[name]


def test_doctor_of_a_broken_machine(run, tmp_path, monkeypatch):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for kind in ("images-idx3", "labels-idx1"):
        (raw / f"train-{kind}-ubyte").write_bytes(b"\0\0\x08")
    monkeypatch.setenv("WGAN_DATA", str(tmp_path))
    monkeypatch.setattr(doctor, "PACKAGES", {"no-such-package": "nothing"})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: 1 / 0)
    code, out, _ = run("doctor")
    assert code == 1
    assert "python -m pip install no-such-package" in out
    assert "ZeroDivisionError" in out and "train-images-idx3-ubyte" in out


# ---------------------------------------------------------------------- study


@pytest.fixture
def tiny_study(monkeypatch):
    """A study of one small recipe and two seeds among those that the command knows."""
    recipe = find("ring-gan").changed(steps=2, width=8, batch_size=8, critic_steps=1)
    tiny = RecipeStudy("tiny", "for a test", {"gan": recipe}, (0, 1), 1, ("distance",))
    monkeypatch.setitem(studies.STUDIES, "tiny", tiny)
    return tiny


def test_study(run, tmp_path, tiny_study):
    code, out, err = run("study", "tiny", "--out", tmp_path / "new" / "results")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("gan, seed 0: finished after") and "(1 of 2, " in lines[0]
    assert lines[0].endswith(" minutes left)") and lines[1].endswith(" minutes (2 of 2)")
    assert lines[-1] == f"tiny is complete in {tmp_path / 'new' / 'results'}: 2 runs"
    assert names(tmp_path / "new" / "results") == {"tiny.csv", "tiny.json"}
    code, out, _ = run("study", "tiny", "--out", tmp_path / "new" / "results")
    assert (code, out.count("\n")) == (0, 1), "nothing is left to do"


def test_bad_study(refused, tmp_path, tiny_study):
    assert "did you mean 'mode-dropping'?" in refused("study", "mode-droping")
    assert "required: NAME" in refused("study")
    assert "device must be auto, cpu" in refused("study", "tiny", "--device", "abacus")
    for bad in ("0", "two", "1.5"):
        assert "jobs must be" in refused("study", "tiny", "--jobs", bad, "--out", tmp_path)
    (tmp_path / "tiny.csv").write_text("foreign")
    (tmp_path / "tiny.json").write_text("{}")
    assert "does not describe a study" in refused("study", "tiny", "--out", tmp_path)
    message = refused("study", "tiny", "--out", tmp_path / "tiny.csv")
    assert "must go into a folder, got the file" in message and "tiny.csv" in message
