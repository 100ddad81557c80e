"""Entropy and divergences, held against SciPy, torch, closed forms, axioms and bad input."""

import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon
from torch.autograd import gradcheck

from wgan_lib.divergences import (
    GRID_TOLERANCE,
    TABLE_TOLERANCE,
    binary_entropy,
    cross_entropy,
    entropy,
    js,
    kl,
    self_information,
    total_variation,
)

DOUBLE = torch.float64
LOG2 = math.log(2)
TWO_LAWS = [cross_entropy, kl, js, total_variation]
LAWS = [entropy, *TWO_LAWS]


def on(function, table, **options):
    """`function` of one law, or of two that are both this table."""
    return function(*[table] * (2 if function in TWO_LAWS else 1), **options)


def normalised(weights):
    weights = torch.tensor(weights, dtype=DOUBLE)
    return weights / weights.sum(-1, keepdim=True)


def tables(outcomes, count=1):
    """`count` tables over so many outcomes, zeros and very small probabilities among them."""
    weight = st.one_of(st.just(0.0), st.floats(0.01, 1), st.floats(1e-12, 1e-3))
    row = st.lists(weight, min_size=outcomes, max_size=outcomes).filter(lambda w: max(w) >= 0.01)
    return st.lists(row, min_size=count, max_size=count).map(normalised)


def several(count):
    return st.integers(1, 7).flatmap(lambda outcomes: tables(outcomes, count))


def rows(batch, outcomes, seed):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(batch, outcomes, dtype=DOUBLE, generator=source).softmax(-1)


def grid(reach=12.0, points=2401):
    x = torch.linspace(-reach, reach, points, dtype=DOUBLE)
    return x, 2 * reach / (points - 1)


def normal(x, mean=0.0, std=1.0):
    return torch.exp(-((x - mean) ** 2) / (2 * std**2)) / (std * math.sqrt(2 * math.pi))


# ------------------------------------------------------------------ other implementations


@given(several(1), st.sampled_from([2, math.e, 10]))
def test_entropy_agrees_with_scipy(laws, base):
    (p,) = laws
    assert entropy(p, base).item() == pytest.approx(stats.entropy(p, base=base), abs=1e-12)


@given(several(2))
def test_kl_agrees_with_scipy(laws):
    p, q = laws
    assert kl(p, q).item() == pytest.approx(stats.entropy(p, q), rel=1e-9, abs=1e-12)


@given(several(2))
def test_js_is_the_square_of_scipys_jensen_shannon_distance(laws):
    p, q = laws
    assert js(p, q).item() == pytest.approx(float(jensenshannon(p, q)) ** 2, abs=1e-12)


def test_tables_agree_with_torch_distributions():
    p, q = rows(5, 6, 1), rows(5, 6, 2)
    first, second = (torch.distributions.Categorical(probs=law) for law in (p, q))
    assert torch.allclose(entropy(p, math.e), first.entropy(), rtol=1e-12)
    assert torch.allclose(kl(p, q), torch.distributions.kl_divergence(first, second), rtol=1e-12)


@given(st.floats(0, 1))
def test_binary_entropy_is_the_entropy_of_two_outcomes(p):
    expected = stats.entropy([p, 1 - p], base=2)
    assert binary_entropy(p).item() == pytest.approx(expected, abs=1e-12)


def test_cross_entropy_is_the_loss_that_classifiers_train_on():
    logits = torch.randn(4, 3, dtype=DOUBLE, generator=torch.Generator().manual_seed(0))
    truth = torch.tensor([0, 2, 1, 1])
    wanted = torch.nn.functional.cross_entropy(logits, truth, reduction="none")
    one_hot = torch.nn.functional.one_hot(truth, 3).to(DOUBLE)
    assert torch.allclose(cross_entropy(one_hot, logits.softmax(-1)), wanted, rtol=1e-12)


# ------------------------------------------------------------------ known answers


def test_information_of_equally_likely_messages():
    assert self_information([1, 1 / 2, 1 / 8]).tolist() == [0, 1, 3]
    assert self_information(1 / 8, base=8).item() == 1
    assert self_information(0.0).item() == math.inf
    assert math.copysign(1, self_information(1.0).item()) == 1  # 0 and not −0, which prints badly


@pytest.mark.parametrize(
    ("p", "bits"), [([0.001, 0.999], 0.011408), ([0.5, 0.5], 1), ([0.25, 0.75], 0.811278)]
)
def test_entropy_of_three_coins(p, bits):
    assert entropy(p).item() == pytest.approx(bits, abs=1e-6)
    assert binary_entropy(p[0]).item() == pytest.approx(bits, abs=1e-6)


