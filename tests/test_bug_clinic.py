"""The study of the ward: which runs it has, and how samples are kept."""

import pickle

import pytest
import torch

from wgan_lib.experiments import bug_clinic
from wgan_lib.experiments.bug_clinic import BUG_CLINIC, load_samples, packed
from wgan_lib.images.datasets import digits
from wgan_lib.ward import CASES, HEALTHY, run
from wgan_lib.ward.case import replace


def test_every_loop_that_differs_is_run_once():
    loops = BUG_CLINIC.loops
    for name, case in CASES.items():
        assert case.loop is loops[name] if name in loops else case.loop in HEALTHY.values()
        assert case.mended in loops.values()
    assert HEALTHY.items() <= loops.items()
    assert len(set(map(id, loops.values()))) == len(loops)


def test_images_take_three_seeds_and_points_five():
    for name, loop in BUG_CLINIC.loops.items():
        seeds = [seed for each, seed in BUG_CLINIC.pairs() if each == name]
        assert seeds == ([0, 1, 2] if loop.data is digits else [0, 1, 2, 3, 4])
    pickle.dumps(BUG_CLINIC)
