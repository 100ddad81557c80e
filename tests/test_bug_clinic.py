"""The study of the ward: which runs it has, what it stores, and how samples are kept."""

from dataclasses import replace

import joblib
import pytest
import torch

from wgan_lib.experiments import bug_clinic, studies
from wgan_lib.experiments.bug_clinic import BUG_CLINIC, LoopStudy, load_samples, write_samples
from wgan_lib.images.datasets import digits
from wgan_lib.ward import CASES, HEALTHY, run
from wgan_lib.ward.healthy import PENALISED

SHORT = replace(PENALISED, steps=5)


def test_every_loop_that_differs_is_run_once():
    loops = BUG_CLINIC.loops
    for name, case in CASES.items():
        assert case.loop is loops[name] if name in loops else case.loop in HEALTHY.values()
        assert case.mended in loops.values()
    assert HEALTHY.items() <= loops.items()
    assert all(a is b or a != b for a in loops.values() for b in loops.values())


def test_images_take_three_seeds_and_points_five():
    for name, loop in BUG_CLINIC.loops.items():
        seeds = [seed for each, seed in BUG_CLINIC.pairs() if each == name]
        assert seeds == ([0, 1, 2] if loop.data is digits else [0, 1, 2, 3, 4])


def test_any_loop_can_be_sent_to_another_process():
    """As `--jobs 2` does with the whole study."""
    there_and_back = joblib.Parallel(n_jobs=2)(
        joblib.delayed(replace)(BUG_CLINIC) for _ in range(2)
    )
    assert there_and_back == [BUG_CLINIC] * 2


def test_a_study_of_loops_stores_what_a_stay_measures(tmp_path):
    sick = replace(CASES["bare-root"].loop, steps=5)
    study = LoopStudy("tiny", "two short stays", {"well": SHORT, "sick": sick}, seeds=(3,))
    found = studies.run_study(study, tmp_path)
    stay = run(SHORT, 3)
    for name, column in found.runs["well", 3].items():
        assert column.tolist() == pytest.approx(stay.columns[name].tolist(), rel=1e-5), name
    assert found.runs["sick", 3]["step"].tolist() == [0]
    ended = {about["recipe"]: about["ended"] for about in found.about["runs"]}
    assert ended == {"well": "finished", "sick": "diverged: no finite numbers after 1 steps"}


def test_another_piece_is_another_study():
    words = BUG_CLINIC.identity()
    assert words["norm-over-batch: gradient_penalty"] == "norm_over_batch"
    assert words["healthy-clip: gradient_penalty"] == "None"
    changed = LoopStudy("a", "b", {"x": replace(SHORT, weight=2.0)}).identity()
    assert changed != LoopStudy("a", "b", {"x": SHORT}).identity()


def test_samples_are_kept_in_few_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(bug_clinic, "sample_file", lambda: tmp_path / "samples.npz")
    points = {step: 40 * torch.randn(500, 2) for step in range(11)}
    images = {step: torch.rand(500, 1, 28, 28) * 2 - 1 for step in (0, 4)}
    assert write_samples({"points": points, "images": images}).stat().st_size < 60_000
    found = load_samples("points")
    assert list(found) == [0, 2, 5, 8, 10]
    for step, kept in found.items():
        torch.testing.assert_close(kept, points[step][:200].clamp(-128, 128), atol=5e-3, rtol=0)
    torch.testing.assert_close(load_samples("images")[4], images[4][:16], atol=0.07, rtol=0)
    with pytest.raises(KeyError, match="nobody"):
        load_samples("nobody")