@pytest.mark.parametrize("p", [1e-3, 1e-9, 1e-20, 1e-300])
def test_binary_entropy_keeps_the_digits_of_a_small_p(p):
    wanted = (p * math.log(1 / p) - (1 - p) * math.log1p(-p)) / LOG2
    assert binary_entropy(p).item() == pytest.approx(wanted, rel=1e-12, abs=0)


def test_empty_bin():
    p, q = [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]
    assert kl(p, q).item() == pytest.approx(LOG2)
    assert kl(q, p).item() == math.inf
    assert cross_entropy(q, p).item() == math.inf
    assert js(p, q).item() == js(q, p).item() < LOG2


def test_laws_without_a_common_outcome():
    p, q = [0.3, 0.7, 0.0, 0.0, 0.0], [0.0, 0.0, 0.2, 0.8, 0.0]
    assert kl(p, q).item() == kl(q, p).item() == math.inf
    assert js(p, q).item() == pytest.approx(LOG2, abs=1e-15)
    assert total_variation(p, q).item() == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("tiny", [5e-324, 1e-320, 1e-310, 1e-200])
def test_a_probability_next_to_nothing_is_next_to_nothing(tiny):
    assert js([tiny, 1.0], [0.0, 1.0]).item() == pytest.approx(0, abs=1e-190)
    assert kl([tiny, 1.0], [0.0, 1.0]).item() == math.inf
    assert entropy([tiny, 1.0]).item() == pytest.approx(0, abs=1e-190)


# ------------------------------------------------------------------ densities on a grid


@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (1.5, 0.5), (-3.0, 0.8)])
def test_gaussians_have_closed_forms(mean, std):
    x, step = grid()
    p, q = normal(x), normal(x, mean, std)
    first, second = (torch.distributions.Normal(m, s) for m, s in ((0.0, 1.0), (mean, std)))
    expected = torch.distributions.kl_divergence(first, second).item()
    assert kl(p, q, step=step).item() == pytest.approx(expected, rel=1e-6)
    height = entropy(q, math.e, step=step).item()
    assert height == pytest.approx(second.entropy().item(), rel=1e-6)


@given(st.floats(-6, 6))
def test_total_variation_of_shifted_gaussians(shift):
    x, step = grid()
    wanted = 2 * stats.norm.cdf(abs(shift) / 2) - 1
    got = total_variation(normal(x), normal(x, shift), step=step).item()
    assert got == pytest.approx(wanted, abs=1e-5)


def test_js_of_shifted_gaussians_agrees_with_quadrature():
    from scipy import integrate

    def integrand(t, shift=1.7):
        p, q = stats.norm.pdf(t), stats.norm.pdf(t, shift)
        return (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))) / 2

    x, step = grid()
    wanted, _ = integrate.quad(integrand, -20, 20, epsabs=1e-12)
    assert js(normal(x), normal(x, 1.7), step=step).item() == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("mean", "raw"), [(0, 17.553), (2, 42.301), (4, 116.548)])
def test_the_step_turns_a_sum_into_a_cross_entropy(mean, raw):
    """100 points on [−4, 4]: without the step the numbers are 99/8 times too large."""
    x = torch.linspace(-4, 4, 100, dtype=DOUBLE)
    p, q = normal(x), normal(x, mean)
    assert -(p * q.log()).sum().item() == pytest.approx(raw, abs=5e-4)
    nats = LOG2 / 2 + math.log(math.pi) / 2 + (1 + mean**2) / 2
    assert cross_entropy(p, q, step=8 / 99).item() == pytest.approx(nats, rel=1e-3)
    assert cross_entropy(p, q, 2, step=8 / 99).item() == pytest.approx(nats / LOG2, rel=1e-3)
    with pytest.raises(ValueError, match="give its step"):
        cross_entropy(p, q)


def test_only_where_p_lives_does_cross_entropy_need_q():
    x, step = grid(reach=4.0, points=801)
    assert kl(normal(x), normal(x, 4.0), step=step).item() == pytest.approx(8, rel=1e-2)
    for symmetric in (js, total_variation):
        with pytest.raises(ValueError, match="q must integrate to 1 over the grid"):
            symmetric(normal(x), normal(x, 4.0), step=step)


def test_a_finer_grid_changes_nothing():
    coarse, fine = grid(points=241), grid(points=4801)
    for function in TWO_LAWS[:3]:
        near, far = (function(normal(x), normal(x, 1.0), step=step) for x, step in (coarse, fine))
        assert near.item() == pytest.approx(far.item(), abs=1e-9)


