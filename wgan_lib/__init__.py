"""A small library for a course on Wasserstein GANs: every module is read in a lesson."""

from wgan_lib.objectives import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.run import Run
from wgan_lib.training import train

__version__ = "0.1.0"
__all__ = ["GAN", "WGAN", "WGANGP", "NonSaturatingGAN", "Run", "train"]
