"""The papers' algebra: each loss on cases that can be worked out by hand."""

import math
import warnings

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from wgan_lib import networks
from wgan_lib.training.objectives import (
    GAN,
    WGAN,
    WGANGP,
    NonSaturatingGAN,
    mixed,
    score,
    scores,
)

DOUBLE = torch.float64
slopes = st.floats(-20, 20).filter(lambda k: abs(k) > 1e-3)


def column(*values):
    return torch.tensor(values, dtype=DOUBLE)[:, None]


def identity(points):
    return points


def points(n=16, seed=0, dimensions=2):
    return torch.randn(n, dimensions, dtype=DOUBLE, generator=torch.Generator().manual_seed(seed))


def small_critic(seed=0, **options):
    torch.manual_seed(seed)
    return networks.mlp([2, 16, 16, 1], **options).double()


# ------------------------------------------------------------------ Wasserstein


@given(st.floats(-10, 10))
def test_two_point_masses_under_the_identity_critic(theta):
    """f(x) = x on real δ_θ and fake δ₀: the critic's loss is −θ, the generator's is −f(fake)."""
    at_zero, at_theta = column(0.0, 0.0), column(theta, theta)
    loss, parts = WGAN().critic_loss(identity, real=at_theta, fake=at_zero)
    assert loss == -theta and parts["critic_estimate"] == theta
    assert WGAN().critic_loss(identity, real=at_zero, fake=at_theta).loss == theta
    assert WGAN().generator_loss(identity, at_theta).loss == -theta


@given(slopes)
def test_scaling_the_critic_scales_the_loss(k):
    real, fake = points(seed=1), points(seed=2)
    critic = small_critic()
    once = WGAN().critic_loss(critic, real, fake).loss
    scaled = WGAN().critic_loss(lambda x: k * critic(x), real, fake).loss
    assert torch.allclose(scaled, k * once, rtol=1e-12)


def test_adding_a_constant_to_the_critic_changes_nothing():
    real, fake, critic = points(seed=1), points(seed=2), small_critic()
    for objective in (WGAN(), WGANGP()):
        epsilon = torch.full((16,), 0.5, dtype=DOUBLE)
        once = objective.critic_loss(critic, real, fake, epsilon).loss
        shifted = objective.critic_loss(lambda x: critic(x) + 7, real, fake, epsilon).loss
        assert torch.allclose(once, shifted)


def test_labels_of_plus_and_minus_one_give_half_the_loss():
    """−mean(y·ŷ) over one batch of real (+1) and fake (−1) samples, as in Keras."""
    real, fake, critic = points(seed=1), points(seed=2), small_critic()
    labels = torch.cat([torch.ones(16, dtype=DOUBLE), -torch.ones(16, dtype=DOUBLE)])
    by_labels = -(labels * critic(torch.cat([real, fake])).flatten()).mean()
    assert torch.allclose(by_labels, WGAN().critic_loss(critic, real, fake).loss / 2)


@pytest.mark.parametrize("clip", [1.0, 0.01, 1e-4])
def test_every_weight_is_within_the_clip_afterwards(clip):
    critic = small_critic(norm="layer")
    WGAN(clip=clip).constrain(critic)
    assert max(p.abs().max() for p in critic.parameters()) == clip


def test_only_wgan_constrains():
    for objective in (GAN(), NonSaturatingGAN(), WGANGP()):
        critic = small_critic()
        before = [p.clone() for p in critic.parameters()]
        objective.constrain(critic)
        assert all(torch.equal(a, b) for a, b in zip(before, critic.parameters(), strict=True))


# ------------------------------------------------------------------ the penalty


@given(slopes, st.sampled_from(["segments", "real", "fake", "both"]))
def test_penalty_of_a_linear_critic(k, where):
    """|∇f| = |K| everywhere: the two-sided penalty is (|K| − 1)², the one-sided only above 1."""
    direction = torch.tensor([0.6, 0.8], dtype=DOUBLE)
    arguments = (lambda x: k * x @ direction, points(seed=1), points(seed=2))
    two = WGANGP(where=where).critic_loss(*arguments).parts
    one = WGANGP(where=where, sided="one").critic_loss(*arguments).parts
    assert two["penalty"].item() == pytest.approx((abs(k) - 1) ** 2, abs=1e-9)
    assert one["penalty"].item() == pytest.approx(max(abs(k) - 1, 0) ** 2, abs=1e-9)
    assert two["gradient_norm"].item() == pytest.approx(abs(k))