# ------------------------------------------------------------------ properties


@given(several(1))
def test_entropy_lies_between_certainty_and_ignorance(laws):
    (p,) = laws
    assert -1e-12 <= entropy(p).item() <= math.log2(len(p)) + 1e-12


@given(several(2))
def test_divergences_keep_their_bounds(laws):
    p, q = laws
    distances = [f(p, q).item() for f in (kl, js, total_variation)]
    assert min(distances) >= 0
    assert distances[1] <= LOG2 + 1e-12 and distances[2] <= 1 + 1e-12


@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
def test_rounding_does_not_push_near_laws_below_zero(dtype):
    p = rows(2000, 50, 1)
    near = (p * (1 + 100 * torch.finfo(dtype).eps * rows(2000, 50, 2))).to(dtype)
    p = p.to(dtype)
    assert ((p * (p.log() - near.log())).sum(-1) < 0).any()  # what the bare formula says
    assert kl(p, near).min() >= 0 and js(p, near).sqrt().isfinite().all()


@given(several(1))
def test_a_law_is_at_distance_nothing_from_itself(laws):
    for function in (kl, js, total_variation):
        assert on(function, laws[0]).item() == 0


@given(several(2))
def test_different_laws_are_apart(laws):
    p, q = laws
    assume((p - q).abs().max() > 1e-3)
    assert all(f(p, q).item() > 1e-8 for f in (kl, js, total_variation))


@given(several(2))
def test_cross_entropy_is_entropy_plus_kl(laws):
    p, q = laws
    excess = entropy(p, math.e) + kl(p, q)
    assert cross_entropy(p, q).item() == pytest.approx(excess.item(), rel=1e-9, abs=1e-12)


@given(several(2))
def test_pinsker_and_its_relatives(laws):
    p, q = laws
    variation = total_variation(p, q).item()
    assert variation <= math.sqrt(kl(p, q).item() / 2) + 1e-7
    # Lin 1991, theorem 3, with TV from 0 to 1; and Pinsker for both halves of JS.
    assert variation**2 / 2 - 1e-12 <= js(p, q).item() <= variation * LOG2 + 1e-12


@given(several(2))
def test_js_and_total_variation_are_symmetric(laws):
    p, q = laws
    assert js(p, q) == js(q, p) and total_variation(p, q) == total_variation(q, p)


@given(several(3))
def test_root_of_js_and_total_variation_obey_the_triangle(laws):
    p, q, r = laws
    for distance in (lambda a, b: js(a, b).sqrt(), total_variation):
        assert distance(p, r) <= distance(p, q) + distance(q, r) + 1e-7


@given(tables(3, 2), tables(4, 6))
def test_chain_rule(first, second):
    """H(X, Y) = H(X) + E H(Y | X), and the same for KL."""
    p, q = ((x[:, None] * given_x) for x, given_x in zip(first, second.split(3), strict=True))
    both = entropy(first[0]) + (first[0] * entropy(second[:3])).sum()
    assert entropy(p.flatten()).item() == pytest.approx(both.item(), abs=1e-9)
    parts = kl(second[:3], second[3:])
    parts = torch.where(first[0] > 0, first[0] * parts, 0).sum()  # inf·0 is not met
    total = (kl(first[0], first[1]) + parts).item()
    assert kl(p.flatten(), q.flatten()).item() == pytest.approx(total, rel=1e-9, abs=1e-9)


@given(tables(5, 2), tables(3, 5))
def test_a_noisy_channel_brings_laws_nearer(laws, channel):
    for function in (kl, js, total_variation):
        assert function(*(laws @ channel)) <= function(*laws) + 1e-9


@given(several(2), st.randoms(use_true_random=False))
def test_the_order_of_outcomes_and_empty_ones_do_not_matter(laws, random):
    order = random.sample(range(laws.shape[1]), laws.shape[1])
    padded = torch.nn.functional.pad(laws[:, order], (1, 2))
    for function in TWO_LAWS:
        assert function(*padded).item() == pytest.approx(function(*laws).item(), abs=1e-12)


# ------------------------------------------------------------------ gradients


@pytest.mark.parametrize("function", LAWS)
def test_gradients_agree_with_finite_differences(function):
    """By softmax, because a table that a finite difference moves must still sum to 1."""
    source = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 4, dtype=DOUBLE, generator=source).requires_grad_()
    count = 2 if function in TWO_LAWS else 1
    assert gradcheck(lambda x: function(*x.softmax(-1)[:count]), (logits,))


