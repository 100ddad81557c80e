"""Image metrics where the answer is known: closed forms, other routes, other implementations."""

import math

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from wgan_lib.images.metrics import (
    class_coverage,
    classifier_score,
    copying_score,
    frechet_distance,
    nearest_training,
    precision_recall,
)


def source(seed=0):
    return torch.Generator().manual_seed(seed)


def cloud(n, d=5, seed=0, **options):
    return torch.randn(n, d, generator=source(seed), dtype=torch.float64, **options)


def waves():
    """Two clouds that anybody can make again: 40 points each, ten fakes far away."""
    i = np.arange(40)[:, None]
    real = np.sin(i * np.array([1.0, 2.3, 0.7]) + np.array([0, 1, 2]))
    fake = 0.8 * np.sin(i * np.array([1.7, 0.9, 3.1]) + np.array([2, 0, 1])) + 0.2
    fake[:10] += 3
    return torch.from_numpy(real), torch.from_numpy(fake)


# ------------------------------------------------------------------ Fréchet distance


def exactly(n, mean, deviations):
    """A sample whose mean and covariance are exactly these, however few points it has."""
    white = cloud(n, len(mean))
    white -= white.mean(dim=0)
    white = white @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(white.T))).T
    return white * torch.tensor(deviations, dtype=white.dtype) + torch.tensor(mean)


def test_axis_parallel_gaussians_have_a_closed_form():
    """‖μ₁ − μ₂‖² + Σ(σ₁ − σ₂)²: the covariances commute."""
    x = exactly(50, [0.0, 1.0, -2.0], [1.0, 2.0, 0.5])
    y = exactly(90, [3.0, 1.0, 2.0], [2.0, 0.5, 0.5])
    expected = 9 + 0 + 16 + 1 + 2.25 + 0
    assert frechet_distance(x, y).item() == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_formula_with_a_matrix_square_root(seed):
    mix = cloud(6, 6, seed=seed + 10)
    x, y = cloud(200, 6, seed) @ mix, cloud(150, 6, seed + 1) + 1
    first, second = np.cov(x.T), np.cov(y.T)
    root = scipy.linalg.sqrtm(first @ second).real
    gap = ((x.mean(0) - y.mean(0)) ** 2).sum().item()
    expected = gap + np.trace(first + second - 2 * root)
    assert frechet_distance(x, y).item() == pytest.approx(expected, rel=1e-9)


def test_it_is_the_squared_bures_wasserstein_distance_of_pot():
    import ot

    x, y = cloud(100, 4), 2 * cloud(120, 4, seed=1) + 0.5
    means, covariances = zip(*((z.mean(0), torch.cov(z.T)) for z in (x, y)), strict=True)
    expected = ot.gaussian.bures_wasserstein_distance(*means, *covariances).item() ** 2
    assert frechet_distance(x, y).item() == pytest.approx(expected, rel=1e-9)


def test_pytorch_fid_gives_the_same_number():
    """Computed once with calculate_frechet_distance of pytorch-fid 0.3.0 from the same points."""
    assert frechet_distance(*waves()).item() == pytest.approx(5.45776786514611, rel=1e-12)


def test_equal_samples_are_at_distance_zero_in_any_order():
    x = cloud(80)
    assert frechet_distance(x, x.flip(0)).item() == pytest.approx(0, abs=1e-10)
    assert frechet_distance(x, x) >= 0


def test_a_shift_counts_squared_and_a_scale_too():
    x = cloud(60)
    assert frechet_distance(x, x + 3).item() == pytest.approx(9 * 5, rel=1e-10)
    twice, once = (frechet_distance(k * x, k * cloud(70, seed=1)).item() for k in (2, 1))
    assert twice == pytest.approx(4 * once, rel=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(2, 30), st.integers(2, 30), st.integers(1, 8))
def test_it_is_symmetric_never_negative_and_blind_to_order_and_rotation(seed, n, m, d):
    """Also for fewer points than features, where the covariances are singular."""
    x, y = cloud(n, d, seed), cloud(m, d, seed + 1) + 0.3
    there, back = frechet_distance(x, y).item(), frechet_distance(y, x).item()
    rotation = torch.linalg.qr(cloud(d, d, seed + 2)).Q
    shuffled = x[torch.randperm(n, generator=source(seed))]
    assert there == pytest.approx(back, rel=1e-8, abs=1e-9) and there >= 0
    turned = frechet_distance(shuffled @ rotation, y @ rotation).item()
    assert turned == pytest.approx(there, rel=1e-8, abs=1e-9)


def test_few_samples_make_it_too_large():
    """The bias of finite samples: two samples of one law, ever larger ones."""
    values = [frechet_distance(cloud(n, 20), cloud(n, 20, seed=1)).item() for n in (50, 500, 5000)]
    assert values[0] > 5 * values[1] > 25 * values[2] > 0


