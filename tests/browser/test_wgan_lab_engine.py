"""The lab's engine computes what the library computes, in the browser."""

import pytest
import torch

from wgan_lib.distributions import gaussian_grid, gaussian_ring, swiss_roll
from wgan_lib.metrics import mode_coverage
from wgan_lib.networks import Generator, mlp
from wgan_lib.training.loop import critic_step, generator_step
from wgan_lib.training.objectives import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.training.players import critic_player, generator_player
from wgan_lib.training.settings import Settings
from wgan_lib.transport import wasserstein

STEPS, BATCH, WIDTH = 20, 32, 16
AGREE = 1e-5
OBJECTIVES = {
    "gan": GAN(),
    "non-saturating-gan": NonSaturatingGAN(),
    "wgan": WGAN(clip=0.1),
    "wgan-gp": WGANGP(penalty=10.0),
    "wgan-gp-one-sided": WGANGP(penalty=10.0, sided="one"),
    "zero-centred": WGANGP(penalty=10.0, centre=0.0),
}
REPLAY = """async ({ settings, start, draws }) => {
    const { Run } = await import('/engine/training.js');
    const { defaults } = await import('/engine/settings.js');
    const run = new Run({ ...defaults(), ...settings });
    run.critic.parameters.set(start.critic);
    run.generator.parameters.set(start.generator);
    const numbers = (values) => Float64Array.from(values);
    const steps = draws.map((draw) => {
        const fake = run.generate(numbers(draw.latent));
        const found = run.criticStepOn(numbers(draw.real), fake, numbers(draw.epsilon));
        const critic = [...run.critic.gradients];
        const generatorLoss = run.generatorStepOn(numbers(draw.next_latent));
        return { ...found, critic, generatorLoss, generator: [...run.generator.gradients] };
    });
    const weights = (network) => [...network.parameters];
    return { steps, critic: weights(run.critic), generator: weights(run.generator) };
}"""


