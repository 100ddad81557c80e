"""GANs that differ in who measures, and a generator that is trained on exact plans."""

from dataclasses import replace

import pytest
import torch

from wgan_lib import networks
from wgan_lib.distributions import gaussian, gaussian_ring
from wgan_lib.experiments import studies
from wgan_lib.experiments.measurers import DIGITS, MEASURERS, RING, MeasurerStudy
from wgan_lib.experiments.studies import STUDIES, load_study, measured_run
from wgan_lib.lipschitz import upper_bound
from wgan_lib.training.plan_only import train_on_plans
from wgan_lib.training.settings import Settings

SMALL = replace(RING, critic=(2, 8, 8, 1), settings=Settings(steps=3, batch_size=16))


def same_weights(one, other):
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_a_generator_on_plans_finds_a_shift():
    """The law is that of the latent vectors, shifted: the mean has to move, and nothing else."""
    torch.manual_seed(0)
    generator = networks.Generator(2, torch.nn.Linear(2, 2))
    settings = {"steps": 120, "batch_size": 64, "learning_rate": 0.1, "final_rate": 0.0}
    distances = train_on_plans(generator, gaussian([3.0, 0.0]).sample, **settings)
    assert len(distances) == 120 and distances[-1] < distances[0] / 3
    assert generator[0].bias.tolist() == pytest.approx([3.0, 0.0], abs=0.25)


def test_a_seed_makes_the_same_generator_and_torchs_own_state_stays():
    torch.manual_seed(7)
    wanted = torch.rand(1)
    torch.manual_seed(7)
    played = [SMALL.play("plans", seed).generator for seed in (0, 0, 1)]
    assert torch.equal(torch.rand(1), wanted)
    assert same_weights(played[0], played[1]) and not same_weights(played[0], played[2])


def test_each_measurer_is_what_its_name_says():
    played = {name: SMALL.play(name, 0, steps=2) for name in MEASURERS}
    assert played["plans"].critic is None
    assert upper_bound(played["certified"].critic) == pytest.approx(1, abs=1e-4)
    widths = [layer.out_features for layer in played["penalty"].critic if hasattr(layer, "bias")]
    assert widths == [8, 8, 1]
    with pytest.raises(ValueError, match="measurer must be one of"):
        SMALL.play("plan", 0)


def test_a_run_of_the_study_says_how_far_its_samples_are(monkeypatch):
    study = MeasurerStudy("tiny", "for a test", SMALL, (0,))
    monkeypatch.setitem(STUDIES, "tiny", study)
    for name in MEASURERS:
        (row,), about = measured_run(study, name, 0)
        assert about["ended"] == "finished" and row["step"] == 3
        assert row["wasserstein"] > 0.1 and row["covered"] <= len(gaussian_ring().modes)
        assert (row["estimate"] == row["wasserstein"]) == (name == "plans")


@pytest.mark.parametrize("name", ["ring-measurers", "digits-measurers"])
def test_what_is_stored_is_of_the_study_as_it_is(name):
    runs = load_study(name).runs
    assert set(runs) == {(measurer, seed) for seed in (0, 1, 2) for measurer in MEASURERS}
    match = studies.find(name).match
    assert match in (RING, DIGITS)
    assert all(run["step"].tolist() == [match.settings.steps] for run in runs.values())
