"""Studies: what is measured, how it is kept, and how a damaged or foreign file is refused."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import joblib
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib.experiments import measures, results, studies
from wgan_lib.experiments.measures import MEASURES, one_thread
from wgan_lib.experiments.recipes import find
from wgan_lib.experiments.results import Results, ResultsError
from wgan_lib.experiments.studies import STUDIES, load_study, run_once, run_study
from wgan_lib.experiments.study import Measured, RecipeStudy, Study
from wgan_lib.images.datasets import Images
from wgan_lib.metrics import mode_coverage
from wgan_lib.training.loop import DivergedError

SMALL = {"steps": 5, "width": 8, "batch_size": 8, "critic_steps": 1}


def small(name="tiny", every=2, seeds=(0, 1), **more) -> RecipeStudy:
    pair = {"clipped": find("ring-wgan").changed(**SMALL), "gan": find("ring-gan").changed(**SMALL)}
    return RecipeStudy(name, "two small runs", more.pop("recipes", pair), seeds, every, **more)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The folder of a small study that is complete, and what `run_study` returned."""
    folder = tmp_path_factory.mktemp("results")
    return folder, run_study(small(), folder)


@pytest.fixture
def copy(tiny, tmp_path):
    """A folder with the same two files, to be spoilt."""
    for file in tiny[0].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def same(first: Results, second: Results) -> bool:
    alike = first.runs.keys() == second.runs.keys()
    return alike and all(
        torch.allclose(first.runs[key][name].double(), column.double(), rtol=1e-5)
        for key, run in second.runs.items()
        for name, column in run.items()
    )


# ------------------------------------------------------------------ what is measured


def test_a_study_measures_each_run_every_so_often_and_at_its_end(tiny):
    _, found = tiny
    assert list(found.runs) == [("clipped", 0), ("gan", 0), ("clipped", 1), ("gan", 1)]
    names = ["step", "covered", "high_quality", "favourite", "favourite_share"]
    names += ["wasserstein", "critic_estimate"]
    for run in found.runs.values():
        assert list(run) == names
        assert run["step"].tolist() == [2, 4, 5] and run["step"].dtype == torch.int64
        assert run["wasserstein"].min() > 0 and run["wasserstein"].dtype == torch.float64


def test_one_run_alone_is_that_of_the_study(tiny):
    _, found = tiny
    run = run_once(small(), "gan", 1)
    for name, column in found.runs["gan", 1].items():
        assert torch.equal(run[name], column), name


@pytest.mark.parametrize("critic_norm", [None, "batch"])
def test_measuring_a_run_does_not_change_it(critic_norm):
    recipe = find("ring-gan").changed(**SMALL, critic_norm=critic_norm)
    study, seen = small(recipes={"gan": recipe}, every=1), []
    run_once(study, "gan", 0, callbacks=[lambda run: seen.append(run)])
    unseen = study.recipe("gan", 0).train(device="cpu")
    assert len(seen) == 5 and seen[-1].critic.training
    for network in ("generator", "critic"):
        left, right = (getattr(run, network).state_dict() for run in (seen[-1], unseen))
        assert all(torch.equal(left[key], right[key]) for key in right), network


def test_modes_of_a_run_are_counted_by_the_rule():
    recipe = find("ring-wgan").changed(**SMALL)
    run = recipe.train(device="cpu")
    law = recipe.load_data()
    at_three = law.modes[3] + 0.1 * law.std * torch.randn(2500, 2).double()
    samples = torch.cat([at_three[:1000], law.modes[5].expand(1500, 2) + 10 * law.std])
    run.sample = lambda n: samples[:n]
    measured = measures.modes(run, recipe)
    rule = mode_coverage(samples, law.modes, law.std)
    assert measured["covered"] == rule.covered == 1
    assert measured["high_quality"] == rule.high_quality == pytest.approx(0.4)
    assert measured["favourite"] == 5 and measured["favourite_share"] == pytest.approx(0.6)


def test_a_perfect_generator_is_at_a_distance_near_nothing():
    recipe = find("ring-wgan").changed(**SMALL)
    run = recipe.train(device="cpu")
    before = measures.distance(run, recipe)["wasserstein"]
    run.sample = lambda n: recipe.load_data().sample(n, torch.Generator().manual_seed(9))
    assert measures.distance(run, recipe)["wasserstein"] < 0.25 < before