@pytest.fixture
def double():
    """Numbers in JavaScript are doubles: so are torch's, for once."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors]).tolist()


def gradients(network):
    return flat(parameter.grad for parameter in network.parameters())


def players(objective, activation, optimiser):
    torch.manual_seed(3)
    widths = [WIDTH, WIDTH]
    generator = Generator(2, *mlp([2, *widths, 2], activation=activation))
    critic = mlp([2, *widths, 1], activation=activation)
    settings = Settings(optimiser=optimiser, learning_rate=3e-3, betas=(0.5, 0.9), batch_size=BATCH)
    return (
        critic_player(critic, objective, settings),
        generator_player(generator, critic, objective, settings),
    )


def draw():
    return {
        "real": 0.3 * torch.randn(BATCH, 2) + 1,
        "latent": torch.randn(BATCH, 2),
        "epsilon": torch.rand(BATCH),
        "next_latent": torch.randn(BATCH, 2),
    }


def library_step(objective, critic, generator, drawn):
    """One step of each player in the library, and all that it computed."""
    with torch.no_grad():
        fake = generator.network(drawn["latent"])
    found = critic_step(critic, objective, drawn["real"], fake, drawn["epsilon"])
    step = {name: value.item() for name, value in found.items()}
    step["critic"] = gradients(critic.network)
    moved = generator_step(generator, critic.network, drawn["next_latent"])
    step["generator_loss"] = moved["generator_loss"].item()
    return {**step, "generator": gradients(generator.network)}


NAMES = {
    "critic_loss": "loss",
    "critic_estimate": "estimate",
    "gradient_norm": "norm",
    "generator_loss": "generatorLoss",
}


@pytest.mark.parametrize("optimiser", ["adam", "rmsprop"])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("name", OBJECTIVES)
def test_twenty_steps_give_the_same_numbers_as_the_library(
    engine, double, name, activation, optimiser
):
    critic, generator = players(OBJECTIVES[name], activation, optimiser)
    start = {
        "critic": flat(critic.network.parameters()),
        "generator": flat(generator.network.parameters()),
    }
    draws = [draw() for _ in range(STEPS)]
    expected = [library_step(OBJECTIVES[name], critic, generator, drawn) for drawn in draws]
    settings = {
        "objective": name, "width": WIDTH, "batch": BATCH, "optimiser": optimiser,
        "activation": activation.replace("_", "-"), "rate": 3e-3, "momentum": 0.5,
        "clip": 0.1, "penalty": 10.0,
    }  # fmt: skip
    plain = [{key: value.flatten().tolist() for key, value in each.items()} for each in draws]
    found = engine.evaluate(REPLAY, {"settings": settings, "start": start, "draws": plain})
    for here, there in zip(found["steps"], expected, strict=True):
        for key, value in there.items():
            assert here[NAMES.get(key, key)] == pytest.approx(value, rel=AGREE, abs=AGREE), key
    for player in (critic, generator):
        which = "critic" if player is critic else "generator"
        weights = flat(player.network.parameters())
        assert found[which] == pytest.approx(weights, rel=AGREE, abs=AGREE)


@pytest.mark.parametrize("n", [1, 2, 17, 128])
def test_the_distance_of_two_batches_is_that_of_the_library(engine, n):
    torch.manual_seed(n)
    x, y = torch.randn(n, 2, dtype=torch.float64), 1 + torch.rand(n, 2, dtype=torch.float64)
    here = engine.evaluate(
        "async ([x, y]) => (await import('/engine/assignment.js')).wasserstein(x, y)",
        [x.flatten().tolist(), y.flatten().tolist()],
    )
    assert here == pytest.approx(float(wasserstein(x, y)), abs=1e-9)


SAMPLE = """async ([name, n, seed]) => {
    const { law } = await import('/engine/laws.js');
    const { Random } = await import('/engine/random.js');
    const { modeCoverage } = await import('/engine/metrics.js');
    const there = law(name), sample = there.sample(n, new Random(seed));
    return { sample: [...sample], coverage: modeCoverage(sample, there) };
}"""


@pytest.mark.parametrize(
    ("name", "law"),
    [("ring", gaussian_ring()), ("grid", gaussian_grid()), ("swiss-roll", swiss_roll())],
)
def test_a_law_is_that_of_the_library(engine, name, law):
    """By their means and by the distance of two samples, one from here and one from there."""
    found = engine.evaluate(SAMPLE, [name, 1500, 7])
    here = torch.tensor(found["sample"]).reshape(-1, 2)
    source = torch.Generator().manual_seed(1)
    there, again = (law.sample(1500, generator=source) for _ in range(2))
    assert float(wasserstein(here, there)) < 2 * float(wasserstein(there, again))
    if hasattr(law, "modes"):
        counted = mode_coverage(here, law.modes, law.std)
        coverage = found["coverage"]
        assert coverage["counts"] == counted.counts.tolist()
        assert coverage["highQuality"] == pytest.approx(counted.high_quality)


def test_normal_numbers_are_normal_and_a_seed_fixes_them(engine):
    draw = """async (seed) => {
        const { Random } = await import('/engine/random.js');
        return [...new Random(seed).normals(20000)];
    }"""
    drawn = torch.tensor(engine.evaluate(draw, 5), dtype=torch.float64)
    assert abs(float(drawn.mean())) < 0.03 and abs(float(drawn.std()) - 1) < 0.03
    assert abs(float((drawn**4).mean()) - 3) < 0.3
    assert engine.evaluate(draw, 5)[:10] == drawn[:10].tolist()
    assert engine.evaluate(draw, 6)[:10] != drawn[:10].tolist()


def test_looking_changes_nothing(engine):
    """A run that is looked at after every round ends where one ends that is looked at once."""
    ends = engine.evaluate("""async () => {
        const { Session } = await import('/engine/session.js');
        const { defaults } = await import('/engine/settings.js');
        const end = (shares) => {
            const session = new Session();
            session.handle({ ask: 'start', settings: defaults() });
            for (const rounds of shares) session.handle({ ask: 'rounds', rounds });
            return [...session.run.critic.parameters, ...session.run.generator.parameters];
        };
        return [end([6]), end([1, 1, 1, 1, 1, 1])];
    }""")
    assert ends[0] == ends[1]


def test_steps_by_hand_are_those_of_a_round(engine):
    ends = engine.evaluate("""async () => {
        const { Session } = await import('/engine/session.js');
        const { defaults } = await import('/engine/settings.js');
        const end = (asked) => {
            const session = new Session();
            session.handle({ ask: 'start', settings: defaults() });
            for (const ask of asked) session.handle({ ask, rounds: 1 });
            return [...session.run.generator.parameters];
        };
        const byHand = [...Array(5).fill('critic'), 'generator'];
        return [end(['rounds']), end(byHand), end(['critic', 'critic', 'rounds'])];
    }""")
    assert ends[0] == ends[1] == ends[2]
