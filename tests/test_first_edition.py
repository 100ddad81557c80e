"""What the first edition of the course stored is still read: settings have other names today.

`data/first-edition` was written by it: 3 of 6 steps of a small recipe, as `train` leaves a folder
that was interrupted, and in end.pt the weights that it reached itself.
"""

import json
import shutil
from pathlib import Path

import pytest
import torch

from wgan_lib.__main__ import main
from wgan_lib.commands.run_folder import RunFolder
from wgan_lib.experiments import recipes, stored_runs, studies
from wgan_lib.experiments.evaluation import evaluate_trained
from wgan_lib.experiments.recipes import find, from_labels
from wgan_lib.experiments.trained import load_trained
from wgan_lib.ground import checkpoints

STORED = Path(__file__).parent / "data" / "first-edition"


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(STORED, tmp_path / "run", ignore=lambda *_: ["end.pt"]))


def stored_labels():
    return json.loads((STORED / "recipe.json").read_text(encoding="utf-8"))["labels"]


def test_the_files_are_of_the_first_edition():
    """If they were written again, nothing here would say anything."""
    identity = checkpoints.load(STORED / "checkpoint.pt")["identity"]
    assert identity["decay"] == "0.5" and "final_rate" not in identity
    assert stored_labels()["set decay"] == "0.5"


def test_labels_lead_to_the_recipe():
    recipe = from_labels(stored_labels())
    assert recipe.name == "ring-wgan-gp" and recipe.settings.final_rate == 0.5
    assert recipe.labels() == checkpoints.current_names(stored_labels())


def test_a_run_of_the_first_edition_goes_on_to_where_it_would_have_ended(folder):
    recipe = from_labels(stored_labels())
    run = recipe.train(device="cpu", checkpoint=folder / "checkpoint.pt")
    end = torch.load(STORED / "end.pt", weights_only=True)
    assert run.step == 6 and run.history.rows == 6
    for name in ("generator", "critic", "averaged"):
        for key, value in getattr(run, name).state_dict().items():
            torch.testing.assert_close(value, end[name][key], rtol=0, atol=1e-6)
    torch.testing.assert_close(run.history["penalty"], end["penalty"], rtol=1e-4, atol=1e-6)


def test_its_folder_is_taken_up_by_the_command_line(folder, capsys):
    sets = [f"--set={k}={v}" for k, v in from_labels(stored_labels()).changes.items()]
    assert main(["train", "ring-wgan-gp", *sets, "--device", "cpu", "--out", str(folder)]) == 0
    assert "resuming at step 3" in capsys.readouterr().out
    assert checkpoints.load(folder / "checkpoint.pt")["identity"]["final_rate"] == "0.5"


def test_a_folder_that_has_only_its_recipe_is_known_too(folder):
    (folder / "checkpoint.pt").unlink()
    assert RunFolder(folder, from_labels(stored_labels())).steps_done() == 0
    with pytest.raises(checkpoints.CheckpointError, match=r"set final_rate: the file has 0\.5"):
        RunFolder(folder, from_labels(stored_labels()).changed(final_rate=0.25)).steps_done()


def test_its_checkpoint_can_be_evaluated():
    trained = load_trained(STORED / "checkpoint.pt", "cpu")
    assert trained.step == 3 and trained.averaged and trained.sample(5).shape == (5, 2)
    assert evaluate_trained(trained)["w1"] > 0


def test_the_old_name_of_a_setting_leads_to_the_new_one(tmp_path, capsys):
    with pytest.raises(ValueError, match="key 'decay' has another name now: 'final_rate'"):
        find("ring-wgan-gp").changed(decay=0.5)
    assert main(["train", "ring-gan", "--set", "decay=0.5", "--out", str(tmp_path / "run")]) != 0
    assert "'final_rate'" in capsys.readouterr().err


@pytest.mark.parametrize("name", studies.STUDIES)
def test_stored_studies_are_read(name):
    assert studies.load_study(name).runs


@pytest.mark.parametrize("name", stored_runs.names())
def test_stored_runs_are_read(name):
    run = stored_runs.load(name)
    assert run.recipe.settings.final_rate == run.about["settings"]["decay"]
    assert run.recipe.name in recipes.RECIPES