def test_penalty_weighs_and_centres():
    real, fake = points(seed=1), points(seed=2)
    direction = torch.tensor([3.0, 0.0], dtype=DOUBLE)
    plain = WGAN().critic_loss(lambda x: x @ direction, real, fake).loss
    loss = WGANGP(penalty=5.0, centre=2.0).critic_loss(lambda x: x @ direction, real, fake).loss
    assert (loss - plain).item() == pytest.approx(5.0 * (3 - 2) ** 2)
    free = WGANGP(penalty=0.0).critic_loss(lambda x: x @ direction, real, fake)
    assert free.loss == plain and "penalty" not in free.parts


def test_penalty_and_its_gradient_are_finite_where_the_critic_is_flat():
    critic = small_critic()
    with torch.no_grad():
        for parameter in critic[-1].parameters():
            parameter.zero_()
    loss, parts = WGANGP().critic_loss(critic, points(seed=1), points(seed=2))
    loss.backward()
    assert parts["penalty"].item() == pytest.approx(1.0, abs=1e-5)
    assert all(p.grad.isfinite().all() for p in critic.parameters())


def test_images_have_one_norm_a_sample():
    """A critic that sums 3×4×4 pixels has gradient norm √48, whatever the batch."""
    images = torch.randn(5, 3, 4, 4, dtype=DOUBLE)
    for n in (1, 5):
        parts = WGANGP().critic_loss(lambda x: x.sum((1, 2, 3)), images[:n], images[:n]).parts
        assert parts["gradient_norm"].item() == pytest.approx(math.sqrt(48))


def test_one_epsilon_a_sample():
    real, fake = torch.ones(64, 3, 4, 4), torch.zeros(64, 3, 4, 4)
    share = mixed(real, fake).flatten(1)
    assert (share == share[:, :1]).all(), "all pixels of a sample share their ε"
    assert share[:, 0].unique().numel() == 64, "no two samples share their ε"
    epsilon = torch.linspace(0, 1, 64)
    assert torch.equal(mixed(real, fake, epsilon)[:, 0, 0, 0], epsilon)


def test_penalty_pulls_the_slope_to_one_by_gradient_descent():
    k = torch.tensor(4.0, dtype=DOUBLE, requires_grad=True)
    optimiser = torch.optim.SGD([k], lr=0.05)
    same = points()
    for _ in range(200):
        loss = WGANGP(penalty=1.0).critic_loss(lambda x: k * x[:, 0], same, same).loss
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert k.item() == pytest.approx(1.0, abs=1e-4)


def test_gradient_inside_a_compiled_loss_is_the_same(monkeypatch):
    """Under torch.compile the gradient comes from torch.func; eager takes torch.autograd."""
    critic, real, fake = small_critic(), points(seed=1), points(seed=2)
    epsilon = torch.rand(16, dtype=DOUBLE)

    def gradients():
        loss = WGANGP().critic_loss(critic, real, fake, epsilon).loss
        return torch.autograd.grad(loss, critic.parameters(), allow_unused=True)

    eager = gradients()
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    for a, b in zip(eager, gradients(), strict=True):
        assert (a is None and b is None) or torch.allclose(a, b, atol=1e-12)


# ------------------------------------------------------------------ the GAN objectives


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_gan_losses_in_closed_form(real_score, fake_score):
    def sigmoid(s):
        return 1 / (1 + math.exp(-s))

    real, fake = column(real_score), column(fake_score)
    expected = -math.log(sigmoid(real_score)) - math.log(sigmoid(-fake_score))
    assert GAN().critic_loss(identity, real, fake).loss.item() == pytest.approx(expected)
    saturating = GAN().generator_loss(identity, fake).loss.item()
    assert saturating == pytest.approx(math.log(sigmoid(-fake_score)))
    climbing = NonSaturatingGAN().generator_loss(identity, fake).loss.item()
    assert climbing == pytest.approx(-math.log(sigmoid(fake_score)))


