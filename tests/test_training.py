"""The loop: pure in its seed, quiet towards the device, honest about failure."""

import copy
import warnings

import numpy
import pytest
import torch
from torch import nn

from wgan_lib import GAN, WGAN, WGANGP, NonSaturatingGAN, networks, train
from wgan_lib.distributions import gaussian, gaussian_ring
from wgan_lib.ground import checkpoints
from wgan_lib.training.history import CLOCK
from wgan_lib.training.loop import (
    DivergedError,
    StopTraining,
    critic_step,
    generator_step,
    training_iteration,
)
from wgan_lib.training.run import Run
from wgan_lib.training.settings import Settings

RING = gaussian_ring()
OBJECTIVES = [GAN(), NonSaturatingGAN(), WGAN(), WGANGP()]


def pair(seed=0, width=16):
    torch.manual_seed(seed)
    return networks.toy_mlp(width=width)


def short_run(objective=None, seed=0, **options):
    options = {"steps": 6, "batch_size": 16, "critic_steps": 2, "device": "cpu", **options}
    objective = objective or WGANGP()
    return train(*pair(), RING.sample, objective, seed=seed, **options)


def weights(run):
    return torch.cat([p.detach().flatten() for p in [*run.generator.parameters(),
                                                     *run.critic.parameters()]])  # fmt: skip


def run_of(objective, device="cpu", sample=RING.sample, **settings):
    settings = Settings(**{"batch_size": 16, "critic_steps": 2, **settings})
    return Run(*pair(), sample, objective, settings, torch.device(device))


# ------------------------------------------------------------------ steps


def test_a_critic_step_moves_the_critic_alone_and_builds_no_generator_graph():
    run = run_of(WGAN(clip=1.0))
    before = copy.deepcopy(run.generator.state_dict())
    old_critic = copy.deepcopy(run.critic.state_dict())
    critic_step(
        run.critic_player, run.objective, run.draw_real(), run.draw_fake(), run.draw_epsilon()
    )
    assert all(torch.equal(before[k], v) for k, v in run.generator.state_dict().items())
    assert any(not torch.equal(old_critic[k], v) for k, v in run.critic.state_dict().items())
    assert all(p.grad is None for p in run.generator.parameters())


def test_a_generator_step_moves_the_generator_alone():
    run = run_of(WGAN(clip=1.0))
    before = copy.deepcopy(run.critic.state_dict())
    generator_step(run.generator_player, run.critic, run.draw_latent())
    assert all(torch.equal(before[k], v) for k, v in run.critic.state_dict().items())
    assert all(p.grad is None for p in run.critic.parameters()), "no gradient that is not used"
    assert all(p.requires_grad for p in run.critic.parameters()), "and it may learn again"


def test_a_critic_step_is_one_descent_of_its_loss():
    """With RMSprop on one batch, by hand."""
    run = run_of(WGAN(clip=10.0), optimiser="rmsprop", learning_rate=1e-2)
    critic = copy.deepcopy(run.critic)
    real, fake = run.draw_real(), run.draw_fake()
    optimiser = torch.optim.RMSprop(critic.parameters(), lr=1e-2)
    real_scores, fake_scores = critic(torch.cat([real, fake])).chunk(2)
    (fake_scores.mean() - real_scores.mean()).backward()
    optimiser.step()
    critic_step(run.critic_player, run.objective, real, fake, run.draw_epsilon())
    for a, b in zip(critic.parameters(), run.critic.parameters(), strict=True):
        assert torch.allclose(a, b, atol=1e-6)


def test_the_generator_meets_a_clipped_critic_after_its_full_share_of_steps():
    seen = []

    class Watched(WGAN):
        def critic_loss(self, critic, real, fake, epsilon=None):
            seen.append("critic")
            return super().critic_loss(critic, real, fake, epsilon)

        def generator_loss(self, critic, fake):
            assert max(p.abs().max() for p in critic.parameters()) <= self.clip
            seen.append("generator")
            return super().generator_loss(critic, fake)

    short_run(Watched(clip=0.02), steps=2, critic_steps=3, critic_warmup=2)
    assert seen == ["critic"] * 5 + ["generator"] + ["critic"] * 3 + ["generator"]


def test_every_step_has_fresh_noise_and_fresh_data():
    run = run_of(WGAN())
    draws = [run.draw_latent() for _ in range(3)] + [run.draw_real() for _ in range(3)]
    assert len({float(draw.sum()) for draw in draws}) == 6


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: type(o).__name__)
def test_nothing_in_a_round_waits_for_the_device(objective):
    """The meta device has no numbers: reading one, or mixing devices, raises."""
    run = run_of(objective, device="meta")
    for _ in range(3):
        statistics = training_iteration(run)
    assert all(value.device.type == "meta" for value in statistics.values())
    with pytest.raises((RuntimeError, NotImplementedError)):
        statistics["critic_loss"].item()


