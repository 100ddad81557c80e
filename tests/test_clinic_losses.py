"""The clinic on losses and penalties: each fault is named, and no right variant is a BUG."""

import json
import math

import pytest
import torch
from clinic_mutants import (
    IMAGES,
    SHAPES,
    critic_loss,
    cross_entropy,
    generator_loss,
    hinge,
    least_squares,
    of_the_first,
    of_the_graph,
    penalty,
    single_precision,
    three_channels,
    together,
)
from torch import nn

from wgan_lib import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.clinic import Report, examine
from wgan_lib.clinic.adapters import lightning_loop, on_attribute
from wgan_lib.clinic.anchors import RIGHT, SECTIONS
from wgan_lib.clinic.penalties import explain

BUG, DIFFERS, COST = "BUG", "differs", "cost"


def flagged(report):
    """What is not ok, by probe; fakes that nobody detaches in a penalty are for the loop to say."""
    return {f.probe: f.verdict for f in report if f.verdict != "ok" and f.probe != "fakes"}


def of_penalty(**changes):
    return {"gradient_penalty": penalty(**changes)}


def of_losses(loss, push=None):
    return {"critic_loss": loss, "generator_loss": generator_loss() if push is None else push}


# What is examined, the lines that must not be ok, and the shapes on which it is a fault at all.
PENALTIES = {
    "norm over the batch": (of_penalty(norm="batch"), {"norm": BUG}, SHAPES),
    "norm over axis 1": (of_penalty(norm="axis 1"), {"norm": BUG}, IMAGES),
    "norm over the last axis": (of_penalty(norm="last axis"), {"norm": BUG}, IMAGES),
    "norm of each channel": (of_penalty(norm="channel"), {"norm": BUG}, IMAGES),
    "norm over axis 0": (of_penalty(norm="axis 0"), {"norm": BUG}, SHAPES),
    "norm of each number": (of_penalty(norm="number"), {"norm": BUG}, SHAPES),
    "root mean square": (of_penalty(norm="root mean square"), {"norm": BUG}, SHAPES),
    "gradient of the mean": (of_penalty(of_mean=True), {"norm": BUG}, SHAPES),
    "largest number": (of_penalty(norm="largest"), {"norm": DIFFERS}, SHAPES),
    "bare root": (of_penalty(norm="bare root"), {"zero gradient": BUG}, SHAPES),
    "bare power": (of_penalty(norm="bare power"), {"zero gradient": BUG}, SHAPES),
    "ε for the batch": (of_penalty(epsilon="batch"), {"points": BUG}, SHAPES),
    "ε of the host": (of_penalty(epsilon="batch on the host"), {"points": BUG}, SHAPES),
    "ε for each number": (of_penalty(epsilon="number"), {"points": BUG}, SHAPES),
    "ε for each channel": (of_penalty(epsilon="channel"), {"points": BUG}, SHAPES),
    "normal ε": (of_penalty(epsilon="normal"), {"points": BUG}, SHAPES),
    "fixed ε": (of_penalty(epsilon="half"), {"points": BUG}, SHAPES),
    "ε beyond": (of_penalty(epsilon="beyond"), {"points": BUG}, SHAPES),
    "the same ε again": (
        of_penalty(epsilon="the same again"),
        {"points": BUG},
        SHAPES,
    ),
    "ε cubed": (of_penalty(epsilon="cubed"), {"points": DIFFERS}, SHAPES),
    "ε on the CPU": (of_penalty(epsilon="on the CPU"), {"device": COST}, SHAPES),
    "ε from numpy": (of_penalty(epsilon="numpy"), {"randomness": COST}, SHAPES),
    "ε for eight": (of_penalty(epsilon="for eight"), {"batch size": COST}, SHAPES),
    "beside the segments": (of_penalty(points="sum"), {"points": BUG}, SHAPES),
    "at real samples": (of_penalty(points="real"), {"points": DIFFERS}, SHAPES),
    "no graph": (of_penalty(graph=False), {"reaches weights": BUG}, SHAPES),
    "detached": (of_penalty(detached=True), {"reaches weights": BUG}, SHAPES),
    "reward": (of_penalty(weight=-10), {"sign": BUG}, SHAPES),
    "another λ": (of_penalty(weight=100) | {"weight": 10}, {"weight": BUG}, SHAPES),
    "sum": (of_penalty(reduction="sum") | {"weight": 10}, {"reduction": BUG}, SHAPES),
    "λ that grows": (of_penalty(reduction="grows"), {"reduction": BUG}, SHAPES),
    "around two": (of_penalty(formula="around two"), {"formula": DIFFERS}, SHAPES),
    "no root": (of_penalty(norm="square"), {"formula": DIFFERS}, SHAPES),
    "waits": (of_penalty(waits=True), {"device": COST}, SHAPES),
    "three channels": (
        {"gradient_penalty": three_channels},
        {"channels": COST},
        [(3, 8, 8)],
    ),
    "single precision": ({"gradient_penalty": single_precision}, {"dtype": COST}, SHAPES),
    "needs a graph": (
        {"gradient_penalty": of_the_graph},
        {"needs a graph": COST, "formula": DIFFERS, "points": DIFFERS},
        SHAPES,
    ),
}
LOSSES = {
    "the same way": (of_losses(critic_loss(), generator_loss(1.0)), {"opponents": BUG}, SHAPES),
    "generator unheard": (
        of_losses(critic_loss(), generator_loss(detached=True)),
        {"opponents": BUG},
        SHAPES,
    ),
    "sums": (of_losses(critic_loss(reduce="sum")), {"scores": BUG}, SHAPES),
    "a mean and a sum": (of_losses(critic_loss(of_fake="sum")), {"scores": BUG}, SHAPES),
    "both up": ({"critic_loss": critic_loss(1, 1)}, {"scores": BUG}, SHAPES),
    "no real": ({"critic_loss": critic_loss(a=0)}, {"scores": BUG}, SHAPES),
    "no fake": ({"critic_loss": critic_loss(b=0)}, {"scores": BUG}, SHAPES),
    "the first alone": ({"critic_loss": of_the_first}, {"scores": BUG}, SHAPES),
    "reward in the loss": (
        of_losses(critic_loss(extra=penalty(weight=-10))),
        {"sign": BUG},
        SHAPES,
    ),
    "detached in the loss": (
        of_losses(critic_loss(extra=penalty(detached=True))),
        {"reaches weights": BUG},
        SHAPES,
    ),
    "cross-entropy": ({"critic_loss": cross_entropy}, {"scores": DIFFERS}, SHAPES),
    "a norm in cross-entropy": (
        {"critic_loss": together(cross_entropy, penalty(norm="batch"))},
        {"scores": DIFFERS, "norm": BUG},
        SHAPES,
    ),
}
MUTANTS = PENALTIES | LOSSES
CASES = [(name, shape) for name, (_, _, shapes) in MUTANTS.items() for shape in shapes]