def test_its_gradient_is_that_of_finite_differences():
    x, y = cloud(12, 3).requires_grad_(), cloud(15, 3, seed=1)
    assert torch.autograd.gradcheck(lambda x: frechet_distance(x, y), x)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_single_and_half_precision_are_computed_in_double(dtype):
    x, y = cloud(200).to(dtype), (cloud(200, seed=1) + 1).to(dtype)
    got, wanted = frechet_distance(x, y), frechet_distance(x.double(), y.double())
    assert got.dtype == torch.promote_types(dtype, torch.float32)
    assert got.item() == pytest.approx(wanted.item(), rel=1e-6)


# ------------------------------------------------------------------ classifier score


def test_sure_and_balanced_is_the_number_of_classes_and_uniform_is_one():
    sure = 100 * torch.eye(10).repeat(7, 1)
    assert classifier_score(sure).item() == pytest.approx(10)
    assert classifier_score(torch.zeros(40, 10)).item() == pytest.approx(1)
    assert classifier_score(sure[:1].repeat(30, 1)).item() == pytest.approx(1)
    assert classifier_score(sure[torch.arange(70) % 10 < 4]).item() == pytest.approx(4)


def test_it_is_the_formula_in_scipy():
    logits = 3 * cloud(60, 4)
    p = scipy.special.softmax(logits.numpy(), axis=1)
    kl = scipy.stats.entropy(p, p.mean(axis=0), axis=1)
    assert classifier_score(logits).item() == pytest.approx(np.exp(kl.mean()), rel=1e-10)


@settings(max_examples=25)
@given(st.integers(0, 1000), st.integers(1, 40), st.integers(2, 12), st.floats(0, 500))
def test_it_lies_between_one_and_the_number_of_classes(seed, n, k, size):
    logits = size * cloud(n, k, seed)
    score = classifier_score(logits).item()
    assert 1 - 1e-9 <= score <= min(n, k) + 1e-9
    order = torch.randperm(n, generator=source(seed))
    assert classifier_score(logits[order] + 7).item() == pytest.approx(score, rel=1e-9)


# ------------------------------------------------------------------ classes


def test_classes_are_counted_by_hand():
    logits = 9 * torch.eye(4)[[0, 0, 0, 0, 0, 0, 0, 1, 1, 2]]
    found = class_coverage(logits)
    assert (found.covered, found.total) == (3, 4)
    assert found.shares.tolist() == pytest.approx([0.7, 0.2, 0.1, 0])
    assert found.imbalance == pytest.approx(0.45)  # 0.45 too many zeros
    assert class_coverage(logits, least=0.5).covered == 2
    assert class_coverage(logits, wanted=torch.tensor([7, 2, 1, 0])).imbalance == pytest.approx(0)


def test_one_sample_in_a_thousand_does_not_cover_a_class():
    labels = torch.arange(1000) % 9
    labels[0] = 9
    logits = 9 * torch.eye(10)[labels]
    assert class_coverage(logits).covered == 9
    assert class_coverage(logits, least=0.0).covered == 10


def test_a_class_without_a_sample_is_never_covered():
    assert class_coverage(torch.eye(3)[[0, 1]], least=0.0).covered == 2


# ------------------------------------------------------------------ precision and recall


@pytest.mark.parametrize(
    ("neighbours", "precision", "recall"), [(1, 0.625, 0.35), (3, 0.725, 0.525), (5, 0.75, 0.725)]
)
def test_prdc_gives_the_same_numbers(neighbours, precision, recall):
    """Computed once with compute_prdc of prdc 0.2 (Naeem et al. 2020) from the same points."""
    assert precision_recall(*waves(), neighbours) == (precision, recall)


@pytest.mark.parametrize("seed", range(3))
def test_a_tree_of_scipy_finds_the_same_neighbours(seed):
    real, fake = cloud(120, 3, seed), 0.7 * cloud(80, 3, seed + 9) + 0.4

    def share(points, centres, k):
        radii = cKDTree(centres).query(centres, k + 1)[0][:, -1]
        inside = [(np.linalg.norm(centres - p, axis=1) <= radii).any() for p in points.numpy()]
        return np.mean(inside)

    real_, fake_ = real.numpy(), fake.numpy()
    got = precision_recall(real, fake, neighbours=4)
    assert got == pytest.approx((share(fake, real_, 4), share(real, fake_, 4)))


def test_equal_and_far_apart_samples():
    x = cloud(50)
    assert precision_recall(x, x) == (1, 1)
    assert precision_recall(x, x + 1000) == (0, 0)


def test_one_good_point_is_precise_and_recalls_nothing():
    real = cloud(400, 2)
    dropped = real[:1] + 1e-4 * cloud(400, 2, seed=1)
    precision, recall = precision_recall(real, dropped)
    assert precision == 1 and recall < 0.02


def test_samples_all_over_the_place_recall_everything_and_are_not_precise():
    real = 0.1 * cloud(300, 2)
    spread = 20 * (torch.rand(300, 2, generator=source(), dtype=torch.float64) - 0.5)
    spread[:20] = 0.3 * cloud(20, 2, seed=3)
    precision, recall = precision_recall(real, spread)
    assert precision < 0.15 and recall > 0.9