def test_the_meta_device_does_catch_a_mixed_device():
    run = run_of(WGAN(), device="meta")
    run.sample_real = lambda n, generator, device: torch.zeros(n, 2)
    with pytest.raises((RuntimeError, ValueError)):
        training_iteration(run)


# ------------------------------------------------------------------ runs


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda o: type(o).__name__)
def test_a_run_is_a_function_of_its_seed(objective):
    first, again, other = (short_run(objective, seed=s) for s in (3, 3, 4))
    assert torch.equal(weights(first), weights(again))
    assert not torch.equal(weights(first), weights(other))
    for name in set(first.history) - {CLOCK}:
        assert torch.equal(first.history[name], again.history[name])


def test_the_state_of_torch_outside_does_not_matter():
    first = short_run(seed=1)
    networks_before = pair()
    torch.manual_seed(99)
    torch.rand(5)
    again = train(*networks_before, RING.sample, WGANGP(), steps=6, batch_size=16,
                  critic_steps=2, device="cpu", seed=1)  # fmt: skip
    assert torch.equal(weights(first), weights(again))


def test_how_often_one_looks_does_not_matter():
    assert torch.equal(weights(short_run(log_every=1)), weights(short_run(log_every=100)))


def test_history_has_one_row_a_step():
    run = short_run(steps=7, log_every=3)
    names = ["critic_loss", "critic_estimate", "penalty", "gradient_norm", "generator_loss", CLOCK]
    assert list(run.history) == names
    assert all(len(column) == 7 for column in run.history.values())
    assert (run.history[CLOCK].diff() > 0).all()
    assert "step 7 of 7" in run.summary() and "critic_estimate" in run.summary()
    with pytest.raises(KeyError, match="no speed"):
        run.history["speed"]


def test_callbacks_see_every_step():
    seen = []
    short_run(callbacks=[lambda run: seen.append((run.step, run.history.rows))], log_every=2)
    assert seen == [(1, 0), (2, 2), (3, 2), (4, 4), (5, 4), (6, 6)]


def test_samples_follow_their_seed_and_leave_the_run_alone():
    run = short_run()
    state = run.random.get_state()
    assert run.sample(5).shape == (5, 2)
    assert torch.equal(run.sample(5, seed=1), run.sample(5, seed=1))
    assert not torch.equal(run.sample(5, seed=1), run.sample(5, seed=2))
    assert torch.equal(state, run.random.get_state()) and run.generator.training


def test_averaged_weights_are_the_moving_average():
    decay, expected = 0.5, []

    def follow(run):
        current = torch.cat([p.detach().flatten() for p in run.generator.parameters()])
        expected.append(decay * expected[-1] + (1 - decay) * current if expected else None)

    torch.manual_seed(0)
    generator, critic = networks.toy_mlp(width=16)
    expected.append(torch.cat([p.detach().flatten().clone() for p in generator.parameters()]))
    run = train(generator, critic, RING.sample, WGANGP(), steps=5, batch_size=16, device="cpu",
                averaging=decay, callbacks=[follow])  # fmt: skip
    averaged = torch.cat([p.detach().flatten() for p in run.averaged.parameters()])
    assert torch.allclose(averaged, expected[-1], atol=1e-6)
    assert not torch.equal(run.sample(3), run.sample(3, averaged=False))


def test_the_learning_rate_falls_on_a_straight_line():
    rates = []
    short_run(
        steps=5, learning_rate=1.0, final_rate=0.5, optimiser="rmsprop", objective=WGAN(),
        callbacks=[lambda run: rates.append(run.critic_player.optimiser.param_groups[0]["lr"])],
    )  # fmt: skip
    assert rates == pytest.approx([1.0, 0.9, 0.8, 0.7, 0.6])


def test_optimisers_are_fused():
    for name in ("adam", "adamw", "rmsprop"):
        run = run_of(WGAN(), optimiser=name)
        assert run.critic_player.optimiser.defaults["fused"]


def test_bf16_trains_and_keeps_weights_in_float32():
    run = short_run(precision="bf16", steps=4)
    assert all(p.dtype == torch.float32 for p in run.generator.parameters())
    assert run.history["critic_loss"].isfinite().all()
    assert not torch.equal(weights(run), weights(short_run(steps=4)))