@pytest.mark.parametrize(("name", "shape"), CASES, ids=str)
def test_each_fault_is_named_and_nothing_else_is(name, shape):
    pieces, expected, _ = MUTANTS[name]
    assert flagged(examine(shape, **pieces)) == expected


def test_on_points_some_faults_are_right():
    """With one axis besides the batch, a norm over axis 1 is the norm of a sample."""
    for norm in ("axis 1", "last axis"):
        assert flagged(examine((2,), gradient_penalty=penalty(norm=norm))) == {}


# ------------------------------------------------------------------ right variants


def squared_slopes(where):
    def cost(critic, real, fake):
        x = {"real": real, "fake": fake}[where].detach().requires_grad_()
        (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        return 5 * gradient.square().flatten(1).sum(1).mean()

    return cost


def with_functions(critic, real, fake):
    epsilon = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device, dtype=real.dtype)
    x = (fake + epsilon * (real - fake)).detach()
    gradient = torch.func.grad(lambda points: critic(points).sum())(x)
    return 10 * (torch.linalg.vector_norm(gradient.flatten(1), dim=1) - 1).square().mean()


def with_ones(critic, real, fake):
    """As the first public codes have it: grad_outputs, retain_graph, view."""
    epsilon = torch.rand(real.size(0), 1, device=real.device, dtype=real.dtype)
    epsilon = epsilon.expand(real.size(0), real.nelement() // real.size(0)).contiguous()
    x = epsilon.view_as(real) * real.detach() + (1 - epsilon.view_as(real)) * fake.detach()
    x.requires_grad_(True)
    scores = critic(x)
    gradient = torch.autograd.grad(
        outputs=scores, inputs=x, grad_outputs=torch.ones_like(scores),
        create_graph=True, retain_graph=True, only_inputs=True,
    )[0].view(real.size(0), -1)  # fmt: skip
    return ((gradient.norm(2, dim=1) - 1) ** 2).mean() * 10


def drift(critic, real, fake):
    return 1e-3 * critic(real).square().mean()


def noisy(critic, real, fake):
    real, fake = (x + 0.1 * torch.randn_like(x) for x in (real, fake))
    return critic(fake).mean() - critic(real).mean()


def relativistic(critic, real, fake):
    of_real, of_fake = critic(real), critic(fake)
    return nn.functional.softplus(of_fake - of_real).mean()


def in_one_pass(critic, real, fake):
    of_real, of_fake = critic(torch.cat([real, fake])).chunk(2)
    return {"loss": of_fake.mean() - of_real.mean(), "of real": of_real.mean().detach()}


def over_patches(critic, real, fake):
    loss = critic(fake).mean(dim=(1, 2, 3)).mean() - critic(real).mean(dim=(1, 2, 3)).mean()
    return loss, {"patches": 4}


def of_a_tuple(critic, real, fake):
    (of_real, _), (of_fake, features) = critic(real), critic(fake)
    return of_fake.mean() - of_real.mean() + 0 * features.mean()


def of_a_dictionary(critic, real, fake):
    return critic(fake)["logits"].mean() - critic(real)["logits"].mean()


def of_a_batch(critic, real, fake):
    return critic(fake) - critic(real)


def of(objective):
    return {
        "critic_loss": lambda c, r, k: objective.critic_loss(c, r, k),
        "generator_loss": lambda c, k: objective.generator_loss(c, k),
    }


VARIANTS = {
    "GAN": of(GAN()),
    "non-saturating GAN": of(NonSaturatingGAN()),
    "WGAN": of(WGAN()),
    "WGAN-GP": of(WGANGP()) | {"weight": 10},
    "WGAN-GP, λ = 0.1": of(WGANGP(penalty=0.1)) | {"weight": 0.1},
    "WGAN-GP, one-sided": of(WGANGP(sided="one")),
    "WGAN-GP, centre 0": of(WGANGP(centre=0.0)),
    "WGAN-GP, centre 2": of(WGANGP(centre=2.0)),
    "WGAN-GP at real": of(WGANGP(where="real")),
    "WGAN-GP at fake": of(WGANGP(where="fake")),
    "WGAN-GP at both": of(WGANGP(where="both")),
    "reversed signs": of_losses(critic_loss(1, -1, extra=penalty()), generator_loss(1.0)),
    "half": of_losses(critic_loss(-0.5, 0.5)),
    "hinge": {"critic_loss": hinge},
    "least squares": {"critic_loss": least_squares},
    "relativistic": {"critic_loss": relativistic},
    "drift": {"critic_loss": together(critic_loss(extra=penalty()), drift)},
    "instance noise": {"critic_loss": noisy},
    "R1": {"critic_loss": together(cross_entropy, squared_slopes("real"))},
    "R1 and R2": {
        "critic_loss": together(relativistic, squared_slopes("real"), squared_slopes("fake"))
    },
    "DRAGAN": {"critic_loss": together(cross_entropy, penalty(points="around real"))},
    "floored root": of_penalty(norm="floored root"),
    "the other way": of_penalty(points="other way"),
    "shuffled partners": of_penalty(points="shuffled"),
    "groups of two": of_penalty(norm="pairs"),
    "absolute": of_penalty(formula="absolute"),
    "sixth power": of_penalty(formula="sixth power"),
    "the steepest": of_penalty(formula="zero-centred", reduction="largest"),
    "torch.func": {"gradient_penalty": with_functions},
    "grad_outputs": {"gradient_penalty": with_ones},
    "one pass, a dictionary": {"critic_loss": in_one_pass},
    "a tuple": {"critic_loss": of_a_tuple},
    "a dictionary of scores": {"critic_loss": of_a_dictionary},
    "one score per batch": {"critic_loss": of_a_batch},
}


@pytest.mark.parametrize("shape", [(3, 8, 8), (2,)], ids=str)
@pytest.mark.parametrize("name", VARIANTS)
def test_no_right_variant_is_a_bug(name, shape):
    report = examine(shape, **VARIANTS[name])
    assert report.bugs == [], str(report)
    assert not any("probe met an error" in f.evidence for f in report), str(report)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["WGAN-GP", "WGAN", "grad_outputs", "torch.func", "half"])
