"""Make the stored runs of lesson 08: trained on one core of the CPU, measured on the way, kept.

    python data/build_stored_runs.py                       those that are not there yet
    python data/build_stored_runs.py mnist-wgan-gp         that one, if it is not there yet

A run that was interrupted continues after its last measurement. The two long ones take half an hour
each and need the full data sets, which are looked for as `data/README.md` says.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from wgan_lib.experiments.recipes import Recipe, find
from wgan_lib.experiments.stored_runs import RESULTS, make
from wgan_lib.experiments.studies import find as find_study

FOLDER = Path(__file__).resolve().parent / RESULTS
SHEETS = ("gan", "non-saturating-gan", "wgan", "wgan-gp", "dcgan")  # of the study's first seed
MEASURED = {"mnist-wgan-gp": 16, "fashion-mnist-wgan-gp": 16}


def runs() -> dict[str, Recipe]:
    """The runs that lesson 08 shows, by their places in the folder of results."""
    objectives = find_study("image-objectives")
    short = {f"objectives/{name}": objectives.recipe(name, 0) for name in SHEETS}
    return short | {name: find(name) for name in MEASURED}


def main() -> int:
    chosen = runs()
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", nargs="?", choices=chosen, help="default: all")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        for name in [options.name] if options.name else chosen:
            if not (FOLDER / name).exists():
                print(f"{name} …")
                make(chosen[name], FOLDER / name, MEASURED.get(name, 15))
    except (OSError, ValueError) as error:
        print(f"build_stored_runs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