@pytest.mark.training
@pytest.mark.parametrize("objective", [GAN(), WGANGP()], ids=["GAN", "WGANGP"])
def test_the_compiled_loss_equals_the_eager_one(objective):
    """Values and gradients; the penalty is differentiated twice inside the compiled graph."""
    results = []
    for flag in (False, True):
        run = run_of(objective, compile=flag)
        loss, parts = run.critic_player.loss(
            run.draw_real(), run.draw_real().flip(1) + 1, run.draw_epsilon()
        )
        gradients = torch.autograd.grad(loss, list(run.critic.parameters())[:-1])
        loss = run.generator_player.loss(run.draw_latent()).loss
        gradients += torch.autograd.grad(loss, list(run.generator.parameters()))
        results.append([*parts.values(), *gradients])
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(*results, strict=True))


@pytest.mark.training
def test_a_compiled_run_trains():
    eager, compiled = (short_run(compile=flag, steps=1) for flag in (False, True))
    for name in set(eager.history) - {CLOCK, "generator_loss"}:
        assert torch.allclose(eager.history[name], compiled.history[name], atol=1e-5)


@pytest.mark.training
@pytest.mark.parametrize("seed", range(4))
def test_a_gaussian_is_learned(seed):
    """From around 0 to N(3, ½), under the one-sided penalty.

    On the line the two-sided penalty puts a hill between slope +1 and slope −1, and a generator
    that has passed its target waits for the critic to climb it: the pair swings for long.
    """
    law = gaussian(3.0, 0.5)
    torch.manual_seed(seed)
    generator = networks.Generator(2, *networks.mlp([2, 32, 32, 1]))
    critic = networks.mlp([1, 32, 32, 1])
    run = train(generator, critic, law.sample, WGANGP(penalty=1.0, sided="one"), steps=600,
                batch_size=64, critic_steps=3, learning_rate=5e-3, final_rate=0.0, device="cpu",
                seed=seed)  # fmt: skip
    samples = run.sample(2000)
    assert abs(samples.mean().item() - 3.0) < 0.3
    assert 0.2 < samples.std().item() < 0.8


# ------------------------------------------------------------------ failure


def poisoned(after):
    """Real samples that turn into nan after so many batches."""
    calls = iter(range(10**6))

    def sample(n, generator=None, device=None):
        batch = RING.sample(n, generator, device)
        return batch * float("nan") if next(calls) > after else batch

    return sample


def test_a_diverged_run_stops_and_keeps_the_good_checkpoint(tmp_path):
    path = tmp_path / "run.pt"
    with pytest.raises(DivergedError) as error:
        train(*pair(), poisoned(after=9), WGAN(), steps=50, critic_steps=1, batch_size=8,
              device="cpu", log_every=4, checkpoint=path, checkpoint_every=1)  # fmt: skip
    assert "diverged at step 10: critic_loss = nan" in str(error.value)
    assert "last finite statistics" in str(error.value) and "learning_rate" in str(error.value)
    contents = checkpoints.load(path)
    assert contents["step"] == 9
    assert all(v.isfinite().all() for v in contents["critic"].values())


def test_a_callback_may_stop_a_run(tmp_path):
    def stop(run):
        if run.step == 4:
            raise StopTraining

    path = tmp_path / "run.pt"
    run = short_run(callbacks=[stop], steps=9, checkpoint=path)
    assert run.step == 4 and run.history.rows == 4
    assert checkpoints.load(path)["step"] == 4
    assert torch.equal(weights(short_run(steps=9, checkpoint=path)), weights(short_run(steps=9)))


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    path = tmp_path / "run.pt"
    short_run(checkpoint=path, labels={"recipe": "a"})
    with pytest.raises(checkpoints.CheckpointError, match=r"seed: the file has 0.*has 5"):
        short_run(checkpoint=path, seed=5, labels={"recipe": "a"})
    with pytest.raises(checkpoints.CheckpointError, match=r"recipe: the file has a"):
        short_run(checkpoint=path, labels={"recipe": "b"})
    with pytest.raises(checkpoints.CheckpointError, match="objective"):
        short_run(WGAN(), checkpoint=path, labels={"recipe": "a"})
    with pytest.raises(checkpoints.CheckpointError, match=r"generator 0.weight.*16×2.*8×2"):
        train(*pair(width=8), RING.sample, WGANGP(), steps=6, batch_size=16, critic_steps=2,
              device="cpu", checkpoint=path, labels={"recipe": "a"})  # fmt: skip


def in_float64(n, generator=None, device=None):
    return torch.zeros(n, 2, dtype=torch.float64)


def in_bytes(n, generator=None, device=None):
    return torch.zeros(n, 2, dtype=torch.uint8)