def test_what_the_papers_ask_for_is_all_ok(name, shape):
    assert flagged(examine(shape, **VARIANTS[name])) == {}


def test_patches():
    assert examine((3, 8, 8), critic_loss=over_patches).bugs == []


# ------------------------------------------------------------------ what else strangers have


def test_several_scales():
    def right(critic, real, fake, own=False):
        count = len(real[0])
        epsilons = [torch.rand(count, 1, 1, 1) for _ in real]
        epsilons = epsilons if own else epsilons[:1] * len(real)
        pairs = zip(epsilons, real, fake, strict=True)
        x = [(e * r + (1 - e) * k).detach().requires_grad_() for e, r, k in pairs]
        gradients = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        norms = torch.cat([g.flatten(1) for g in gradients], 1).norm(dim=1)
        return 10 * (norms - 1).square().mean()

    shapes = [(3, 4, 4), (3, 8, 8)]
    assert examine(shapes, gradient_penalty=right).bugs == []
    wrong = examine(shapes, gradient_penalty=lambda *x: right(*x, own=True))
    assert "one ε for each of 2 channels or scales" in wrong["points"].evidence
    assert [f.probe for f in wrong.bugs] == ["points"]


def test_labels_come_last():
    seen = []

    def loss(critic, real, fake, labels):
        seen.append(labels)
        return critic(fake, labels).mean() - critic(real, labels).mean()

    def push(critic, fake, labels):
        return critic(fake, labels).mean()

    report = examine((2,), critic_loss=loss, generator_loss=push, labels=3)
    assert [f.probe for f in report.bugs] == ["opponents"]
    assert seen[0].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