@pytest.mark.parametrize("function", [self_information, binary_entropy])
def test_gradients_of_one_probability(function):
    p = torch.tensor([0.1, 0.5, 0.97], dtype=DOUBLE, requires_grad=True)
    assert gradcheck(function, (p,))


def test_gradient_by_the_shift_of_a_density():
    x, step = grid()

    def slides(shift):
        q = normal(x, shift)
        return torch.stack([f(normal(x), q, step=step) for f in (kl, js, cross_entropy)])

    shift = torch.tensor(1.3, dtype=DOUBLE, requires_grad=True)
    assert gradcheck(slides, (shift,))
    (slope,) = torch.autograd.grad(slides(shift)[0], shift)
    assert slope.item() == pytest.approx(1.3, rel=1e-9)  # KL = shift²/2


@pytest.mark.parametrize("function", [entropy, js, total_variation])
def test_gradients_are_finite_where_probabilities_are_zero(function):
    laws = [torch.tensor(row, dtype=DOUBLE) for row in ([0.5, 0.5, 0, 0, 0], [0, 0, 0.2, 0.8, 0])]
    laws = [law.requires_grad_() for law in laws[: 2 if function in TWO_LAWS else 1]]
    for gradient in torch.autograd.grad(function(*laws), laws):
        assert gradient.isfinite().all()


def test_what_has_probability_zero_adds_nothing_to_the_gradient():
    p = torch.tensor([0.0, 0.4, 0.6], dtype=DOUBLE, requires_grad=True)
    q = torch.tensor([0.0, 0.5, 0.5], dtype=DOUBLE, requires_grad=True)
    for function in (kl, js, cross_entropy):
        gradients = torch.autograd.grad(function(p, q), (p, q))
        assert [gradient[0].item() for gradient in gradients] == [0, 0]
    for end in (0.0, 1.0):
        end = torch.tensor(end, dtype=DOUBLE, requires_grad=True)
        assert torch.autograd.grad(binary_entropy(end), end)[0].isfinite()


def test_off_the_overlap_js_has_no_slope():
    x, step = grid(reach=60.0, points=6001)
    shift = torch.tensor(40.0, dtype=DOUBLE, requires_grad=True)
    value = js(normal(x), normal(x, shift), step=step)
    (slope,) = torch.autograd.grad(value, shift)
    assert value.item() == pytest.approx(LOG2) and abs(slope.item()) < 1e-15


# ------------------------------------------------------------------ batches and dtypes


@pytest.mark.parametrize("function", TWO_LAWS)
def test_a_batch_is_a_loop(function):
    p, q = rows(6, 5, 1).reshape(2, 3, 5), rows(3, 5, 2)
    together = function(p, q)
    assert together.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            assert together[i, j].item() == pytest.approx(function(p[i, j], q[j]).item())


@pytest.mark.parametrize("function", LAWS)
def test_lists_count_in_double_and_tensors_keep_their_dtype(function):
    assert on(function, [0.1, 0.2, 0.7]).dtype == DOUBLE
    assert on(function, np.array([0.1, 0.9], dtype=np.float32)).dtype == torch.float32
    assert on(function, torch.tensor([0.1, 0.9], dtype=torch.float16)).dtype == torch.float16
    assert on(function, [0, 1]).dtype == DOUBLE


