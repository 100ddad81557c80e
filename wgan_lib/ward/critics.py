"""Networks that are no critics for a WGAN, and a generator that is not what its owner thinks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from torch import Tensor, nn
from torch.nn.functional import relu
from torch.nn.utils.parametrizations import spectral_norm

from wgan_lib.clinic.reports import DIFFERS
from wgan_lib.ward.case import Case
from wgan_lib.ward.healthy import DIGITS, PENALISED
from wgan_lib.ward.loop import ring_critic


def with_sigmoid() -> nn.Module:
    """Scores between 0 and 1."""
    return nn.Sequential(*ring_critic(), nn.Sigmoid())


def with_softmax() -> nn.Module:
    """The softmax of one number is 1."""
    return nn.Sequential(*ring_critic(), nn.Softmax(dim=1))


def with_batch_norm() -> nn.Module:
    """Each score depends on all the samples of its batch."""
    return nn.Sequential(
        *(nn.Linear(2, 64), nn.BatchNorm1d(64), nn.LeakyReLU(0.2)),
        *(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.LeakyReLU(0.2)),
        *(nn.Linear(64, 64), nn.BatchNorm1d(64), nn.LeakyReLU(0.2)),
        nn.Linear(64, 1),
    )


def with_dropout() -> nn.Module:
    """The same sample gets another score each time."""
    return nn.Sequential(
        *(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Dropout(0.5)),
        *(nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Dropout(0.5)),
        *(nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Dropout(0.5)),
        nn.Linear(64, 1),
    )


class OverwritingBlock(nn.Module):
    """A residual block whose first ReLU overwrites what the shortcut was to carry."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(64, 64), nn.Linear(64, 64)

    def forward(self, x: Tensor) -> Tensor:
        """x + f(x), or so it is meant."""
        h = relu(x, inplace=True)
        h = self.second(relu(self.first(h)))
        return x + h


class ResidualBlock(OverwritingBlock):
    """The same with a ReLU that leaves its input alone."""

    def forward(self, x: Tensor) -> Tensor:
        """x + f(x)."""
        return x + self.second(relu(self.first(relu(x))))


def residual(block: type[nn.Module]) -> nn.Module:
    """A critic of two blocks."""
    return nn.Sequential(nn.Linear(2, 64), block(), block(), nn.LeakyReLU(0.2), nn.Linear(64, 1))


def overwriting_critic() -> nn.Module:
    """Two blocks that overwrite their shortcut."""
    return residual(OverwritingBlock)


def residual_critic() -> nn.Module:
    """Two right blocks."""
    return residual(ResidualBlock)


def blind_critic() -> nn.Module:
    """28 → 13 → 5 → 1 without padding: what is left over at the border is dropped."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 4, 2), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(16, 32, 4, 2), nn.LeakyReLU(0.2)),
        *(nn.Conv2d(32, 1, 4, 2), nn.Flatten()),
    )


def spectral_critic() -> nn.Module:
    """A spectral norm of 1 for each kernel as a matrix, and no penalty."""
    return nn.Sequential(
        *(spectral_norm(nn.Conv2d(1, 16, 4, 2, 1)), nn.LeakyReLU(0.2)),
        *(spectral_norm(nn.Conv2d(16, 32, 4, 2, 1)), nn.LeakyReLU(0.2)),
        *(nn.Flatten(), spectral_norm(nn.Linear(32 * 7 * 7, 1))),
    )


def generator_with_eps() -> nn.Module:
    """The second argument of a batch norm is eps; its owner means the momentum."""
    return generator_with_norm(lambda n: nn.BatchNorm1d(n, 0.8))


def generator_with_momentum() -> nn.Module:
    """Keras' momentum 0.8 keeps 0.8 of the old statistics; torch's is the share of the new."""
    return generator_with_norm(lambda n: nn.BatchNorm1d(n, momentum=0.2))


def generator_with_norm(norm: Callable[[int], nn.Module]) -> nn.Module:
    """The ring's generator with a norm in the second and third layer."""
    return nn.Sequential(
        *(nn.Linear(2, 64), nn.ReLU()),
        *(nn.Linear(64, 64), norm(64), nn.ReLU()),
        *(nn.Linear(64, 64), norm(64), nn.ReLU()),
        nn.Linear(64, 2),
    )


