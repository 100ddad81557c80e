"""The one-parameter game: by hand and by autograd, its circles, its spirals, and where it rests."""

import cmath
import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.dirac_gan import AT_REST, Game, closed_form_field, jacobian, vector_field
from wgan_lib.training.objectives import Loss

R1 = WGANGP(penalty=0.5, centre=0.0, where="real")
OBJECTIVES = [
    GAN(),
    NonSaturatingGAN(),
    WGAN(),
    WGANGP(),
    WGANGP(penalty=0.3, sided="one"),
    WGANGP(penalty=0.0),
    WGANGP(where="both", centre=0.5),
    R1,
]
FLAT = [GAN(), NonSaturatingGAN(), WGAN(clip=1e6)]  # without a penalty, and a clip that is far away
STRENGTH = {GAN: 0.5, NonSaturatingGAN: 0.5, WGAN: 1.0}  # how fast the field turns near (0, 0)
by_name = {"ids": lambda each: repr(each)}
numbers = st.floats(-3, 3)


def plane(n=200, seed=0):
    return 2 * torch.randn(n, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def radius(states):
    return states.norm(dim=-1)


# ------------------------------------------------------------------ the field


@pytest.mark.parametrize("objective", OBJECTIVES, **by_name)
def test_the_field_by_hand_is_that_of_the_losses(objective):
    states = plane()
    wanted = vector_field(objective, states)
    torch.testing.assert_close(closed_form_field(objective, states), wanted, rtol=1e-10, atol=1e-10)
    assert wanted.abs().max() > 0.1


@pytest.mark.parametrize("objective", OBJECTIVES, **by_name)
def test_each_game_of_a_batch_moves_as_if_it_were_alone(objective):
    states = plane(6).reshape(2, 3, 2)
    together = vector_field(objective, states)
    assert together.shape == states.shape
    alone = torch.stack([vector_field(objective, state) for state in states.reshape(-1, 2)])
    torch.testing.assert_close(together.reshape(-1, 2), alone, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("objective", OBJECTIVES, **by_name)
def test_the_field_is_minus_the_slope_of_each_player_s_own_loss(objective):
    """By finite differences of the losses of a critic that is a network."""
    theta, psi, h = 0.75, -1.25, 2**-20

    def losses(theta, psi):
        critic = torch.nn.Linear(1, 1, bias=False, dtype=torch.float64)
        torch.nn.init.constant_(critic.weight, psi)
        real, fake = torch.zeros(1, 1).double(), torch.tensor([[theta]], dtype=torch.float64)
        epsilon = torch.tensor([0.25]).double()
        of_critic = objective.critic_loss(critic, real, fake, epsilon).loss
        return objective.generator_loss(critic, fake).loss.item(), of_critic.item()

    slope_theta = (losses(theta + h, psi)[0] - losses(theta - h, psi)[0]) / (2 * h)
    slope_psi = (losses(theta, psi + h)[1] - losses(theta, psi - h)[1]) / (2 * h)
    found = vector_field(objective, [theta, psi]).tolist()
    assert found == pytest.approx([-slope_theta, -slope_psi], abs=1e-6)


@given(numbers, numbers)
def test_nothing_pulls_towards_the_middle_without_a_penalty(theta, psi):
    """GAN and WGAN: the push stands at right angles to the way from (0, 0), so they circle."""
    state = torch.tensor([theta, psi], dtype=torch.float64)
    for objective in (GAN(), WGAN()):
        assert abs(state @ vector_field(objective, state)) < 1e-12


@given(numbers, numbers)
def test_the_non_saturating_loss_pulls_a_little(theta, psi):
    """The field's part along the radius is −t·tanh(t/2) with t = ψθ: never outwards."""
    state = torch.tensor([theta, psi], dtype=torch.float64)
    pull = (state @ vector_field(NonSaturatingGAN(), state)).item()
    t = theta * psi
    assert pull == pytest.approx(-t * math.tanh(t / 2), abs=1e-12)


def test_lists_count_in_double_precision_and_tensors_keep_their_dtype():
    assert vector_field(GAN(), [1.0, 0.1]).dtype == torch.float64
    assert vector_field(GAN(), torch.tensor([1.0, 0.1])).dtype == torch.float32
    assert Game(GAN()).trajectory(torch.ones(2), 2).dtype == torch.float32
    with torch.no_grad():
        assert vector_field(GAN(), [1.0, 0.1]).tolist() == vector_field(GAN(), [1, 0.1]).tolist()


def test_an_objective_of_one_s_own_can_be_played():
    @dataclass(frozen=True)
    class Squares:
        def critic_loss(self, critic, real, fake, epsilon=None):
            loss = (critic(real) - 1).square().mean() + critic(fake).square().mean()
            return Loss(loss, {})

        def generator_loss(self, critic, fake):
            return Loss((critic(fake) - 1).square().mean(), {})

        def constrain(self, critic):
            pass

    theta, psi = 0.5, 0.7
    found = vector_field(Squares(), [theta, psi]).tolist()
    assert found == pytest.approx([-2 * (psi * theta - 1) * psi, -2 * psi * theta**2])
    with pytest.raises(TypeError, match=r"objective must be one of GAN, .*WGANGP, got Squares"):
        closed_form_field(Squares(), [theta, psi])


def test_a_subclass_is_not_taken_for_its_parent():
    class Other(GAN):
        pass

    with pytest.raises(TypeError, match="got Other"):
        closed_form_field(Other(), [0.0, 1.0])


# ------------------------------------------------------------------ eigenvalues


@pytest.mark.parametrize("objective", FLAT, **by_name)
def test_at_rest_the_field_only_turns(objective):
    """Eigenvalues ±i·f′(0): ±i/2 under the logistic losses, ±i under the Wasserstein loss."""
    strength = STRENGTH[type(objective)]
    wanted = torch.tensor([[0.0, strength], [-strength, 0.0]], dtype=torch.float64)
    torch.testing.assert_close(jacobian(objective), wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("penalty", [0.1, 0.5, 1.0, 3.0])
def test_a_penalty_centred_at_zero_damps(penalty):
    """−λ ± √(λ² − 1), where the paper has γ = 2λ."""
    objective = WGANGP(penalty=penalty, centre=0.0, where="real")
    found = torch.linalg.eigvals(jacobian(objective)).tolist()
    root = cmath.sqrt(penalty**2 - 1)
    wanted = [-penalty - root, -penalty + root]
    key = lambda z: (round(z.real, 6), round(z.imag, 6))  # noqa: E731
    assert sorted(found, key=key) == pytest.approx(sorted(wanted, key=key), abs=1e-5)


@pytest.mark.parametrize("rate", [0.05, 0.3, 1.0])
@pytest.mark.parametrize("objective", FLAT, **by_name)
def test_moving_at_once_leads_outwards(objective, rate):
    found = Game(objective, rate, simultaneous=True).multipliers().abs().tolist()
    wanted = math.sqrt(1 + (rate * STRENGTH[type(objective)]) ** 2)
    assert found == pytest.approx([wanted] * 2, abs=1e-12) and wanted > 1


@pytest.mark.parametrize("critic_steps", [1, 2, 5])
@pytest.mark.parametrize("objective", FLAT, **by_name)
def test_taking_turns_circles_up_to_a_bound_on_the_rate(objective, critic_steps):
    """The bound is 2/(f′(0)·√k) with k critic steps a round."""
    bound = 2 / (STRENGTH[type(objective)] * math.sqrt(critic_steps))
    below, above = (Game(objective, c * bound, critic_steps).multipliers() for c in (0.99, 1.01))
    assert below.abs().tolist() == pytest.approx([1.0, 1.0], abs=1e-9)
    assert above.abs().max() > 1.1


def test_the_matrix_of_a_round_is_what_a_round_does_nearby():
    for game in [Game(GAN(), 0.3), Game(R1, 0.2, critic_steps=3), Game(R1, 0.2, simultaneous=True)]:
        nearby = 1e-5 * torch.eye(2, dtype=torch.float64)
        moved = torch.stack([game.round(state) for state in nearby]) / 1e-5
        torch.testing.assert_close(game.matrix(), moved.T, rtol=1e-4, atol=1e-4)


# ------------------------------------------------------------------ games


def test_moving_at_once_grows_by_pythagoras():
    """The field is at right angles to the radius, so every step adds its own square."""
    path = Game(GAN(), 0.2, simultaneous=True).trajectory([1.0, 1.0], 300)
    steps = vector_field(GAN(), path[:-1])
    grown = radius(path[:-1]).square() + (0.2 * steps).square().sum(-1)
    torch.testing.assert_close(radius(path[1:]).square(), grown, rtol=1e-12, atol=0)
    assert radius(path[-1]) > 2 * radius(path[0])


def test_taking_turns_under_the_wasserstein_loss_conserves_an_ellipse():
    path = Game(WGAN(clip=100.0), 0.3).trajectory([1.0, 1.0], 2000)
    theta, psi = path.unbind(-1)
    conserved = theta.square() + psi.square() - 0.3 * theta * psi
    assert conserved.std() < 1e-9 * conserved.mean()


def test_the_usual_gan_moving_at_once_ends_on_a_circle_of_its_own():
    """Where the pull −t·tanh(t/2) balances the growth by Pythagoras: near √(2·rate)."""
    path = Game(NonSaturatingGAN(), 0.2, simultaneous=True).trajectory(
        [[1.0, 1.0], [0.1, 0.1]], 2500
    )
    assert torch.allclose(radius(path[-200:]), torch.tensor(0.4).double().sqrt(), rtol=0.03)


def test_clipping_ends_near_a_circle_as_wide_as_the_clip():
    path = Game(WGAN(clip=0.5), 0.05).trajectory([[2.0, 0.3], [-3.0, 0.4]], 2000)
    assert path[1:, :, 1].abs().max() <= 0.5
    assert ((radius(path[-300:]) / 0.5 - 1).abs() < 0.1).all()


def test_a_penalty_centred_at_one_never_settles():
    path = Game(WGANGP(penalty=0.5), 0.1).trajectory([[1.0, 1.0], [0.05, 0.01], [3.0, -2.0]], 1500)
    late = radius(path[-300:])
    assert late.min() > 1 and late.max() < 1.7


def test_a_strong_penalty_holds_the_critic_on_its_side_until_the_fake_is_twice_lambda_away():
    path = Game(WGANGP(penalty=5.0), 0.05).trajectory([1.0, 1.0], 600)
    theta, psi = path.unbind(-1)
    assert (psi > 0).all() and 9.0 < theta[-1] < 10.0


def test_a_penalty_centred_at_zero_settles():
    for game in (Game(R1, 0.1), Game(R1, 0.1, critic_steps=5), Game(R1, 0.1, simultaneous=True)):
        path = game.trajectory([[1.0, 1.0], [-2.0, 0.5]], 400)
        assert radius(path[-1]).max() < 1e-5


@given(numbers, numbers, st.integers(1, 4))
def test_a_round_is_its_steps(theta, psi, critic_steps):
    game, state = Game(GAN(), 0.3, critic_steps), torch.tensor([theta, psi], dtype=torch.float64)
    by_hand = state
    for _ in range(critic_steps):
        by_hand = game.critic_step(by_hand)
    by_hand = game.generator_step(by_hand)
    assert torch.equal(game.round(state), by_hand)
    assert torch.equal(game.trajectory(state, 1), torch.stack([state, by_hand]))


def test_players_that_move_at_once_do_not_see_each_other_s_move():
    game, state = Game(WGAN(clip=0.8), 0.5, simultaneous=True), torch.tensor([1.0, 0.6]).double()
    assert game.round(state).tolist() == pytest.approx([1.3, 0.1])
    assert Game(WGAN(clip=0.05), 0.5, simultaneous=True).round(state).tolist() == pytest.approx(
        [1.3, 0.05]
    ), "the clip is the critic's own affair"


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "kind", "word"),
    [
        (lambda: vector_field(GAN(), [1.0, 2.0, 3.0]), ValueError, "states must be pairs"),
        (lambda: vector_field(GAN(), 1.0), ValueError, "states must be pairs"),
        (lambda: vector_field(GAN(), [math.nan, 1.0]), ValueError, "states must hold finite"),
        (lambda: vector_field(GAN(), "here"), TypeError, "states must be a tensor"),
        (lambda: closed_form_field(GAN(), [[1.0]]), ValueError, "states must be pairs"),
        (lambda: jacobian(GAN(), [[0.0, 0.0]]), ValueError, "state must be one pair"),
        (lambda: Game(GAN(), rate=0.0), ValueError, "rate must be"),
        (lambda: Game(GAN(), rate="fast"), TypeError, "rate must be"),
        (lambda: Game(GAN(), critic_steps=0), ValueError, "critic_steps must be"),
        (lambda: Game(GAN(), 0.1, 2, True), ValueError, "critic_steps must be 1"),
        (lambda: Game(GAN()).trajectory([1.0, 1.0], 0), ValueError, "rounds must be"),
        (lambda: Game(GAN()).trajectory([1.0], 3), ValueError, "start must be pairs"),
        (lambda: Game(GAN()).round([math.inf, 0.0]), ValueError, "states must hold finite"),
    ],
)
def test_bad_input_is_named(call, kind, word):
    with pytest.raises(kind, match=word):
        call()


def test_a_game_that_runs_away_says_when_and_what_to_change():
    with pytest.raises(ValueError, match=r"rate must be small enough .* got 1: .*in round \d\d"):
        Game(WGANGP(penalty=10.0), 1.0).trajectory(torch.tensor([1.0, 0.5]), 1000)
    assert AT_REST == (0.0, 0.0)