def test_images_are_held_against_the_test_set(monkeypatch):
    recipe = find("digits-wgan-gp").changed(steps=1, width=4, batch_size=4)
    splits = []

    def load(self, device="cpu", root=None, split="train"):
        splits.append(split)
        return Images(torch.zeros(4, 1, 28, 28))

    monkeypatch.setattr(type(recipe), "load_data", load)
    monkeypatch.setattr(measures, "COMPARED", 6)
    study = RecipeStudy("images", "", {"digits": recipe}, every=1, measures=("distance",))
    assert run_once(study, "digits", 0)["wasserstein"] > 0
    assert splits == ["train", "test"]


class Squares(Study):
    """A study of something else: no recipe, no training."""

    name, about, seeds = "squares", "the squares of the first steps", (2, 3)

    def names(self):
        return ["plain", "cut short"]

    def measured(self, name, seed, device):
        rows = [{"step": step, "square": (seed * step) ** 2} for step in (1, 2)]
        return Measured(rows) if name == "plain" else Measured(rows[:1], "diverged: after 1")

    def identity(self):
        return {"power": "2"}


def test_a_study_need_not_be_of_recipes(tmp_path, monkeypatch):
    monkeypatch.setitem(STUDIES, "squares", Squares())
    found = run_study(Squares(), tmp_path)
    assert found.runs["plain", 3]["square"].tolist() == [9, 36]
    assert found.runs["cut short", 3]["square"].tolist() == [9]
    assert [run["ended"] for run in found.about["runs"]][-1] == "diverged: after 1"
    assert same(load_study("squares", tmp_path), found)
    monkeypatch.setattr(Squares, "identity", lambda self: {"power": "3"})
    with pytest.raises(ResultsError, match="power: the file has 2, this run has 3"):
        load_study("squares", tmp_path)


# ------------------------------------------------------------------ how it is kept


def test_what_was_written_is_read_again(tiny):
    folder, found = tiny
    again = results.read(folder, "tiny")
    assert same(again, found) and again.about == found.about
    assert sorted(file.name for file in folder.iterdir()) == ["tiny.csv", "tiny.json"]


def test_the_json_file_says_how_the_numbers_came_about(tiny):
    about = json.loads((tiny[0] / "tiny.json").read_text(encoding="utf-8"))
    assert about["identity"]["gan: objective"] == "GAN"
    assert about["identity"]["clipped: clip"] == "0.1"
    assert about["identity"]["every"] == "2"
    for run in about["runs"]:
        assert run["ended"] == "finished" and run["torch"] == torch.__version__
        assert run["minutes"] >= 0 and len(run["date"]) == 10 and "commit" in run


def test_a_study_that_is_complete_is_left_alone(copy, monkeypatch):
    before = (copy / "tiny.csv").read_bytes()
    monkeypatch.setattr(studies, "measured_run", None)  # to call it would be an error
    told = []
    run_study(small(), copy, tell=told.append)
    assert told == [] and (copy / "tiny.csv").read_bytes() == before


def test_a_study_goes_on_with_the_run_that_was_cut_short(tmp_path, tiny, monkeypatch):
    measured, calls = studies.measured_run, []

    def cut_short(study, name, seed, device):
        calls.append((name, seed))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return measured(study, name, seed, device)

    monkeypatch.setattr(studies, "measured_run", cut_short)
    with pytest.raises(KeyboardInterrupt):
        run_study(small(), tmp_path)
    assert list(results.read(tmp_path, "tiny").runs) == [("clipped", 0), ("gan", 0)]
    resumed = run_study(small(), tmp_path)
    assert calls == [("clipped", 0), ("gan", 0), ("clipped", 1), ("clipped", 1), ("gan", 1)]
    assert same(resumed, tiny[1]) and same(results.read(tmp_path, "tiny"), tiny[1])


def test_rows_that_the_json_file_does_not_know_of_do_not_count(copy, tiny):
    """The power failed between the table and the JSON file."""
    about = json.loads((copy / "tiny.json").read_text(encoding="utf-8"))
    about["runs"].pop()
    (copy / "tiny.json").write_text(json.dumps(about), encoding="utf-8")
    assert ("gan", 1) not in results.read(copy, "tiny").runs
    assert same(run_study(small(), copy), tiny[1])
    assert same(results.read(copy, "tiny"), tiny[1])


def test_a_study_can_be_given_more_seeds_and_more_recipes(copy):
    more = small(seeds=(0, 1, 2))
    run_study(more, copy)
    pair = {**more.recipes, "one more": find("ring-wgan-gp").changed(**SMALL)}
    told = []
    run_study(small(recipes=pair), copy, tell=told.append)
    assert [line.split(":")[0] for line in told] == ["one more, seed 0", "one more, seed 1"]
    assert len(results.read(copy, "tiny").runs) == 8


