"""The history: one row a step, whole in memory and on the disk."""

import csv

import pytest
import torch

from wgan_lib.commands.run_folder import write_history
from wgan_lib.training.history import CLOCK, History

NAMES = ["critic_loss", CLOCK]


def filled():
    history = History()
    history.append(NAMES, torch.tensor([[1.0, 0.1], [2.0, 0.2]]))
    history.append(NAMES, torch.tensor([[3.0, 0.3]]))
    return history


def test_rows_are_added_below_one_another():
    history = filled()
    assert list(history) == NAMES and len(history) == 2 and history.rows == 3
    assert history["critic_loss"].tolist() == [1, 2, 3]
    assert history.last() == pytest.approx({"critic_loss": 3.0, CLOCK: 0.3})


def test_what_is_recorded_does_not_change_with_the_tensor_it_came_from():
    history, rows = History(), torch.ones(2, 2)
    history.append(NAMES, rows)
    rows.zero_()
    assert history["critic_loss"].tolist() == [1, 1]


def test_an_empty_history_is_empty():
    history = History()
    assert history.rows == 0 and history.last() == {} and not history
    history.append(NAMES, torch.zeros(0, 2))
    assert history.rows == 0 and history.last() == {}


def test_columns_are_fixed_by_the_first_row():
    with pytest.raises(ValueError, match="names must be"):
        filled().append(["critic_loss", "penalty"], torch.ones(1, 2))
    with pytest.raises(ValueError):
        filled().append(NAMES, torch.ones(1, 3))


def test_a_column_that_is_not_there_is_met_with_those_that_are():
    with pytest.raises(KeyError, match="the history has critic_loss, seconds; no speed"):
        filled()["speed"]
    with pytest.raises(KeyError, match="no rows yet"):
        History()["speed"]
    assert "speed" not in filled() and filled().get("speed") is None


def test_the_file_has_one_line_a_step(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("from before")
    write_history(path, filled())
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["1", "2", "3"]
    assert [float(row["critic_loss"]) for row in rows] == [1, 2, 3]
    assert path.read_bytes().count(b"\r") == 0
    assert [file.name for file in tmp_path.iterdir()] == ["history.csv"], "nothing is left aside"


def test_an_empty_history_is_a_file_with_a_header(tmp_path):
    write_history(tmp_path / "history.csv", History())
    assert (tmp_path / "history.csv").read_text().splitlines() == ["step"]