@given(st.floats(-30, 30))
def test_generator_gradients_in_closed_form(fake_score):
    """d/ds log(1 − σ(s)) = −σ(s) saturates; d/ds (−log σ(s)) = −σ(−s) does not."""
    for objective, expected in (
        (GAN(), -1 / (1 + math.exp(-fake_score))),
        (NonSaturatingGAN(), -1 / (1 + math.exp(fake_score))),
    ):
        fake = column(fake_score).requires_grad_()
        objective.generator_loss(identity, fake).loss.backward()
        assert fake.grad.item() == pytest.approx(expected, rel=1e-9)


def test_gan_estimate_is_the_js_divergence_for_the_best_critic():
    """Two atoms, P = (¾, ¼), Q = (¼, ¾): the logit of D* is log p/q."""
    real, fake = column(0, 0, 0, 1), column(0, 1, 1, 1)
    estimate = GAN().critic_loss(lambda x: math.log(3) * (1 - 2 * x), real, fake).parts
    half = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert estimate["critic_estimate"].item() == pytest.approx(half, abs=1e-12)
    blind = GAN().critic_loss(lambda x: 0 * x, real, fake).parts["critic_estimate"]
    assert blind.item() == pytest.approx(0.0, abs=1e-12)


# ------------------------------------------------------------------ batch norm, scores, arguments


def test_one_pass_and_two_passes_give_the_same_scores():
    critic, real, fake = small_critic(), points(seed=1), points(n=7, seed=2)
    one_pass = scores(critic, real, fake)
    assert torch.allclose(one_pass[0], score(critic, real))
    assert torch.allclose(one_pass[1], score(critic, fake))


def test_a_critic_with_batch_norm_meets_one_law_at_a_time():
    critic = small_critic(norm="batch")
    seen = []
    critic.register_forward_pre_hook(lambda module, inputs: seen.append(len(inputs[0])))
    scores(critic, points(), points(n=7))
    assert seen == [16, 7]


def test_batch_norm_under_a_penalty_warns_once_with_the_coupling():
    critic = small_critic(norm="batch")
    before = [b.clone() for b in critic.buffers()]
    with pytest.warns(UserWarning, match=r"batch norm: \d+% of the sensitivity"):
        WGANGP(penalty=0.0).critic_loss(critic, points(seed=1), points(seed=2))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        WGANGP().critic_loss(critic, points(seed=1), points(seed=2))
        WGAN().critic_loss(small_critic(norm="batch"), points(seed=1), points(seed=2))
        WGANGP().critic_loss(small_critic(norm="layer"), points(seed=1), points(seed=2))
        WGANGP().critic_loss(small_critic(norm="batch").eval(), points(), points(seed=2))
    assert len(before) == len(list(critic.buffers()))


def test_losses_detach_their_parts():
    for objective in (GAN(), NonSaturatingGAN(), WGAN(), WGANGP()):
        loss, parts = objective.critic_loss(small_critic(), points(seed=1), points(seed=2))
        assert loss.requires_grad and loss.dim() == 0
        assert parts and all(p.dim() == 0 and not p.requires_grad for p in parts.values())


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: WGAN(clip=0.0), "clip"),
        (lambda: WGAN(clip=-0.01), "clip"),
        (lambda: WGANGP(penalty=-1.0), "penalty"),
        (lambda: WGANGP(penalty=float("nan")), "penalty"),
        (lambda: WGANGP(sided="three"), "sided"),
        (lambda: WGANGP(where="segment"), "did you mean 'segments'"),
        (lambda: WGANGP(centre=-1.0), "centre"),
    ],
)
def test_bad_arguments_are_named(make, word):
    with pytest.raises(ValueError, match=word):
        make()


def test_objectives_are_frozen():
    with pytest.raises(AttributeError):
        WGAN().clip = 1.0