def test_several_jobs_leave_what_one_leaves(tmp_path):
    with one_thread():
        one = run_study(small(), tmp_path / "one")
    told = []
    two = run_study(small(), tmp_path / "two", tell=told.append, jobs=2)
    csv = [(tmp_path / folder / "tiny.csv").read_bytes() for folder in ("one", "two")]
    assert csv[0] == csv[1]
    assert list(two.runs) == list(one.runs) and sorted(two.runs) == sorted(small().pairs())
    assert all(
        torch.equal(two.runs[p][name], run[name]) for p, run in one.runs.items() for name in run
    )
    told_of = [(run["recipe"], run["seed"]) for run in two.about["runs"]]
    assert told_of == list(two.runs) and {run["threads"] for run in two.about["runs"]} == {1}
    assert len(told) == 4 and told[-1].endswith("(4 of 4)")


def test_without_a_number_of_jobs_joblib_says_who_runs_them(tmp_path, tiny, monkeypatch):
    """As a dask cluster would; here two processes of joblib's own, and none of the runs is ours."""
    monkeypatch.setattr(studies, "measured_run", None)  # to call it would be an error, here
    with joblib.parallel_config("loky", n_jobs=2):
        found = run_study(small(), tmp_path, jobs=None)
    assert list(found.runs) == list(tiny[1].runs)
    assert {run["threads"] for run in found.about["runs"]} == {1}


INTERRUPTED = """
    import signal, sys
    from pathlib import Path
    from wgan_lib.experiments import studies
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it
    from wgan_lib.experiments.recipes import find
    from wgan_lib.experiments.study import RecipeStudy
    small = {"width": 8, "batch_size": 8, "critic_steps": 1}
    recipes = {"short": find("ring-gan").changed(steps=2, **small),
               "endless": find("ring-gan").changed(steps=10_000_000, **small)}
    study = RecipeStudy("half", "", recipes, (0,), 10_000_000, ("distance",))
    studies.run_study(study, Path(sys.argv[1]), tell=lambda line: print(line, flush=True), jobs=2)
"""


@pytest.mark.skipif(os.name != "posix", reason="interrupts a process as POSIX can")
def test_ctrl_c_keeps_the_runs_that_are_done_and_ends_the_others(tmp_path, environment):
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), str(tmp_path)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert child.stdout.readline().startswith("short, seed 0: finished")
        os.killpg(child.pid, signal.SIGINT)  # a terminal tells all of its processes
        child.communicate(timeout=120)  # returns when all of them have let go of the output
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    assert child.returncode != 0
    assert list(results.read(tmp_path, "half").runs) == [("short", 0)]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["half.csv", "half.json"]


def test_runs_of_seeds_that_the_study_no_longer_has_stay_behind_the_others(copy):
    found = run_study(small(seeds=(1, 2)), copy)
    pairs = [(name, seed) for seed in (1, 2, 0) for name in ("clipped", "gan")]
    assert list(found.runs) == pairs and list(results.read(copy, "tiny").runs) == pairs


def test_a_run_that_diverges_is_kept_as_such(tmp_path, monkeypatch):
    bad = find("ring-wgan").changed(**SMALL, clip=1e38, learning_rate=1e38, log_every=1)
    recipes = {"bad": bad, "good": find("ring-wgan").changed(**SMALL)}
    found = run_study(small(recipes=recipes, seeds=(0,), every=1), tmp_path)
    again = results.read(tmp_path, "tiny")
    assert same(again, found)
    notes = {run["recipe"]: run for run in again.about["runs"]}
    assert notes["good"]["ended"] == "finished"
    assert notes["bad"]["ended"].startswith("diverged: the run diverged at step")
    assert notes["bad"]["looks"] < notes["good"]["looks"] == 5

    def diverge(*_, **__):
        raise DivergedError("at once")

    monkeypatch.setattr(type(bad), "train", diverge)
    none = run_study(small("none", seeds=(0,)), tmp_path)
    assert none.runs == {("clipped", 0): {}, ("gan", 0): {}}
    assert same(results.read(tmp_path, "none"), none)


