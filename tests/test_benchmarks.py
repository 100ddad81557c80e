"""The benchmarks measure what they say; how fast anything is, is no test's business."""

import json
import math

import pytest
import torch
from torch import nn

from benchmarks import breakdown, ceiling, contestants, memory, quality, speed, transport
from benchmarks.__main__ import main
from benchmarks.products import Product, ProductRecorder, Replay
from benchmarks.systems import LibraryLoop, as_bytes, systems
from benchmarks.textbook import PictureDataset, TextbookLoop
from benchmarks.timing import Comparison, separately
from wgan_lib.experiments.recipes import find
from wgan_lib.images.datasets import digits

SYSTEMS = systems()
RING, DENSE, CONVOLUTIONAL = SYSTEMS
of_each_system = pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)


@pytest.fixture
def tiny_ring(monkeypatch):
    """The ring with networks that take no time, in place of all systems and in this process."""
    system = RING.__class__("tiny", RING.recipe.changed(width=8, batch_size=16), aim=1.0)
    for module in (speed, ceiling, breakdown):
        monkeypatch.setattr(module, "systems", lambda: [system])
        monkeypatch.setattr(module, "separately", lambda threads, measure, *given: measure(*given))
    return system


def small(system):
    """The same system with a batch that takes no time."""
    return system.recipe.changed(batch_size=4, critic_steps=2)


def weights(loop_or_run):
    networks = (loop_or_run.generator, loop_or_run.critic)
    return torch.cat([p.detach().flatten() for n in networks for p in n.parameters()])


# ------------------------------------------------------------------ both loops do the same


@of_each_system
def test_both_loops_train_the_same_networks_with_the_same_settings(system):
    library, textbook = LibraryLoop(system.recipe), TextbookLoop(system.recipe)
    assert torch.equal(weights(library.run), weights(textbook))
    kinds = {"adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}
    for player, optimiser in (
        (library.run.critic_player, textbook.critic_optimiser),
        (library.run.generator_player, textbook.generator_optimiser),
    ):
        (ours,), (theirs,) = player.optimiser.param_groups, optimiser.param_groups
        assert type(optimiser) is kinds[system.recipe.settings.optimiser]
        betas = theirs.get("betas") or (0.0, theirs["alpha"])  # RMSprop is Adam without momentum
        assert ours["lr"] == theirs["lr"] and ours["betas"] == betas
    batch = next(textbook.batches)
    assert batch.shape == library.run.draw_real().shape and batch.dtype == torch.float32


@of_each_system
def test_from_the_same_draws_both_loops_reach_the_same_weights(system, monkeypatch, in_double):
    """The textbook loop is correct, and neither loop leaves a step out."""
    library, textbook = LibraryLoop(small(system)), TextbookLoop(small(system))
    start = weights(textbook)
    reals = [next(textbook.batches).double() for _ in range(4)]
    for player in (library.run, textbook):
        in_double(player.generator), in_double(player.critic)
    textbook.batches = iter(reals)
    torch.manual_seed(7)
    textbook.advance(2)
    share_draws(monkeypatch, library.run, reals, penalised=system is not DENSE)
    torch.manual_seed(7)
    library.advance(2)
    assert (weights(textbook) - start).abs().max() > 1e-4
    torch.testing.assert_close(weights(library.run), weights(textbook), rtol=0, atol=1e-8)
    recorded = torch.tensor(textbook.losses, dtype=torch.float64)
    ours = torch.stack([library.run.history[f"{side}_loss"] for side in ("critic", "generator")], 1)
    torch.testing.assert_close(ours, recorded, rtol=0, atol=1e-8)


@pytest.fixture
def in_double():
    """Makes networks and batches float64, where Adam does not blow up the rounding of tiny slopes.

    What is drawn afterwards is float64 too.
    """

    def converted(part):
        torch.set_default_dtype(torch.float64)
        return part.double()

    yield converted
    torch.set_default_dtype(torch.float32)


def share_draws(monkeypatch, run, reals, penalised):
    """The library draws from torch's own random state, in the textbook loop's order."""
    n, batches = run.settings.batch_size, iter(reals)
    monkeypatch.setattr(run, "draw_real", lambda: next(batches))
    monkeypatch.setattr(run, "draw_latent", lambda: torch.randn(n, run.latent_dim))
    draw = (lambda: torch.rand(n)) if penalised else (lambda: torch.zeros(n))
    monkeypatch.setattr(run, "draw_epsilon", draw)


def test_the_textbook_loader_serves_the_digits_of_the_library():
    images = digits()
    dataset = PictureDataset(images)
    picture, label = dataset[3]
    assert len(dataset) == len(images) and label == int(images.labels[3])
    torch.testing.assert_close(picture, images.images[3])
    assert as_bytes(images).max() == 255 and as_bytes(images).min() == 0


def test_the_textbook_loop_refuses_what_it_does_not_know():
    with pytest.raises(TypeError, match="objective must be WGAN or WGANGP"):
        TextbookLoop(find("ring-gan"))


def test_a_library_loop_goes_on_where_it_paused():
    pieces, whole = LibraryLoop(small(RING)), LibraryLoop(small(RING))
    pieces.advance(1)
    pieces.advance(2)
    whole.advance(3)
    assert pieces.run.history.rows == whole.run.history.rows == 3
    assert torch.equal(weights(pieces.run), weights(whole.run))


# ------------------------------------------------------------------ counting the products


def test_the_recorder_finds_the_products_of_a_dense_network_and_of_its_gradients():
    network = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2))
    with ProductRecorder() as recorder:
        network(torch.randn(4, 3)).sum().backward()
    # Forward 4·3·5 and 4·5·2; weights' gradients as many; the hidden layer's gradient 4·2·5.
    found = sorted(product.multiplications for product in recorder.products)
    assert found == [40, 40, 40, 60, 60]
    assert all(product.needed for product in recorder.products)


