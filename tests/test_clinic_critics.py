"""The clinic on critics and on a step with a clip."""

import pytest
import torch
from clinic_mutants import (
    IMAGES,
    BatchSpread,
    Blind,
    Clamped,
    Clipper,
    Cut,
    PerBatch,
    conv_critic,
    critic_loss,
    cross_entropy,
    dense_critic,
    penalty,
)
from torch import nn

from wgan_lib import networks
from wgan_lib.clinic import examine
from wgan_lib.clinic.clipping import clipped
from wgan_lib.clinic.critics import Questioned
from wgan_lib.clinic.spectra import gain
from wgan_lib.lipschitz.layers import lipschitz_mlp

BUG, DIFFERS = "BUG", "differs"
PENALISED = {"critic_loss": critic_loss(extra=penalty())}


def flagged(report):
    return {f.probe: f.verdict for f in report if f.verdict != "ok" and f.probe != "fakes"}


# A critic, what it is examined with, and the lines that must not be ok.
MUTANTS = {
    "sigmoid": (lambda s: conv_critic(s, nn.Sigmoid()), {}, {"raw scores": BUG}),
    "tanh": (lambda s: conv_critic(s, nn.Tanh()), {}, {"raw scores": BUG}),
    "ReLU": (lambda s: conv_critic(s, nn.ReLU()), {}, {"raw scores": BUG}),
    "clamp": (lambda s: conv_critic(s, Clamped()), {}, {"raw scores": BUG}),
    "softmax": (
        lambda s: conv_critic(s, nn.Softmax(dim=1)),
        {},
        {"raw scores": BUG, "moves": BUG},
    ),
    "cut": (Cut, {}, {"moves": BUG}),
    "sigmoid with cross-entropy": (
        lambda s: conv_critic(s, nn.Sigmoid()),
        {"critic_loss": cross_entropy},
        {"raw scores": DIFFERS, "scores": DIFFERS},
    ),
    "inner sigmoid": (lambda s: dense_critic(s, nn.Sigmoid()), {}, {"inner squashing": DIFFERS}),
    "batch norm": (lambda s: conv_critic(s, norm="batch"), PENALISED, {"coupling": BUG}),
    "batch norm, no penalty": (lambda s: conv_critic(s, norm="batch"), {}, {"coupling": DIFFERS}),
    "spread of the batch": (lambda s: dense_critic(s, BatchSpread()), PENALISED, {"coupling": BUG}),
    "dropout": (lambda s: dense_critic(s, nn.Dropout(0.5)), {}, {"noise": DIFFERS}),
    "blind": (Blind, {}, {"blind pixels": BUG}),
    "spectral norm": (lambda s: conv_critic(s, spectral=True), {}, {"spectral norm": DIFFERS}),
    "one score per batch": (PerBatch, {}, {"one score each": DIFFERS, "coupling": DIFFERS}),
}
CASES = [(name, shape) for name in MUTANTS for shape in IMAGES]


@pytest.mark.parametrize(("name", "shape"), CASES, ids=str)
def test_each_fault_is_named_and_nothing_else_is(name, shape):
    build, pieces, expected = MUTANTS[name]
    torch.manual_seed(1)
    assert flagged(examine(shape, critic=build(shape), **pieces)) == expected


