"""Stored runs: made in one go or in two, read back, and true to what they say of themselves."""

import json
import shutil

import pytest
import torch

from wgan_lib.experiments import stored_runs
from wgan_lib.experiments.measures import MEASURES, estimate, judge_of
from wgan_lib.experiments.recipes import find
from wgan_lib.experiments.results import ResultsError
from wgan_lib.experiments.stored_runs import StoredRun, load, make, names
from wgan_lib.images.datasets import shipped
from wgan_lib.training.loop import StopTraining

TINY = find("digits-gan").changed(steps=4, width=4, latent_dim=3, batch_size=4, seed=5)
CLOCK = "cpu_seconds"
FILES = ["curve.csv", "generator.pt", "progress.png", "run.json"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder with one stored run in it."""
    folder = tmp_path_factory.mktemp("results")
    (folder / "gan").mkdir()
    make(TINY, folder / "gan" / "tiny", times=2)
    return folder


@pytest.fixture(scope="module")
def tiny(root) -> StoredRun:
    return load("gan/tiny", root)


# ------------------------------------------------------------------ what is kept


def test_a_run_is_four_files_and_its_name_is_its_place(root):
    assert names(root) == ["gan/tiny"]
    assert sorted(file.name for file in (root / "gan" / "tiny").iterdir()) == FILES


def test_what_is_read_is_what_was_trained(tiny):
    run = TINY.train(device="cpu")
    assert tiny.recipe == TINY and tiny.about["settings"]["seed"] == 5
    assert tiny.curve["step"].tolist() == [2, 4]
    torch.testing.assert_close(tiny.sample(6), run.sample(6), atol=5e-3, rtol=0)
    judge = judge_of(TINY)
    distance = judge.frechet_distance(run.sample(judge.size))
    assert tiny.curve["frechet_distance"][-1].item() == pytest.approx(distance, rel=1e-4)


def test_the_pictures_are_the_samples_of_one_noise_over_time(tiny):
    assert tiny.progress.shape == (2, stored_runs.LATENTS, 1, 28, 28)
    torch.testing.assert_close(tiny.progress[-1], tiny.sample(10), atol=0.02, rtol=0)
    half = find("digits-gan").changed(**{**TINY.changes, "seed": 5})
    early = []
    half.train(device="cpu", callbacks=[lambda r: early.append(r.sample(10)) if r.step == 2 else 0])
    torch.testing.assert_close(tiny.progress[0], early[0], atol=0.005, rtol=0)


def test_the_json_file_holds_its_scores_and_both_ends(tiny):
    assert tiny.about["samples"] == 1000
    assert tiny.about["ends"]["real"]["frechet_distance"] < 1
    found = judge_of(TINY).scores(tiny.sample(1000))
    assert tiny.about["scores"]["frechet_distance"] == pytest.approx(found.frechet_distance)


def test_seeds_draw_different_samples(tiny):
    assert torch.equal(tiny.sample(3, seed=1), tiny.sample(3, seed=1))
    assert not torch.equal(tiny.sample(3, seed=1), tiny.sample(3, seed=2))
    with pytest.raises(ValueError, match="n must"):
        tiny.sample(0)


# ------------------------------------------------------------------ stopped and resumed


def test_a_run_that_was_stopped_goes_on_and_is_the_same(tiny, tmp_path, monkeypatch):
    measure = stored_runs.Camera.__call__

    def measure_and_stop(camera, run):
        measure(camera, run)
        if run.step == 2:
            raise StopTraining

    monkeypatch.setattr(stored_runs.Camera, "__call__", measure_and_stop)
    monkeypatch.setattr(stored_runs, "_keep", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        make(TINY, tmp_path / "tiny", times=2)
    assert not (tmp_path / "tiny").exists() and (tmp_path / "tiny.part").exists()
    monkeypatch.undo()
    make(TINY, tmp_path / "tiny", times=2)
    again = load("tiny", tmp_path)
    assert torch.equal(again.progress, tiny.progress)
    same = [name for name in tiny.curve if name != CLOCK]
    assert all(torch.equal(again.curve[name], tiny.curve[name]) for name in same)
    assert torch.equal(again.sample(4), tiny.sample(4))


@pytest.mark.parametrize("stopped_at", [2, 4])
def test_a_run_that_was_stopped_while_it_was_measured_lacks_nothing(
    tiny, tmp_path, monkeypatch, stopped_at
):
    def stop(run, recipe):
        if run.step == stopped_at:
            raise KeyboardInterrupt
        return estimate(run, recipe)

    monkeypatch.setitem(MEASURES, "estimate", stop)
    with pytest.raises(KeyboardInterrupt):
        make(TINY, tmp_path / "tiny", times=2)
    monkeypatch.undo()
    make(TINY, tmp_path / "tiny", times=2)
    again = load("tiny", tmp_path)
    assert again.curve["step"].tolist() == [2, 4]
    assert all(torch.equal(again.curve[n], tiny.curve[n]) for n in tiny.curve if n != CLOCK)
    assert torch.equal(again.progress, tiny.progress)
    assert sorted(file.name for file in (tmp_path / "tiny").iterdir()) == FILES


def test_a_finished_run_is_not_overwritten(root):
    with pytest.raises(FileExistsError, match="delete it to make the run again"):
        make(TINY, root / "gan" / "tiny")


def test_a_run_that_is_not_there_is_met_with_those_that_are(root):
    with pytest.raises(FileNotFoundError, match=r"no stored run 'gan/tony'; there are gan/tiny"):
        load("gan/tony", root)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("step,", "steps,", "must begin with step and names of what was measured"),
        ("\n4,", "\n2,", "line 3: the steps of a run must rise"),
        ("\n4,", "\nfour,", "line 3: must be step and 10 finite numbers"),
    ],
)
def test_a_table_that_was_spoilt_is_refused_by_name(root, tmp_path, old, new, message):
    shutil.copytree(root / "gan" / "tiny", tmp_path / "tiny")
    table = tmp_path / "tiny" / "curve.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ResultsError, match=message) as refusal:
        load("tiny", tmp_path)
    assert str(table) in str(refusal.value)


# ------------------------------------------------------------------ the runs of the course


@pytest.mark.parametrize("name", names())
def test_a_stored_run_reaches_the_scores_that_it_claims(name):
    """Half precision and another processor move them a little, and no more."""
    kept = load(name)
    try:
        judge = judge_of(kept.recipe)
    except FileNotFoundError:
        pytest.skip("needs the full data sets")
    found, told = judge.scores(kept.sample(kept.about["samples"])), kept.about["scores"]
    assert judge.size == kept.about["samples"]
    assert found.frechet_distance == pytest.approx(told["frechet_distance"], rel=0.01)
    assert found.classifier_score == pytest.approx(told["classifier_score"], rel=0.005)
    assert found.classes_covered == told["classes_covered"]
    for metric in ("imbalance", "precision", "recall", "copying"):
        assert getattr(found, metric) == pytest.approx(told[metric], abs=0.01)


@pytest.mark.parametrize("name", names())
def test_a_stored_run_is_small_and_says_where_it_comes_from(name):
    folder = shipped(stored_runs.RESULTS) / name
    assert (folder / "generator.pt").stat().st_size < 1_000_000
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_200_000
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert about["commit"] and about["cpu_minutes"] < 60 and about["threads"] == 1
    steps = load(name).curve["step"].diff(prepend=torch.tensor([0]))
    assert (steps == steps[0]).all() and 0 <= about["settings"]["steps"] - steps.sum() < steps[0]