def test_a_product_with_zeros_is_not_needed():
    with ProductRecorder() as recorder:
        torch.zeros(2, 3) @ torch.ones(3, 4)
        torch.ones(2, 3) @ torch.ones(3, 4)
    assert [product.needed for product in recorder.products] == [False, True]


def test_the_replay_does_the_same_products_again():
    with ProductRecorder() as recorder:
        column = torch.randn(1, 1).expand(6, 1)
        torch.addmm(torch.randn(4), torch.randn(5, 6).t()[:, :5], torch.randn(5, 4))
        column.t() @ torch.randn(6, 2)
    with ProductRecorder() as again:
        Replay(recorder.products).advance(2)
    assert again.products == recorder.products * 2
    assert isinstance(again.products[0], Product)


# ------------------------------------------------------------------ results have their form


def test_speed_has_a_row_for_each_system_and_number_of_threads(tiny_ring):
    rows = speed.speed(steps=2, pairs=2, threads=(1, 2))
    assert [(row.system, row.threads) for row in rows] == [("tiny", 1), ("tiny", 2)]
    for row in rows:
        assert row.lowest <= row.ratio <= row.highest
        assert min(row.library, row.textbook) > 0


def test_ceiling_names_the_products_and_their_share(tiny_ring):
    (row,) = ceiling.ceiling(steps=2, pairs=2, threads=(1,))
    assert row.products > 100 and 0 < row.needed <= 1 and row.gigaflops > 0
    assert row.lowest <= row.share <= row.highest


def test_only_dense_systems_have_a_ceiling():
    assert ceiling.dense_systems() == [RING, DENSE]


def test_the_parts_of_a_round_make_up_the_whole(tiny_ring):
    parts = breakdown.measure(tiny_ring, 1, rounds=2)
    shares = {part.part: part.share for part in parts}
    assert sum(shares.values()) == pytest.approx(1, abs=0.05)
    assert {"matrix products", "activations", breakdown.OPTIMISER, breakdown.REMAINDER} <= {*shares}
    assert shares.get(breakdown.OTHER, 0) < 0.5


def test_memory_is_measured_twice_and_the_import_apart_from_torch():
    rows = memory.growth(early=1, late=2) + memory.import_cost(repeats=1)
    assert all(row.value >= 0 or math.isnan(row.value) for row in rows)
    assert len({row.what for row in rows}) == 5


