"""Wrong penalties and wrong ε."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor, nn

from wgan_lib.clinic.reports import OK
from wgan_lib.ward.case import Case
from wgan_lib.ward.healthy import DIGITS, PENALISED
from wgan_lib.ward.loop import gradient_penalty, ring_critic


def slopes(critic: nn.Module, real: Tensor, fake: Tensor, epsilon: Tensor) -> Tensor:
    """∇D at x̂ = ε·real + (1 − ε)·fake, N×…, as it should be taken."""
    x = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
    return torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]


def one_for_each(real: Tensor) -> Tensor:
    """One uniform ε for each sample, as it should be drawn."""
    return torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device)


def cost(gradient: Tensor) -> Tensor:
    """(n − 1)² with one norm n for each sample, as it should be."""
    return (gradient.flatten(1).norm(2, dim=1) - 1).square().mean()


# ------------------------------------------------------------------ the penalty


def norm_over_axis_1(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Of a gradient N×1×28×28, this norm leaves N×28×28 numbers."""
    gradient = slopes(critic, real, fake, one_for_each(real))
    return (gradient.norm(2, dim=1) - 1).square().mean()


def norm_over_batch(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """One norm of all gradients together."""
    gradient = slopes(critic, real, fake, one_for_each(real))
    return (gradient.norm(2) - 1).square()


def bare_root(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """The root's own derivative at 0 is infinite."""
    gradient = slopes(critic, real, fake, one_for_each(real))
    return (gradient.flatten(1).square().sum(dim=1).sqrt() - 1).square().mean()


def silent_critic() -> nn.Module:
    """A last layer that begins at zero, as some initialisations want it: all slopes are 0."""
    critic = ring_critic()
    nn.init.zeros_(critic[-1].weight)
    return critic


def penalty_summed(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """λ grows with the batch."""
    gradient = slopes(critic, real, fake, one_for_each(real))
    return (gradient.flatten(1).norm(2, dim=1) - 1).square().sum()


def without_graph(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """The penalty has a value and no gradient; added to a loss, it raises nothing."""
    epsilon = one_for_each(real)
    x = (epsilon * real + (1 - epsilon) * fake).requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x)
    return cost(gradient)


# ------------------------------------------------------------------ ε


def one_epsilon(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """All segments are cut at the same place."""
    return cost(slopes(critic, real, fake, torch.rand(1, device=real.device)))


def normal_epsilon(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Two thirds of these ε lie outside [0, 1]."""
    epsilon = torch.randn(len(real), *[1] * (real.ndim - 1), device=real.device)
    return cost(slopes(critic, real, fake, epsilon))


def epsilon_per_number(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """x̂ lies somewhere in the box between the two, not on the segment."""
    return cost(slopes(critic, real, fake, torch.rand_like(real)))


SILENT = replace(PENALISED, critic=silent_critic)

CASES = (
    Case(
        "norm-over-one-axis", "A norm over one axis", "the penalty",
        complaint="The digits get worse again after a good start, and the critic's estimate is in "
        "the hundreds, far beyond any distance between images.",
        cause="`gradient.norm(2, dim=1)` of N×1×28×28 is a norm for each pixel: every number of "
        "the gradient is driven towards 1 or −1, which is a slope of √784 = 28.",
        treatment="Flatten first: `gradient.flatten(1).norm(2, dim=1)`.",
        source="caogang/wgan-gp #27; Zeleni9/pytorch-wgan #40; eriklindernoren/PyTorch-GAN "
        "dragan.py",
        code=norm_over_axis_1, loop=replace(DIGITS, gradient_penalty=norm_over_axis_1),
        probe="norm", mended=DIGITS,
    ),
    Case(
        "norm-over-batch", "One norm for the whole batch", "the penalty",
        complaint="It trains, but the critic's loss is about ten times smaller than in everybody "
        "else's curves.",
        cause="`gradient.norm(2)` runs over the batch as well. Of 128 samples each gets a slope of "
        "1/√128.",
        treatment="One norm for each sample: `gradient.flatten(1).norm(2, dim=1)`.",
        source="torchgan/torchgan losses/functional.py, line 93",
        code=norm_over_batch, loop=replace(PENALISED, gradient_penalty=norm_over_batch),
        probe="norm",
    ),
    Case(
        "bare-root", "A bare root", "the penalty",
        complaint="The loss is nan from the second step on.",
        cause="The derivative of √ is infinite at 0. This critic's last layer begins at zero, so "
        "every slope is exactly 0, and ∞·0 is not a number.",
        treatment="torch's own `.norm(2, dim=1)`, whose derivative at 0 is finite, or a small "
        "number under the root.",
        source="keras-team/keras-io #910; pytorch/pytorch #2534; yunjey/stargan 94dd002; "
        "tdeboissiere/DeepLearningImplementations #68",
        code=bare_root, loop=replace(SILENT, gradient_penalty=bare_root), probe="zero gradient",
        mended=SILENT,
    ),
    Case(
        "sum-for-mean", "A sum for a mean", "the penalty",
        complaint="The samples wander off and never settle. Is λ from the paper far too strong?",
        cause="The penalty is summed over the batch: λ is in truth λ·N, here 128. The critic "
        "attends to its slope alone.",
        treatment="`.mean()` over the batch.",
        source="SonyCSLParis/DrumGAN 2ac5213",
        code=penalty_summed, loop=replace(PENALISED, gradient_penalty=penalty_summed),
        probe="reduction",
    ),
    Case(
        "no-create-graph", "A penalty without a graph", "the penalty",
        complaint="I print the penalty, and it grows past a hundred thousand whatever λ I take. "
        "The critic's loss swings by hundreds.",
        cause="Without `create_graph=True` the gradient is a constant: the penalty is added to the "
        "loss, and no weight hears of it.",
        treatment="`torch.autograd.grad(…, create_graph=True)`.",
        source="ooples/AiDotNet #1844; mlpack/mlpack #2891",
        code=without_graph, loop=replace(PENALISED, gradient_penalty=without_graph),
        probe="reaches weights",
    ),
    Case(
        "asked-to-detach", "Somebody asks for a detach", "the penalty",
        complaint="Your penalty leads to second-order gradients when `.backward()` is called. A "
        "`.detach()` behind it would stop that and save memory.",
        cause="Nothing is wrong. A penalty on the slope is learned through the gradient of a "
        "gradient: detached, it is a constant, as in no-create-graph.",
        treatment="Leave it as it is.",
        source="brownvc/R3GAN #20, where the authors say so",
        code=gradient_penalty, loop=PENALISED, probe="reaches weights", verdict=OK,
    ),
    Case(
        "one-epsilon", "One ε for the batch", "ε",
        complaint="The code draws one ε where the paper draws one for each sample. Training works, "
        "so does it matter?",
        cause="`torch.rand(1)` is one number: all segments of a batch are cut at the same place.",
        treatment="`torch.rand(len(real), 1)`, with as many ones as a sample has axes.",
        source="torchgan/torchgan losses/wasserstein.py, line 275; xyfJASON/gans-pytorch 8ba548d; "
        "KimRass/PGGAN before dd57c52",
        code=one_epsilon, loop=replace(PENALISED, gradient_penalty=one_epsilon), probe="points",
    ),
    Case(
        "normal-epsilon", "ε from a normal law", "ε",
        complaint="The paper draws ε from U[0, 1], and the example draws it from N(0, 1). It "
        "clearly works, so why?",
        cause="Two thirds of the ε are outside [0, 1]: the slope is held beyond the samples more "
        "often than between them.",
        treatment="`torch.rand`, not `torch.randn`.",
        source="keras-team/keras-io #143 and #624; Matesxs/GAN-Playground before 4ec39f7",
        code=normal_epsilon, loop=replace(PENALISED, gradient_penalty=normal_epsilon),
        probe="points",
    ),
    Case(
        "epsilon-per-number", "An ε for each number", "ε",
        complaint="Does it matter whether ε has the shape of the batch or of the samples?",
        cause="With an ε of its own for each number, x̂ is a point of the box between the two "
        "samples, and not of the segment that mass would travel along.",
        treatment="One ε for each sample, `torch.rand(len(real), 1)`, which broadcasts.",
        source="eriklindernoren/PyTorch-GAN #5; hwalsuklee/tensorflow-generative-model-collections "
        "#33; tntrung/gan #2",
        code=epsilon_per_number, loop=replace(PENALISED, gradient_penalty=epsilon_per_number),
        probe="points",
    ),
)  # fmt: skip