@given(
    st.dictionaries(
        st.tuples(st.text("abc ,\"'é-", min_size=1), st.integers(0, 9)),
        st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4),
        min_size=1,
    )
)
def test_any_table_survives_the_way_to_the_disk(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("any")
    runs = {
        key: results.columns([{"step": i, "x": x} for i, x in enumerate(numbers)])
        for key, numbers in values.items()
    }
    notes = [{"recipe": r, "seed": s, "looks": len(values[r, s])} for r, s in runs]
    results.write(folder, "any", Results(runs, {"identity": {}, "runs": notes}))
    assert same(results.read(folder, "any"), Results(runs, {}))


# ------------------------------------------------------------------ what is refused


def spoil(folder, file, old, new):
    path = folder / f"tiny.{file}"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("csv", "recipe,seed", "receipt,seed", r"must begin with recipe, seed, step"),
        ("csv", "covered", "wasserstein", r"must begin with recipe, seed, step"),
        (
            "csv",
            "clipped,0,2,",
            "clipped,0,2.5,",
            r"line 2: must be recipe, seed, step and 6",
        ),
        ("csv", "clipped,0,2,", "clipped,0,nan,", r"line 2: must be recipe, seed, step"),
        ("csv", "clipped,0,2,0", "clipped,0,2,inf", r"line 2: must be .* 6 finite numbers"),
        ("csv", "clipped,0,2,", "clipped,0,2,7,", r"line 2: must be recipe, seed, step"),
        ("csv", "clipped,0,4", "clipped,0,2", r"line 3: the steps of a run must rise"),
        ("csv", "clipped,0,5", "clipped,7,5", r"must have 3 rows of clipped with seed 0.* got 2"),
        ("json", "{", "[", r"does not describe a study"),
        ("json", '"looks"', '"look"', r"does not describe a study"),
        ("json", '"identity"', '"identify"', r"does not describe a study"),
        ("json", '"seed": 0', '"seed": "0"', r"must give each run a recipe, a seed"),
        ("json", '"gan: learning_rate": "0.001"', '"gan: learning_rate": "0.01"', "learning_rate"),
        ("json", '"every": "2"', '"every": "3"', "every: the file has 3, this run has 2"),
    ],
)
def test_a_file_that_was_spoilt_is_refused_by_name(copy, file, old, new, message):
    spoil(copy, file, old, new)
    with pytest.raises(ResultsError, match=message) as refusal:
        run_study(small(), copy)
    assert str(copy) in str(refusal.value)


def test_results_of_other_settings_are_refused_and_new_settings_are_not(copy):
    changed = {name: r.changed(width=9) for name, r in small().recipes.items()}
    with pytest.raises(ResultsError, match=r"width: the file has 8.* delete the file"):
        run_study(small(recipes=changed), copy)
    spoil(copy, "json", '"gan: width": "8"', '"gan: widths of old": "8"')
    with pytest.raises(ResultsError, match="widths of old"):
        run_study(small(), copy)
    spoil(copy, "json", '"gan: widths of old": "8"', '"every": "2"')
    assert len(run_study(small(), copy).runs) == 4, "a setting that came later"


def test_load_study_wants_all_runs_of_a_known_study(copy, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="did you mean 'mode-dropping'"):
        load_study("mode-droping")
    with pytest.raises(FileNotFoundError, match="python -m wgan_lib study mode-dropping"):
        load_study("mode-dropping", tmp_path / "empty")
    monkeypatch.setitem(STUDIES, "tiny", small())
    assert len(load_study("tiny", copy).runs) == 4
    monkeypatch.setitem(STUDIES, "tiny", small(seeds=(0, 1, 2)))
    with pytest.raises(ResultsError, match="lacks 2 runs of tiny, such as clipped with seed 2"):
        load_study("tiny", copy)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: small(every=0), "every must be"),
        (lambda: small(seeds=(0, -1)), "seeds must be"),
        (lambda: small(measures=("modes", "distances")), "did you mean 'distance'"),
        (lambda: small().recipe("gans", 0), "did you mean 'gan'"),
    ],
)
def test_a_study_is_checked_when_it_is_made(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# ------------------------------------------------------------------ the studies of the course


@pytest.mark.parametrize("name", STUDIES)
def test_stored_results_are_those_of_the_recipes_as_they_are(name):
    if not (studies.results_folder() / f"{name}.csv").exists():
        pytest.skip("no run of this study is stored yet")
    stored, study = load_study(name), STUDIES[name]
    assert study.name == name and study.about
    assert set(study.pairs()) <= set(stored.runs)
    if isinstance(study, RecipeStudy):
        for (recipe, _), run in stored.runs.items():
            steps = study.recipes[recipe].settings.steps
            assert not run or run["step"][-1] == steps or "diverged" in str(stored.about["runs"])


def test_results_are_small():
    folder = studies.results_folder()
    files = [*folder.glob("*.csv"), *folder.glob("*.json")]
    assert files and sum(file.stat().st_size for file in files) < 1_000_000
    assert {file.stem for file in files} <= set(STUDIES), "no file without its study"


def test_every_measure_is_explained():
    assert all(measure.__doc__ for measure in MEASURES.values())


def test_one_thread_is_one_and_then_as_many_as_before():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(ZeroDivisionError), one_thread():
            assert torch.get_num_threads() == 1
            raise ZeroDivisionError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