def test_a_checkpoint_is_saved_and_taken_up_again():
    size, saving, loading = memory.checkpoint_time(repeats=1)
    assert size.unit == "MB" and size.value > 1
    assert saving.value > 0 and loading.value > 0


@pytest.mark.parametrize("name", ["cayley", "sliced"])
def test_a_contestant_is_timed_by_its_own_steps(name):
    row = contestants.measure(name, threads=1, steps=1, pairs=2, batch=4)
    assert row.contestant == name and row.milliseconds > 0
    assert 0 < row.lowest <= row.ratio <= row.highest


def test_the_timed_steps_are_those_of_the_contestant():
    loop = contestants.CriticSteps(contestants.find("funnels"), 4)
    before = loop.critic.centres.clone()
    loop.advance(1)
    assert 0 < (loop.critic.centres - before).abs().max() < 0.1


@pytest.mark.parametrize("case", transport.CASES, ids=lambda case: case.name)
def test_both_sides_of_transport_measure_the_same_distances(case, monkeypatch):
    row = transport.measure(case, threads=1, pairs=2, batch=3, points=4)
    assert row.lowest <= row.ratio <= row.highest and min(row.scipy, row.library) > 0
    found = []
    original = transport.stats.wasserstein_distance
    spy = lambda *given: found.append(original(*given))  # noqa: E731
    monkeypatch.setattr(transport.stats, "wasserstein_distance", spy)
    samples = transport.samples(case, batch=3, points=4)
    transport.SciPyLoop(samples).advance(1)
    torch.testing.assert_close(transport.wasserstein_1d(*samples).tolist(), found)


@pytest.mark.parametrize(("name", "modes"), [("ring-wgan-gp", 8), ("grid-wgan-gp", 25)])
def test_quality_is_measured_seed_by_seed(name, modes, monkeypatch):
    monkeypatch.setattr(quality, "SAMPLES", 200)
    rows = list(quality.quality(name, seeds=2, steps=2))
    assert [(row.recipe, row.seed, row.modes) for row in rows] == [
        (name, 0, modes),
        (name, 1, modes),
    ]
    for row in rows:
        assert 0 < row.floor < row.w1 and 0 <= row.high_quality <= 1 and not row.reached


def test_the_aim_needs_all_of_its_parts():
    law = find("ring-wgan-gp").load_data()
    found = quality.mode_coverage(law.modes.repeat(10, 1).float(), law.modes, law.std)
    assert quality.aim_holds("ring-wgan-gp", found, w1=0.05, seconds=30)
    assert not quality.aim_holds("ring-wgan-gp", found, w1=0.07, seconds=30)
    assert not quality.aim_holds("ring-wgan-gp", found, w1=0.05, seconds=61)
    assert not quality.aim_holds("ring-wgan-gp", found._replace(covered=7), 0.05, 30)
    assert not quality.aim_holds("ring-wgan-gp", found._replace(high_quality=0.84), 0.05, 30)


def test_a_ratio_is_the_median_over_pairs():
    assert Comparison(first=[2.0, 9.0, 4.0], second=[1.0, 3.0, 4.0]).ratio == 2.0


def test_a_fresh_process_has_the_threads_it_was_told_to_use():
    assert separately(1, torch.get_num_threads) == 1


# ------------------------------------------------------------------ the command line


def test_the_command_line_prints_tables_and_writes_them(tiny_ring, tmp_path, capsys):
    file = tmp_path / "found.json"
    options = ["--steps", "2", "--pairs", "1", "--threads", "1", "--json"]
    assert main(["speed", *options, str(file)]) == 0
    printed = capsys.readouterr().out
    found = json.loads(file.read_text())
    ((row,),) = found["speed"].values()
    assert row["system"] == "tiny" and "tiny" in printed
    assert found["machine"]["torch"] == torch.__version__ in printed


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["fast"], "invalid choice: 'fast'"),
        (["speed", "--pairs", "0"], "must be a whole number of at least 1, got '0'"),
        (["speed", "--threads", "two"], "must be a whole number of at least 1, got 'two'"),
    ],
)
def test_bad_arguments_are_refused(wrong, message, capsys):
    with pytest.raises(SystemExit) as refusal:
        main(wrong)
    assert refusal.value.code == 2
    assert message in capsys.readouterr().err
