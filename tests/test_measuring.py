"""Estimators held against pairs of which the truth is known."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from wgan_lib import measuring
from wgan_lib.cone_pairs import three_cones
from wgan_lib.distributions import gaussian
from wgan_lib.funnels import FunnelPair, SemiDiscretePair
from wgan_lib.lipschitz.layers import lipschitz_mlp
from wgan_lib.measuring.contestants import CONTESTANTS, Contestant, find, fit
from wgan_lib.measuring.estimators import BatchPlan, CriticEstimate, CTransform, SlicedEstimate
from wgan_lib.measuring.measurement import gradient_cosine, measure
from wgan_lib.networks import mlp
from wgan_lib.potential_pairs import GaussiansOnTheLine, Shifted
from wgan_lib.transport import cost_matrix, optimal_plan, wasserstein

PAIR = FunnelPair(2, 4)
PAIRS = [PAIR, SemiDiscretePair(4), GaussiansOnTheLine(0, 1, 1, 2), three_cones()]
CERTIFIED = ("cayley", "cayley-full-sort", "householder", "matrix-exp", "aol", "sll", "funnels")


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# ------------------------------------------------------------------ what is measured


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_the_true_potential_is_found_faultless(pair):
    found = measure(pair.potential, pair, 4000, seeded())
    assert found.ratio == pytest.approx(1, abs=0.1)
    assert found.estimate == pytest.approx(found.ratio * pair.w1)
    assert found.cosine == pytest.approx(1, abs=1e-6)
    assert found.steepest == pytest.approx(1, abs=1e-3)
    assert found.certified is None and found.bound is None  # a function certifies nothing


@pytest.mark.parametrize("factor", [0.5, 3.0, -1.0])
def test_value_and_gradient_are_judged_apart(factor):
    true, found = (
        measure(lambda x, k=k: k * PAIR.potential(x), PAIR, 1000, seeded()) for k in (1, factor)
    )
    assert found.ratio == pytest.approx(factor * true.ratio)
    assert found.cosine == pytest.approx(1 if factor > 0 else -1)
    assert found.steepest == pytest.approx(abs(factor), rel=1e-3)


def test_a_network_is_measured_as_it_is_and_left_as_it_was():
    torch.manual_seed(0)
    critic = lipschitz_mlp([2, 8, 1], constraint="spectral").train()
    before = {name: value.clone() for name, value in critic.state_dict().items()}
    state = torch.random.get_rng_state()
    found = measure(critic, PAIR, 300, seeded())
    assert found == measure(critic, PAIR, 300, seeded())
    assert critic.training and torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(before[name], value) for name, value in critic.state_dict().items())
    assert found.certified >= found.steepest
    assert found.bound.normalised == pytest.approx(found.estimate / found.certified, rel=1e-5)


def test_a_critic_that_knows_nothing_has_no_gradient():
    critic = nn.Linear(2, 1)
    nn.init.zeros_(critic.weight)
    found = measure(critic, PAIR, 100, seeded())
    assert (found.estimate, found.cosine, found.steepest, found.certified) == (0, 0, 0, 0)
    assert found.bound is None


def test_laws_without_a_diameter_have_no_bound():
    pair = Shifted(gaussian([0.0, 0.0]), (1.0, 0.0))
    assert measure(lipschitz_mlp([2, 4, 1]), pair, 100, seeded()).bound is None


@given(st.integers(0, 99))
@settings(max_examples=20)
def test_the_cosine_is_that_of_two_functions(seed):
    g, h = torch.randn(2, 6, 3, generator=seeded(seed))
    expected = (g * h).sum() / (g.square().sum() * h.square().sum()).sqrt()
    assert gradient_cosine(g, h) == pytest.approx(expected.item(), abs=1e-6)
    assert gradient_cosine(2 * g, g) == pytest.approx(1)


@pytest.mark.parametrize("options", [{"n": 1}, {"batch": 0}, {"confidence": 1.0}])
def test_bad_measurements_are_named(options):
    with pytest.raises(ValueError, match=f"{next(iter(options))} must be"):
        measure(lipschitz_mlp([2, 4, 1]), PAIR, generator=seeded(), **{"n": 50} | options)


def test_nothing_is_held_against_a_distance_of_0():
    with pytest.raises(ValueError, match="pair must have a W₁ above 0, got 0"):
        measure(lambda points: points[:, 0], GaussiansOnTheLine(0, 1, 0, 1), 50)


# ------------------------------------------------------------------ estimates from batches


@given(st.integers(0, 99))
@settings(max_examples=10)
def test_no_c_transform_and_no_shadow_exceeds_the_distance_between_the_batches(seed):
    torch.manual_seed(seed)
    critic, (x, y) = mlp([2, 16, 1]), PAIR.sample(30, seeded(seed))
    exact = wasserstein(x, y).item()
    assert CTransform(critic).estimate(x, y).item() <= exact + 1e-6
    assert SlicedEstimate(20).estimate(x, y).item() <= exact + 1e-6
    assert BatchPlan().estimate(x, y).item() == pytest.approx(exact)


def test_the_c_transform_of_the_best_potential_is_the_distance():
    x, y = PAIR.p.sample(40, seeded(1)), PAIR.q.sample(40, seeded(2))
    cost, masses = cost_matrix(x, y), torch.full((40,), 1 / 40)
    _, v = optimal_plan(masses, masses, cost).potentials
    estimate = CTransform(lambda points: v[cost_matrix(points, y).argmin(1)]).estimate(x, y)
    assert estimate.item() == pytest.approx(wasserstein(x, y).item(), rel=1e-5)


def test_the_plan_between_batches_costs_too_much_and_less_so_for_larger_ones():
    pair = FunnelPair(8, 4)
    small, large = (measure(BatchPlan(), pair, 512, seeded(), batch=n).ratio for n in (32, 512))
    assert small > large > 1.2


def test_a_generator_gets_from_a_plan_the_way_to_its_partner():
    x, y = PAIR.p.sample(20, seeded(1)), PAIR.q.sample(20, seeded(2))
    masses = torch.full((20,), 1 / 20)
    partner = optimal_plan(masses, masses, cost_matrix(x, y)).plan.argmax(1)
    ways = y[partner] - x
    ways = ways / ways.norm(dim=1, keepdim=True)
    assert torch.allclose(BatchPlan().gradient(x, y), ways, atol=1e-5)
    found = measure(BatchPlan(), PAIR, 100, seeded(), batch=50)
    assert (found.steepest, found.certified, found.bound) == (None, None, None)


def test_shadows_of_a_shift_are_shorter_than_it_by_a_known_share():
    """2/π of it in the plane (Rabin et al. 2011); and they point the right way."""
    pair = Shifted(gaussian([0.0, 0.0], 0.01), (3.0, 4.0))
    found = measure(SlicedEstimate(500), pair, 200, seeded())
    assert found.ratio == pytest.approx(2 / torch.pi, abs=0.05)
    assert found.cosine > 0.99


# ------------------------------------------------------------------ the contestants


@pytest.mark.parametrize("name", CONTESTANTS)
def test_everybody_can_be_trained_and_measured(name):
    state = torch.random.get_rng_state()
    found = measure(fit(name, PAIR, steps=3, seed=1, batch=16), PAIR, 64, seeded(), batch=64)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert found == measure(fit(name, PAIR, 3, 1, 16), PAIR, 64, seeded(), batch=64)
    if name in CERTIFIED:
        assert found.steepest <= found.certified <= 1 + 1e-5
        assert found.bound.value <= PAIR.w1


def test_seeds_decide():
    one, two = (fit("aol", PAIR, 2, seed, 16).critic()(torch.ones(1, 2)) for seed in (0, 1))
    assert not torch.equal(one, two)


@pytest.mark.training
@pytest.mark.parametrize("seed", range(2))
def test_orthogonal_layers_learn_a_ramp_and_a_clipped_critic_has_some_other_slope(seed):
    pair = GaussiansOnTheLine(0.0, 0.5, 1.0, 0.5)
    cayley, clipped = (
        measure(fit(name, pair, 40, seed, 128), pair, 2000, seeded(seed))
        for name in ("cayley", "clipping")
    )
    assert 0.85 < cayley.ratio < 1.05 and cayley.cosine > 0.95
    assert clipped.ratio < 0.85 or clipped.ratio > 1.05


def test_what_decides_a_result_is_told_in_words():
    words = CONTESTANTS["penalty"].identity()
    assert words["learning_rate"] == str(CONTESTANTS["penalty"].settings.learning_rate)
    assert "penalty=10.0" in words["objective"] and "steps" not in words
    assert all(each.name == name and each.about for name, each in CONTESTANTS.items())
    assert all(isinstance(v, str) for c in CONTESTANTS.values() for v in c.identity().values())
    assert "objective" not in CONTESTANTS["sliced"].identity()


def test_a_contestant_of_ones_own_needs_no_list():
    own = Contestant("own", "a line", lambda dimension: lipschitz_mlp([dimension, 1]))
    assert isinstance(fit(own, PAIR, 2, 0, 8), CriticEstimate)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("cayly", PAIR), "did you mean 'cayley'"),
        (("aol", PAIR, 0), "steps must be an integer"),
        (("aol", PAIR, 1, -1), "seed must be an integer"),
        (("aol", PAIR, 1, 0, 0), "batch_size must be an integer"),
        (("annealed-funnels", PAIR, 1, 0, 8, "gpu"), "device must be auto, cpu"),
    ],
)
def test_bad_contestants_are_named(arguments, word):
    with pytest.raises(ValueError, match=word):
        fit(*arguments)
    assert find("sll").name == "sll"


def test_everything_is_found_under_one_name():
    for name in measuring.__all__:
        assert getattr(measuring, name).__doc__ or name == "CONTESTANTS"