class Model:
    """Keeps its critic on itself, as many do."""

    def __init__(self, norm="sample"):
        self.D, self.penalty = nn.Linear(2, 1), penalty(norm=norm)

    def critic_loss(self, real, fake):
        loss = self.D(fake).mean() - self.D(real).mean()
        return loss + self.penalty(self.D, real, fake)


def test_a_critic_that_lives_on_its_owner():
    model = Model("batch")
    own = model.D
    report = examine((2,), critic_loss=on_attribute(model, "D", model.critic_loss))
    assert [f.probe for f in report.bugs] == ["norm"] and model.D is own
    assert examine((2,), critic_loss=on_attribute(Model(), "D", Model.critic_loss)).bugs == []
    with pytest.raises(AttributeError, match="netD"):
        on_attribute(model, "netD", model.critic_loss)


# ------------------------------------------------------------------ errors


def test_what_their_code_raises_is_a_line_with_their_line():
    def broken(critic, real, fake):
        raise RuntimeError("shapes do not match\nsecond line")

    report = examine((2,), critic_loss=broken)
    assert report["runs"].verdict == "cannot tell"
    assert "RuntimeError: shapes do not match (test_clinic_losses.py, line " in str(report)
    assert "second line" not in str(report)


def test_a_loss_that_breaks_later_is_a_line_too():
    calls = []

    def fickle(critic, real, fake):
        calls.append(1)
        if len(calls) > 4:
            raise KeyError("gone")
        return critic_loss(extra=penalty())(critic, real, fake)

    assert "KeyError: 'gone' (test_clinic_losses.py" in str(examine((2,), critic_loss=fickle))