@settings(max_examples=20)
@given(st.integers(0, 1000))
def test_it_is_blind_to_order_shift_and_scale_and_swaps_with_its_arguments(seed):
    real, fake = cloud(30, 3, seed), cloud(25, 3, seed + 1) + 0.5
    found = precision_recall(real, fake)
    order = torch.randperm(30, generator=source(seed))
    assert precision_recall(4 * real[order] + 8, 4 * fake + 8) == pytest.approx(found)
    assert precision_recall(fake, real) == pytest.approx(found[::-1])


def test_a_table_in_pieces_is_the_table(monkeypatch):
    real, fake = cloud(101), cloud(77, seed=1)
    whole = precision_recall(real, fake), copying_score(real, fake, cloud(90, seed=2))
    monkeypatch.setattr("wgan_lib.images.metrics.ROWS_AT_A_TIME", 10)
    assert (precision_recall(real, fake), copying_score(real, fake, cloud(90, seed=2))) == whole


# ------------------------------------------------------------------ the nearest training image


def test_the_nearest_is_found_among_images_and_a_copy_is_at_distance_zero():
    training = torch.rand(60, 1, 4, 4, generator=source())
    samples = torch.cat([training[[7, 3]], training[[5]] + 0.01])
    found = nearest_training(samples, training)
    assert found.index.tolist() == [7, 3, 5]
    assert found.distance[:2].tolist() == [0, 0]
    assert found.distance[2].item() == pytest.approx(0.04, rel=1e-4)


def test_a_tree_of_scipy_finds_the_same_nearest():
    samples, training = cloud(50, 6), cloud(200, 6, seed=1)
    distance, index = cKDTree(training.numpy()).query(samples.numpy())
    found = nearest_training(samples, training)
    assert found.index.tolist() == index.tolist()
    assert found.distance.tolist() == pytest.approx(distance.tolist())


def test_copies_are_told_from_fresh_samples_and_from_poor_ones():
    training, held_out, fresh = (cloud(n, 3, seed=n) for n in (2000, 500, 600))
    assert copying_score(training[:300], held_out, training) == 1
    assert copying_score(fresh, held_out, training) == pytest.approx(0.5, abs=0.04)
    assert copying_score(fresh + 50, held_out, training) == 0
    assert copying_score(held_out, held_out, training) == 0.5


def test_it_is_the_statistic_of_mann_and_whitney():
    training = cloud(100, 2).round()  # on a lattice: many ties
    samples, held_out = cloud(60, 2, seed=1).round(), (1.2 * cloud(70, 2, seed=2)).round()
    ours, fair = (nearest_training(z, training).distance for z in (samples, held_out))
    u = scipy.stats.mannwhitneyu(fair.numpy(), ours.numpy()).statistic
    assert copying_score(samples, held_out, training) == pytest.approx(u / (60 * 70))


# ------------------------------------------------------------------ bad input

GOOD = torch.arange(12.0).reshape(4, 3)
BAD = st.sampled_from(
    [
        torch.full((4, 3), math.nan),
        torch.full((4, 3), math.inf),
        torch.zeros(0, 3),
        torch.zeros(4, 0),
        torch.zeros(4),
        torch.zeros(4, 3, dtype=torch.complex64),
        "digits",
        None,
        [[1.0, 2.0], [3.0]],
    ]
)
CALLS = {
    "x": lambda bad: frechet_distance(bad, GOOD),
    "y": lambda bad: frechet_distance(GOOD, bad),
    "real": lambda bad: precision_recall(bad, GOOD),
    "fake": lambda bad: precision_recall(GOOD, bad),
    "logits": classifier_score,
    "logits ": class_coverage,
    "samples": lambda bad: nearest_training(bad, GOOD),
    "training": lambda bad: nearest_training(GOOD, bad),
    "samples ": lambda bad: copying_score(bad, GOOD, GOOD),
    "training ": lambda bad: copying_score(GOOD, GOOD, bad),
}


@pytest.mark.parametrize("name", CALLS)
@given(bad=BAD)
def test_bad_input_is_named(name, bad):
    with pytest.raises((ValueError, TypeError), match=rf"\b{name.strip()}\b.* must "):
        CALLS[name](bad)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (
            lambda: frechet_distance(GOOD, torch.zeros(4, 2)),
            "y must have 3 columns as x has, got 2",
        ),
        (lambda: frechet_distance(GOOD[:1], GOOD), "x must have at least 2 rows, got 1"),
        (lambda: precision_recall(GOOD, GOOD, 4), "neighbours must be fewer than the samples"),
        (lambda: precision_recall(GOOD, GOOD, 0), "neighbours must be an integer of at least 1"),
        (lambda: classifier_score(torch.zeros(3, 1)), "logits must have a column for each"),
        (lambda: class_coverage(GOOD, torch.zeros(3)), "wanted must be 3 numbers"),
        (lambda: class_coverage(GOOD, torch.ones(2)), "wanted must be 3 numbers"),
        (lambda: class_coverage(GOOD, -torch.ones(3)), "wanted must be 3 numbers, none negative"),
        (lambda: class_coverage(GOOD, least=2.0), "least must be a finite number between 0 and 1"),
        (lambda: nearest_training(GOOD, torch.zeros(4, 2)), "rows of the same shape"),
    ],
)
def test_what_does_not_fit_is_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()