def test_single_and_double_precision_meet_in_double():
    p, q = rows(1, 5, 1)[0], rows(1, 5, 2)[0]
    mixed = kl(p.float(), q)
    assert mixed.dtype == DOUBLE and mixed.item() == pytest.approx(kl(p, q).item(), abs=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_what_softmax_gives_is_a_table_in_every_dtype(dtype):
    p, q = (rows(50, 100, seed).to(dtype) for seed in (1, 2))
    for function in LAWS:
        result = function(p, q) if function in TWO_LAWS else function(p)
        assert result.isfinite().all() and result.dtype == dtype


def test_a_density_may_overflow_the_quotient():
    p, q = torch.tensor([1.0, 0.0]), torch.tensor([1e-45, 1.0])
    assert kl(p, q).item() == pytest.approx(103.28, abs=0.1)


# ------------------------------------------------------------------ bad input

WRONG_TABLES = {
    "sum": ([0.5, 0.6], ValueError, r"must sum to 1 \(within 1e-06\) .* a sum of 1.1;"),
    "sum of one of many": ([[0.5, 0.5], [0.5, 0.4]], ValueError, "a sum of 0.9;"),
    "density": ([4.0, 8.0], ValueError, "for a density on a grid, give its step"),
    "negative": ([1.5, -0.5], ValueError, "must not be negative, got a smallest entry of -0.5"),
    "nan": ([math.nan, 1.0], ValueError, "must hold finite numbers only"),
    "infinite": ([math.inf, 1.0], ValueError, "must hold finite numbers only"),
    "empty": ([], ValueError, "must not be empty"),
    "a number": (0.5, ValueError, "must be a table …×n of probabilities"),
    "text": ("half", TypeError, "must be a tensor, or numbers"),
    "nothing": (None, TypeError, "must be a tensor, or numbers"),
    "complex": ([1j, 1.0], TypeError, "must hold real numbers"),
    "ragged": ([[0.5, 0.5], [1.0]], TypeError, "must be a tensor, or numbers"),
}
BY_NAME = {"argvalues": WRONG_TABLES.values(), "ids": WRONG_TABLES.keys()}


@pytest.mark.parametrize(("table", "error", "message"), **BY_NAME)
@pytest.mark.parametrize("function", LAWS)
def test_wrong_tables_are_named(function, table, error, message):
    with pytest.raises(error, match="p " + message if message[0] == "m" else message):
        on(function, table)


@pytest.mark.parametrize(("table", "error", "message"), **BY_NAME)
@pytest.mark.parametrize("function", TWO_LAWS)
def test_the_second_law_has_its_own_name(function, table, error, message):
    with pytest.raises(error, match=r"^q "):
        function([0.5, 0.5], table)


@pytest.mark.parametrize("function", TWO_LAWS)
@pytest.mark.parametrize(
    "q", [[1.0], [0.2, 0.3, 0.5], [[0.5, 0.5]] * 2], ids=["one", "three", "batch"]
)
def test_laws_over_other_outcomes_are_refused(function, q):
    p = [[0.5, 0.5]] * 3
    with pytest.raises(ValueError, match=r"p and q must be .* got shapes \(3, 2\) and"):
        function(p, q)


@pytest.mark.parametrize("function", [self_information, binary_entropy])
@pytest.mark.parametrize("p", [-0.1, 1.1, math.nan, math.inf, "p", None, [0.5, 2.0], []])
def test_wrong_probabilities_are_named(function, p):
    with pytest.raises((ValueError, TypeError), match=r"^p must"):
        function(p)


@pytest.mark.parametrize("base", [1, 0, -2, 0.5, math.nan, math.inf, "2", None, True])
def test_wrong_bases_are_named(base):
    for call in (
        lambda: self_information(0.5, base),
        lambda: entropy([0.5, 0.5], base),
        lambda: cross_entropy([0.5, 0.5], [0.5, 0.5], base),
    ):
        with pytest.raises((ValueError, TypeError), match="base must be a finite number greater"):
            call()


@pytest.mark.parametrize("function", LAWS)
@pytest.mark.parametrize("step", [0, -1, math.nan, math.inf, "fine", True])
def test_wrong_steps_are_named(function, step):
    with pytest.raises((ValueError, TypeError), match="step must be a finite number greater"):
        on(function, [0.5, 0.5], step=step)


@pytest.mark.parametrize("function", LAWS)
def test_a_grid_that_is_too_short_is_named(function):
    x, step = grid(reach=2.0, points=401)
    with pytest.raises(ValueError, match=r"p must integrate to 1 over the grid .* longer or finer"):
        on(function, normal(x), step=step)


@given(
    st.lists(st.floats(allow_nan=True, width=64), min_size=1, max_size=4),
    st.none() | st.floats(allow_nan=True),
)
def test_whatever_comes_is_refused_or_a_law(values, step):
    """No function answers for what is no law, and none says "not a number" for what is one."""
    table = torch.tensor(values, dtype=DOUBLE)
    mass = table.sum().item() * (1 if step is None else step)
    tolerance = TABLE_TOLERANCE if step is None else GRID_TOLERANCE
    sound = bool((table >= 0).all()) and abs(mass - 1) <= tolerance
    sound = sound and table.isfinite().all() and (step is None or 0 < step < math.inf)
    for function in LAWS:
        if sound:
            assert not on(function, values, step=step).isnan()
        else:
            with pytest.raises(ValueError, match=r"^(p|step) must"):
                on(function, values, step=step)


@given(st.floats(allow_nan=True))
def test_whatever_comes_is_refused_or_a_probability(p):
    for function in (self_information, binary_entropy):
        if 0 <= p <= 1:
            assert function(p).item() >= 0
        else:
            with pytest.raises(ValueError, match=r"^p must"):
                function(p)