@pytest.mark.parametrize("value", ["words", None, torch.zeros(3)], ids=str)
def test_a_loss_must_be_a_number(value):
    report = examine((2,), critic_loss=lambda c, r, k: value)
    assert report["runs"].verdict == "cannot tell" and "a loss must" in report["runs"].evidence


@pytest.mark.parametrize(
    ("shape", "pieces", "kind", "message"),
    [
        ((2,), {}, ValueError, "must be given, got none"),
        ((2,), {"critic_loss": 3}, TypeError, "critic_loss must be a function, got int"),
        ((2,), {"critic": len}, TypeError, "critic must be a torch.nn.Module"),
        ((2,), {"generator_loss": len}, ValueError, "critic_loss must be given beside"),
        ((2,), {"clip_step": len}, ValueError, "critic must be given beside clip_step"),
        ((), {"critic_loss": len}, TypeError, "shape must be the sides"),
        (3, {"critic_loss": len}, TypeError, "shape must be the sides"),
        ((0,), {"critic_loss": len}, ValueError, "shape must be an integer of at least 1"),
        ((2,), {"critic_loss": len, "batch": 2}, ValueError, "batch must be an integer of at"),
        ((2,), {"critic_loss": len, "weight": -1}, ValueError, "weight must be a finite number"),
        ((2,), {"critic_loss": len, "labels": 0}, ValueError, "labels must be an integer"),
    ],
)
def test_bad_arguments(shape, pieces, kind, message):
    with pytest.raises(kind, match=message):
        examine(shape, **pieces)


# ------------------------------------------------------------------ the report


@pytest.fixture(scope="module")
def report():
    return examine((3, 8, 8), critic_loss=critic_loss(extra=penalty(norm="batch", waits=True)))


def test_the_worst_comes_first_with_what_right_looks_like(report):
    lines = str(report).splitlines()
    assert lines[0].split()[:3] == ["BUG", "norm", "(critic_loss):"]
    assert "over the whole batch, one norm for all" in lines[0]
    assert lines[1].strip().startswith("right: one Euclidean norm per sample")
    assert "(lesson 06, section 3)" in lines[1]
    assert "cost" in lines[2] and "device" in lines[2]
    assert "no more" in str(report).split("\n\n")[1], "the limits stand below"


def test_the_report_for_a_notebook_and_for_a_program(report):
    shown = report._repr_html_()
    assert shown.count("<tr") == len(report) + 1 and "lesson 06, section 3" in shown
    read = json.loads(report.to_json())
    first = read["findings"][0]
    assert (first["verdict"], first["probe"], first["piece"]) == ("BUG", "norm", "critic_loss")
    assert first["lesson"] == "lesson 06, section 3" and read["limits"]


def test_html_is_escaped():
    report = Report()
    report.add("runs", "cannot tell", "<script>")
    assert "<script>" not in report._repr_html_()


def test_the_report_is_asked_by_name(report):
    assert "norm" in report and "moves" not in report
    with pytest.raises(KeyError):
        report["moves"]


def test_an_examination_repeats_and_leaves_the_random_state_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first, second = (str(examine((3, 4, 4), gradient_penalty=penalty())) for _ in range(2))
    assert first == second and torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("section", SECTIONS, ids=str)
