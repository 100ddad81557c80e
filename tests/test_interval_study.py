"""The study of intervals: what a draw is, and that the same seed draws the same."""

from pathlib import Path

import pytest
import torch

from wgan_lib.distributions import gaussian
from wgan_lib.experiments import studies
from wgan_lib.experiments.interval_study import INTERVAL_COVERAGE, IntervalStudy
from wgan_lib.experiments.measures import one_thread
from wgan_lib.known_pairs import KnownPair

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "distance.md").read_text(encoding="utf-8")
COLUMNS = ("w1", "lower", "upper", "plan")
PAIR = KnownPair("shift", gaussian([0.0, 0.0]), gaussian([1.0, 0.0]), 1.0)
TINY = IntervalStudy("tiny", "a test", {"shift": PAIR}, seeds=(0, 1), draws=3, points=30, steps=2)


def test_a_run_has_a_row_for_each_draw():
    rows, ended = TINY.measured("shift", 0)
    assert ended == "finished" and [row["step"] for row in rows] == [0, 1, 2]
    assert set(rows[0]) == {"step", "w1", "lower", "upper", "estimate", "plan"}
    assert all(row["w1"] == 1.0 and row["lower"] <= row["upper"] for row in rows)
    assert len({row["plan"] for row in rows}) == 3, "draws of a run must differ"
    assert TINY.measured("shift", 1).rows[0]["plan"] != rows[0]["plan"]


def test_another_process_draws_the_same(tmp_path):
    with one_thread():
        studies.run_study(TINY, tmp_path / "here")
    studies.run_study(TINY, tmp_path / "there", jobs=2)
    here, there = ((tmp_path / place / "tiny.csv").read_bytes() for place in ("here", "there"))
    assert here == there


def test_what_must_not_change_is_told():
    words = TINY.identity()
    assert words["points"] == "30" and words["shift: w1"] == "1.0000"
    assert set(INTERVAL_COVERAGE.identity()) > {"draws", "points", "steps", "confidence"}


def test_numbers_of_draws_are_checked():
    with pytest.raises(ValueError, match="draws must be an integer of at least 1, got 0"):
        IntervalStudy("none", "a test", {"shift": PAIR}, draws=0)
    with pytest.raises(ValueError, match="pair must be one of"):
        TINY.measured("shft", 0)


def test_the_stored_intervals_hold_w1_as_often_as_they_say():
    """95 % of all. For one pair at 95 %, fewer than 44 of 50 would have a chance of 1 %."""
    stored = studies.load_study(INTERVAL_COVERAGE.name)
    held = {name: 0 for name in INTERVAL_COVERAGE.names()}
    for (name, _), run in stored.runs.items():
        held[name] += int(((run["lower"] <= run["w1"]) & (run["w1"] <= run["upper"])).sum())
    assert all(44 <= count <= 50 for count in held.values()), held
    assert sum(held.values()) >= 0.95 * 50 * len(held)


def test_the_page_has_the_table_of_the_stored_intervals():
    stored = studies.load_study(INTERVAL_COVERAGE.name)
    for name in INTERVAL_COVERAGE.names():
        runs = [run for (pair, _), run in stored.runs.items() if pair == name]
        w1, lower, upper, plan = (torch.cat([r[k] for r in runs]) for k in COLUMNS)
        held = int(((lower <= w1) & (w1 <= upper)).sum())
        means = " | ".join(f"{each.mean():.2f}" for each in (w1, lower, upper, plan))
        assert f"| {name} | {means} | {held} of {len(w1)} |" in PAGE
