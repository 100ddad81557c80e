"""A small library for a course on Wasserstein GANs.

The files beside this one are the mathematics of the lessons, a subject each. The folders are wings:
`training` is the heart, `lipschitz` measures slopes, `clinic` finds known faults in anybody's WGAN,
`ward` has WGANs with such faults, `images` has the data and its judges, `measuring` asks how well
W₁ can be estimated, `experiments` runs what has a name, `commands` is the command line, `classroom`
is what a notebook needs, and `ground` is what all of them stand on.
"""

from wgan_lib import distributions, divergences, lipschitz, metrics, networks, transport
from wgan_lib.images import datasets
from wgan_lib.training import objectives
from wgan_lib.training.loop import train
from wgan_lib.training.objectives import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.training.run import Run

__version__ = "0.1.0"
__all__ = [
    "GAN",
    "WGAN",
    "WGANGP",
    "NonSaturatingGAN",
    "Run",
    "datasets",
    "distributions",
    "divergences",
    "lipschitz",
    "metrics",
    "networks",
    "objectives",
    "train",
    "transport",
]
