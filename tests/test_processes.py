"""One process or two under torchrun: the same run, for the same global batch.

This file is also the program that torchrun starts: python test_processes.py FOLDER.
"""

import atexit
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from wgan_lib import WGAN, WGANGP, networks, train
from wgan_lib.distributions import gaussian_ring
from wgan_lib.ground import checkpoints
from wgan_lib.ground.devices import is_main_process, process_count
from wgan_lib.training.history import CLOCK
from wgan_lib.training.loop import StopTraining

pytestmark = [
    pytest.mark.training,
    pytest.mark.skipif(
        not dist.is_available() or not dist.is_gloo_available() or os.name != "posix",
        reason="starts processes that talk through gloo",
    ),
]
OBJECTIVES = {"wgan": WGAN(0.05), "wgan-gp": WGANGP()}
STEPS, HALF = 8, 4


def run_of(name, seed=0, **options):
    """In float64: the optimisers divide by the size of a gradient, rounding errors by their own."""
    torch.set_default_dtype(torch.float64)
    try:
        return run_in_default_dtype(name, seed, **options)
    finally:
        torch.set_default_dtype(torch.float32)


def run_in_default_dtype(name, seed, **options):
    torch.manual_seed(seed)
    pair = networks.toy_mlp(width=16)
    settings = {"steps": STEPS, "batch_size": 16, "critic_steps": 3, "critic_warmup": 1}
    rates = {"optimiser": "rmsprop", "learning_rate": 1e-3, "averaging": 0.9, "final_rate": 0.5}
    settings |= rates | {"device": "cpu", "log_every": 3} | options
    return train(*pair, gaussian_ring().sample, OBJECTIVES[name], **settings)


def stop_half_way(run):
    if run.step == HALF:
        raise StopTraining


# ------------------------------------------------------------------ what torchrun starts


def program(folder):
    """Every run of this file; each process leaves a report of what it saw."""
    report, rank = {}, int(os.environ["RANK"])
    # What is registered first is called last: after whatever the library does at the end.
    atexit.register(lambda: (folder / f"end-{rank}").write_text(str(dist.is_initialized())))
    for name in OBJECTIVES:
        # Each process starts with other weights of its own: those of the first must win.
        report[name] = seen(run_of(name, seed=rank, checkpoint=folder / f"{name}.pt"))
    for path in (folder / "of-one.pt", folder / "of-two.pt"):
        if path.name == "of-two.pt":
            run_of("wgan-gp", checkpoint=path, callbacks=[stop_half_way])
            dist.barrier()
        report[path.name] = seen(run_of("wgan-gp", checkpoint=path))
    report["refusal"] = refusal(batch_size=15)
    report["processes"], report["main"] = process_count(), is_main_process()
    torch.save(report, folder / f"report-{rank}.pt")


def seen(run):
    """All that two processes must agree on."""
    parts = {"generator": run.generator, "critic": run.critic, "averaged": run.averaged}
    states = {f"{n} {k}": v for n, part in parts.items() for k, v in part.state_dict().items()}
    return states | {k: v for k, v in run.history.items() if k != CLOCK} | {"step": run.step}


def refusal(**options):
    try:
        run_of("wgan", **options)
    except ValueError as error:
        return str(error)


# ------------------------------------------------------------------ the tests


@pytest.fixture(scope="module")
def folder(tmp_path_factory, environment) -> Path:
    """What two processes left; a run that one process took half way was there before."""
    folder = tmp_path_factory.mktemp("processes")
    run_of("wgan-gp", checkpoint=folder / "of-one.pt", callbacks=[stop_half_way])
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    done = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", __file__, str(folder)],
        env=environment | {"OMP_NUM_THREADS": "1"}, capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (folder / "stderr").write_text(done.stderr)
    return folder


@pytest.fixture(scope="module")
def reports(folder):
    return [torch.load(folder / f"report-{rank}.pt") for rank in (0, 1)]


def assert_close(found, wanted):
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        torch.testing.assert_close(found[key], value, rtol=1e-5, atol=1e-6, msg=f"{key} differs")


def test_there_were_two_processes_and_one_was_the_main_one(reports):
    assert [report["processes"] for report in reports] == [2, 2]
    assert [report["main"] for report in reports] == [True, False]


@pytest.mark.parametrize("name", OBJECTIVES)
def test_two_processes_learn_what_one_learns(reports, name):
    """Weights, averaged weights and history; the penalty is differentiated in the shared loss."""
    alone = seen(run_of(name))
    assert len(alone["critic_loss"]) == STEPS
    for report in reports:
        assert_close(report[name], alone)


@pytest.mark.parametrize("name", [*OBJECTIVES, "of-one.pt", "of-two.pt"])
def test_both_processes_have_the_same_weights_and_history(reports, name):
    first, second = (report[name] for report in reports)
    assert all(torch.equal(torch.as_tensor(first[k]), torch.as_tensor(second[k])) for k in first)


@pytest.mark.parametrize("path", ["of-one.pt", "of-two.pt"])
def test_two_processes_take_up_a_run_of_one_or_of_two(reports, path):
    assert_close(reports[0][path], seen(run_of("wgan-gp")))


def test_resuming_under_two_processes_changes_nothing_at_all(reports):
    resumed, straight = reports[0]["of-two.pt"], reports[0]["wgan-gp"]
    assert all(torch.equal(torch.as_tensor(resumed[k]), torch.as_tensor(straight[k]))
               for k in straight)  # fmt: skip


def test_one_process_writes_the_checkpoint_for_all(folder, reports):
    contents = checkpoints.load(folder / "wgan-gp.pt")
    assert contents["step"] == STEPS
    for key, value in contents["critic"].items():
        assert torch.equal(value, reports[0]["wgan-gp"][f"critic {key}"])
    assert not any("module." in key for key in contents["generator"])
    alone = seen(run_of("wgan-gp", checkpoint=folder / "wgan-gp.pt"))
    assert_close(alone, reports[0]["wgan-gp"])


def test_a_batch_that_cannot_be_shared_is_refused(reports):
    assert "batch_size must be a multiple of the 2 processes, got 15" in reports[1]["refusal"]


def test_the_processes_part_at_the_end_and_without_a_word(folder):
    assert [(folder / f"end-{rank}").read_text() for rank in (0, 1)] == ["False", "False"]
    assert "arning" not in (folder / "stderr").read_text()


if __name__ == "__main__":
    program(Path(sys.argv[1]))