def test_every_section_is_in_its_lesson(section, notebooks):
    (lesson,) = notebooks.glob(f"{section.lesson}_*.md")
    text = lesson.read_text(encoding="utf-8")
    assert f"\n## {section.number}. {section.title}\n" in text


def test_anchors_are_used():
    assert {anchor.section for anchor in RIGHT.values()} - {None} == set(SECTIONS)


# ------------------------------------------------------------------ the laws themselves


def test_a_law_is_found_up_to_a_constant_and_not_made_up():
    source = torch.Generator().manual_seed(0)
    gradients = [s * torch.randn(8, 3, 4, 4, generator=source) for s in (0.2, 0.5, 1.0, 1.7, 2.0)]
    norms = [g.flatten(1).norm(dim=1) for g in gradients]
    law = explain(gradients, [7 + 3 * (n - 1).square().mean() for n in norms])
    assert (law.norm, law.formula) == ("each sample", "(n−1)²")
    assert law.weight == pytest.approx(3, rel=1e-4)
    law = explain(gradients, [0.5 * (n - 1.5).square().mean() for n in norms])
    assert law.centre == pytest.approx(1.5, rel=1e-3) and law.weight == pytest.approx(0.5, rel=1e-3)
    assert explain(gradients, [n.cos().mean() for n in norms]) is None


def test_the_lightning_loop_needs_no_trainer():
    """Optimisers in each of the forms that ``configure_optimizers`` may have."""

    class Module(nn.Linear):
        automatic_optimization = True

        def __init__(self, form):
            super().__init__(2, 1)
            self.form, self.seen = form, []

        def configure_optimizers(self):
            first, second = (torch.optim.SGD(self.parameters(), 0.1) for _ in range(2))
            return {
                "one": first, "list": [first, second], "dict": {"optimizer": first},
                "two lists": ([first, second], []),
                "dicts": [{"optimizer": first}, {"optimizer": second}],
            }[self.form]  # fmt: skip

        def training_step(self, batch, batch_idx, optimizer_idx):
            self.seen.append((batch_idx, optimizer_idx))
            self.log("loss", 0.0)
            return {"loss": self(batch).mean()}

        def log(self, *_):
            raise RuntimeError("there is no trainer")

    for form, count in (("one", 1), ("list", 2), ("dict", 1), ("two lists", 2), ("dicts", 2)):
        module = Module(form)
        before = module.weight.detach().clone()
        lightning_loop(module, [torch.ones(4, 2)] * 2)()
        assert module.seen == [(i, k) for i in range(2) for k in range(count)]
        assert not torch.equal(module.weight, before)
        with pytest.raises(RuntimeError, match="no trainer"):
            module.log("loss", 0.0)


def test_a_loss_without_a_gradient_is_no_loss():
    def read_off(critic, real, fake):
        return (critic(fake).mean() - critic(real).mean()).item()

    for loss in (lambda critic, real, fake: torch.tensor(1.0), read_off):
        report = examine((3, 8, 8), critic_loss=loss)
        assert (
            report["scores"].verdict == BUG and "none has a gradient" in report["scores"].evidence
        )
    only_penalty = examine((3, 8, 8), critic_loss=penalty())
    assert only_penalty.bugs == [] and "scores" not in only_penalty


def test_a_loss_that_leaves_python_is_a_line_of_the_report():
    def leave(critic, real, fake):
        raise SystemExit(0)

    report = examine((2,), critic_loss=leave)
    assert report["runs"].verdict == "cannot tell" and "SystemExit: 0" in report["runs"].evidence


def test_a_loss_of_nan_makes_no_solver_print(capfd):
    report = examine((2,), critic_loss=lambda critic, real, fake: critic(fake).mean() * math.nan)
    assert report["scores"].verdict == BUG
    assert capfd.readouterr().out == ""