class Residual(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.first, self.last = nn.Linear(size, size), nn.Linear(size, 1)

    def forward(self, x):
        x = x.flatten(1)
        return self.last(x + torch.relu(self.first(x)))


class Several(nn.Module):
    """Scores and features, as a tuple or as a dictionary."""

    def __init__(self, shape, form):
        super().__init__()
        self.body, self.form = conv_critic(shape), form

    def forward(self, x):
        scores = self.body(x)
        return self.form(scores, x.flatten(1))


class Labelled(nn.Module):
    def __init__(self, size, classes):
        super().__init__()
        self.embed, self.body = nn.Embedding(classes, 4), nn.Linear(size + 4, 1)

    def forward(self, x, labels):
        return self.body(torch.cat([x.flatten(1), self.embed(labels)], 1))


SHAPE = (3, 8, 8)
VARIANTS = {
    "dense": lambda: dense_critic(SHAPE),
    "convolutions": lambda: conv_critic(SHAPE),
    "strides": lambda: conv_critic(SHAPE, stride=2),
    "layer norm": lambda: conv_critic(SHAPE, norm="layer"),
    "hidden tanh": lambda: dense_critic(SHAPE, nn.Tanh()),
    "SiLU": lambda: dense_critic(SHAPE, nn.SiLU()),
    "residual": lambda: Residual(192),
    "a tuple": lambda: Several(SHAPE, lambda s, f: (s, f)),
    "a dictionary": lambda: Several(SHAPE, lambda s, f: {"scores": s, "features": f}),
    "spectral norm of a dense layer": lambda: nn.Sequential(
        nn.Flatten(),
        nn.utils.parametrizations.spectral_norm(nn.Linear(192, 8)),
        nn.ReLU(),
        nn.utils.parametrizations.spectral_norm(nn.Linear(8, 1)),
    ),
    "group sort": lambda: nn.Sequential(nn.Flatten(), *lipschitz_mlp([192, 8, 1])),
    "the course's own": lambda: nn.Sequential(nn.Flatten(), *networks.mlp([192, 16, 1])),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_no_right_critic_is_flagged(name):
    torch.manual_seed(1)
    report = examine(SHAPE, critic=VARIANTS[name]())
    assert flagged(report) == {}, str(report)


def test_labels_reach_a_conditional_critic():
    report = examine(SHAPE, critic=Labelled(192, 5), labels=5)
    assert report.bugs == [] and report["one score each"].verdict == "ok"
    report = examine(SHAPE, critic=Labelled(192, 5))
    assert report["answers"].verdict == "cannot tell" and "labels" in report["answers"].evidence


def test_the_form_of_a_critic_is_that_of_the_loss():
    """A loss of the first sample alone hides behind a critic that might return a tuple."""
    critic = conv_critic(SHAPE)

    def loss(critic, real, fake):
        return critic(fake)[0].mean() - critic(real)[0].mean()

    assert [f.probe for f in examine(SHAPE, critic_loss=loss, critic=critic).bugs] == ["scores"]
    several = Several(SHAPE, lambda s, f: (s, f))
    assert examine(SHAPE, critic_loss=loss, critic=several).bugs == []


def test_scores_of_patches():
    report = examine(
        SHAPE, critic=nn.Sequential(nn.Conv2d(3, 4, 4, 2), nn.ReLU(), nn.Conv2d(4, 1, 3))
    )
    assert report.bugs == [] and "1 scores per sample" not in str(report)
    report = examine(SHAPE, critic=nn.Conv2d(3, 1, 3))
    assert report["one score each"].verdict == DIFFERS and "36 scores per sample" in str(report)


def test_a_critic_is_left_as_it_was():
    critic = conv_critic(SHAPE, norm="batch").eval()
    before = {name: value.clone() for name, value in critic.state_dict().items()}
    examine(SHAPE, critic=critic, clip=0.01)
    after = critic.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert not critic.training and all(p.grad is None for p in critic.parameters())


def test_the_slope_after_a_clip_is_seen_and_certified():
    critic = nn.Sequential(nn.Flatten(), *networks.mlp([192, 64, 64, 1]))
    loose, tight = (examine(SHAPE, critic=critic, clip=clip)["slope"] for clip in (10.0, 0.001))
    assert loose.verdict == "ok" and "certified nowhere above" in loose.evidence
    assert tight.verdict == DIFFERS and "flat" in tight.evidence


def test_the_gain_of_a_convolution_is_its_largest_singular_value():
    torch.manual_seed(0)
    layer = nn.Conv2d(1, 2, 3, padding=1)
    basis = torch.eye(25).reshape(25, 1, 5, 5)
    matrix = (layer(basis) - layer(torch.zeros(1, 1, 5, 5))).flatten(1)
    largest = torch.linalg.matrix_norm(matrix, 2).item()
    assert gain(layer, torch.Size([8, 1, 5, 5])) == pytest.approx(largest, rel=1e-2)


def test_a_critic_that_breaks_is_a_line_with_its_line():
    class Broken(nn.Module):
        def forward(self, x):
            raise RuntimeError("no such layer")

    report = examine(SHAPE, critic=Broken())
    assert "no such layer (test_clinic_critics.py, line" in report["answers"].evidence


def test_one_score_a_sample_whatever_came_before():
    for critic in (PerBatch(SHAPE), nn.Conv2d(3, 1, 3), Several(SHAPE, lambda s, f: (s, f))):
        questioned = Questioned(critic, SHAPE, 8)
        assert questioned(questioned.samples()).shape == (8,)


# ------------------------------------------------------------------ clips

CLIPS = {
    "before": ({"where": "before"}, {"clip": BUG}),
    "between": ({"where": "between"}, {"clip": BUG}),
    "none": ({"where": None}, {"clip": BUG}),
    "weights alone": ({"only": 2}, {"clipped weights": BUG}),
    "biases alone": ({"only": 1}, {"clipped weights": BUG}),
    "another size": ({"size": 0.1}, {"clip size": BUG}),
    "right": ({}, {}),
}


@pytest.mark.parametrize("shape", [(2,), (5,), (3, 4, 4)], ids=str)
@pytest.mark.parametrize("name", CLIPS)
def test_where_a_step_clips_and_what(name, shape):
    changes, expected = CLIPS[name]
    critic = dense_critic(shape)
    before = [p.clone() for p in critic.parameters()]
    report = examine(shape, critic=critic, clip_step=Clipper(critic, **changes), clip=0.01)
    found = {f.probe: f.verdict for f in report if f.piece == "clip_step" and f.verdict != "ok"}
    assert found == expected, str(report)
    assert all(torch.equal(p, b) for p, b in zip(critic.parameters(), before, strict=True))


def test_the_size_of_a_clip_is_found_without_being_told():
    critic = dense_critic((2,))
    report = examine((2,), critic=critic, clip_step=Clipper(critic, size=0.07))
    assert report["clip size"].evidence == "±0.07" and report["clip"].verdict == "ok"


def test_a_step_may_take_what_it_needs():
    critic = dense_critic((2,))
    step = Clipper(critic)
    x = torch.randn(8, 2)
    for given in (lambda: step(critic, x, -x), lambda network: step(network, x, -x)):
        report = examine((2,), critic=critic, clip_step=given)
        assert report["clip"].verdict == "ok"


def test_a_step_without_an_optimiser_cannot_be_judged():
    report = examine((2,), critic=dense_critic((2,)), clip_step=lambda: None)
    assert report["clip"].verdict == "cannot tell"


def test_a_clip_is_told_from_any_other_change():
    before = {"w": torch.tensor([-3.0, 0.5, 2.0])}
    assert clipped(before, {"w": torch.tensor([-1.0, 0.5, 1.0])}).size == 1.0
    assert clipped(before, {"w": torch.tensor([-1.0, 0.4, 1.0])}) is None
    assert clipped(before, before) is None