CASES = (
    Case(
        "sigmoid", "A sigmoid on the critic", "the critic",
        complaint="At first nothing happens at all, and the samples never get as close as with "
        "other code.",
        cause="Scores in (0, 1) cannot differ by more than 1, and the sigmoid's slope is 1/4 at "
        "most: what lies behind it must be four times as steep, and where it saturates it teaches "
        "nothing.",
        treatment="No activation after the last layer.",
        source="EmilienDupont/wgan-gp models.py; ozanciga/gans-with-pytorch #2; "
        "ChengBinJin/WGAN-TensorFlow #1; timsainb/tensorflow2-generative-models #16",
        code=with_sigmoid, loop=replace(PENALISED, critic=with_sigmoid), probe="raw scores",
    ),
    Case(
        "softmax", "A softmax on the critic", "the critic",
        complaint="The critic's loss is exactly λ and never moves. Neither do the samples.",
        cause="The softmax of a single number is 1, whatever the number: no gradient reaches any "
        "weight.",
        treatment="No activation after the last layer.",
        source="ooples/AiDotNet #1936",
        code=with_softmax, loop=replace(PENALISED, critic=with_softmax), probe="raw scores",
    ),
    Case(
        "batch-norm", "Batch norm in a penalised critic", "the critic",
        complaint="With the penalty my model collapses: the samples have the right shape and the "
        "wrong size.",
        cause="A penalty asks for the slope of each score in its own sample, and here a score "
        "depends on its whole batch. Real and fake batches are normalised each by itself, so that "
        "the critic does not even see which of them is larger.",
        treatment="Layer norm, or no norm.",
        source="POSTECH-CVLab/PyTorch-StudioGAN WGAN-GP.yaml; "
        "JamesMcGuigan/coursera-gan-specialization C1W3_WGAN_GP.ipynb; eriklindernoren/Keras-GAN "
        "#66 and #48; davidADSP/GDL_code #98",
        code=with_batch_norm, loop=replace(PENALISED, critic=with_batch_norm), probe="coupling",
    ),
    Case(
        "dropout", "Dropout in the critic", "the critic",
        complaint="The samples stay blurred, and the critic's loss is noisier than with other "
        "code.",
        cause="Each pass draws another mask, and a score varies more by its mask than from sample "
        "to sample.",
        treatment="No dropout in a critic.",
        source="sdv-dev/CTGAN synthesizers/ctgan.py, Dropout(0.5)",
        code=with_dropout, loop=replace(PENALISED, critic=with_dropout), probe="noise",
        verdict=DIFFERS,
    ),
    Case(
        "in-place-relu", "An in-place ReLU in a residual block", "the critic",
        complaint="There is a ReLU with `inplace=True` at the start of the residual stack. Is that "
        "intentional?",
        cause="It overwrites x before the shortcut adds it: the block computes relu(x) + f(x).",
        treatment="A ReLU that is not in place, at least the first.",
        source="rosinality/vq-vae-2-pytorch #60, mended in ef5f67c",
        code=OverwritingBlock, loop=replace(PENALISED, critic=overwriting_critic), probe=None,
        mended=replace(PENALISED, critic=residual_critic),
    ),
    Case(
        "eps-for-momentum", "`BatchNorm1d(n, 0.8)`", "the critic",
        complaint="Most batch norms are created as `BatchNorm1d(n, 0.8)`. Is this by design?",
        cause="The 0.8 comes from Keras, where it is the momentum. In torch the second argument is "
        "eps, which is added to the variance. From outside it is a batch norm like any other.",
        treatment="`BatchNorm1d(n, momentum=0.2)`.",
        source="eriklindernoren/PyTorch-GAN #116",
        code=generator_with_eps, loop=replace(PENALISED, generator=generator_with_eps), probe=None,
        mended=replace(PENALISED, generator=generator_with_momentum),
    ),
    Case(
        "blind-border", "A critic that is blind at the border", "the critic",
        complaint="All my samples have a strip of noise at the right and at the bottom.",
        cause="Convolutions of stride 2 without padding drop what is left over: no score depends "
        "on the last six rows and columns.",
        treatment="Padding, or kernels that fit: 28 → 14 → 7.",
        source="JamesMcGuigan/coursera-gan-specialization C1W3_WGAN_GP.ipynb",
        code=blind_critic, loop=replace(DIGITS, critic=blind_critic), probe="blind pixels",
        mended=DIGITS,
    ),
    Case(
        "spectral-norm-of-a-kernel", "Spectral norm of a convolution", "the critic",
        complaint="Every layer has spectral norm 1. Is the critic then nowhere steeper than 1?",
        cause="`spectral_norm` takes the kernel for a matrix. The convolution that is made of it "
        "can lengthen its input by more, and then nothing certifies the critic.",
        treatment="A penalty, or a norm of the convolution itself.",
        source="pytorch/pytorch #99149",
        code=spectral_critic, loop=replace(DIGITS, critic=spectral_critic, gradient_penalty=None),
        probe="spectral norm", verdict=DIFFERS, mended=DIGITS,
    ),
)  # fmt: skip