def of_numpy(n, generator=None, device=None):
    return numpy.zeros((n, 2), dtype=numpy.float32)


def frozen(network):
    return network.requires_grad_(False)


def always_four(n, generator=None, device=None):
    return torch.zeros(4, 2)


def nan_images(n, generator=None, device=None):
    return torch.full((n, 2), float("nan"))


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"steps": 0}, "steps"),
        ({"batch_size": -1}, "batch_size"),
        ({"critic_steps": 0}, "critic_steps"),
        ({"learning_rate": 0.0}, "learning_rate"),
        ({"learning_rate": float("nan")}, "learning_rate"),
        ({"optimiser": "adan"}, "did you mean 'adam'"),
        ({"betas": (0.5, 1.0)}, "betas"),
        ({"betas": 0.5}, "betas"),
        ({"averaging": 1.0}, "averaging"),
        ({"final_rate": 1.5}, "final_rate"),
        ({"decay": 0.5}, "setting 'decay' has another name now: 'final_rate'"),
        ({"stepz": 3}, "did you mean 'steps'"),
        ({"precision": "fp16"}, "precision"),
        ({"seed": -1}, "seed"),
        ({"device": "cuda:99"}, "CUDA"),
        ({"device": "gpu"}, "device"),
        ({"checkpoint_every": 0}, "checkpoint_every"),
        ({"latent_dim": 3}, "mat1 and mat2|latent"),
        ({"seed": 2**64}, "seed must be an integer from 0 to"),
        ({"callbacks": print}, "callbacks must be a list of functions"),
        ({"callbacks": [1]}, "callbacks must be a list of functions"),
        ({"checkpoint": "/nowhere/run.pt"}, "checkpoint must lie in a folder that exists"),
    ],
)
def test_bad_settings_are_named(options, word):
    with pytest.raises((ValueError, TypeError, OSError, RuntimeError), match=word):
        short_run(**options)


@pytest.mark.parametrize(
    ("generator", "critic", "sample", "word"),
    [
        (nn.Linear(2, 2), nn.Linear(2, 1), RING.sample, "latent_dim"),
        (networks.Generator(2, nn.Linear(2, 3)), nn.Linear(2, 1), RING.sample, "generator"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 2), RING.sample, "one score"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), nan_images, "finite"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), RING, "pass its .sample"),
        (lambda latent: latent, nn.Linear(2, 1), RING.sample, "generator must be a torch.nn.Mod"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear, RING.sample, "critic must be a torch"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), in_float64, "float32, n×"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), always_four, "shape .4, 2. of"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), in_bytes, "float32, .*uint8"),
        (networks.Generator(2, nn.Linear(2, 2)), nn.Linear(2, 1), of_numpy, "torch.float32, n×"),
        (frozen(networks.Generator(2, nn.Linear(2, 2))), nn.Linear(2, 1), RING.sample, "generator"),
        (
            networks.Generator(2, nn.Linear(2, 2)),
            frozen(nn.Linear(2, 1)),
            RING.sample,
            "critic must",
        ),
    ],
)
def test_parts_that_do_not_fit_are_named(generator, critic, sample, word):
    with pytest.raises((ValueError, TypeError), match=word):
        train(generator, critic, sample, WGAN(), steps=1, device="cpu")


@pytest.mark.parametrize("objective", [WGANGP, "wgan-gp", None])
def test_what_is_no_objective_is_refused(objective):
    with pytest.raises(TypeError, match="objective must be one such as WGANGP"):
        train(*pair(), RING.sample, objective, steps=1, device="cpu")


def test_a_penalised_critic_with_batch_norm_warns_in_training():
    generator, _ = pair()
    critic = networks.mlp([2, 8, 8, 1], norm="batch")
    with pytest.warns(UserWarning, match="batch norm"):
        train(generator, critic, RING.sample, WGANGP(), steps=1, device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        short_run(steps=1)


def test_settings_are_given_whole_or_by_name():
    settings = Settings(steps=6, batch_size=16, critic_steps=2, seed=3)
    whole = train(*pair(), RING.sample, WGANGP(), settings, device="cpu")
    changed = train(*pair(), RING.sample, WGANGP(), settings, seed=4, device="cpu")
    assert whole.settings == settings and torch.equal(weights(whole), weights(short_run(seed=3)))
    assert changed.settings.seed == 4 and torch.equal(weights(changed), weights(short_run(seed=4)))
    with pytest.raises(TypeError, match="settings must be Settings"):
        train(*pair(), RING.sample, WGANGP(), {"steps": 3}, device="cpu")
