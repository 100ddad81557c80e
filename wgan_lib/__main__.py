"""The command line: `python -m wgan_lib train digits-wgan-gp --out runs/demo`.

This module reads the arguments and turns what goes wrong into one line and an exit code: 2 for bad
input, 1 for a run that diverged, 130 after Ctrl-C. What each command does is in `commands`.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any, NoReturn

import torch

from wgan_lib.commands import actions
from wgan_lib.commands.terminal import OUT_OF_MEMORY, in_a_line, in_words, torch_in_words
from wgan_lib.experiments.studies import STUDIES
from wgan_lib.ground.devices import is_main_process
from wgan_lib.ground.literals import literal
from wgan_lib.training.loop import DivergedError

PROGRAM = "python -m wgan_lib"
PURPOSE = "Train Wasserstein GANs and look at what they have learned."
EXAMPLE = f"For a start: {PROGRAM} train digits-wgan-gp --out runs/demo"
WHICH = "a checkpoint.pt, or the folder of its run"
MOST_SIDES, MOST_NUMBERS = 8, 2**22  # of one sample that a loss is examined with
BAD_INPUT, FAILED, INTERRUPTED = 2, 1, 130  # 130 = 128 + SIGINT, as shells have it


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error of the program."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"wgan_lib: {in_a_line(message)}; see {self.prog} --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; a malformed one raises SystemExit."""
    _allow_plain_terminals()
    given = list(sys.argv[1:] if arguments is None else arguments)
    parsed = vars(parser().parse_args(given))
    command = parsed.pop("command")
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _say
            return command(**parsed)
    except DivergedError as error:
        return _fail(FAILED, str(error))
    except (torch.OutOfMemoryError, MemoryError):
        return _fail(FAILED, OUT_OF_MEMORY)
    except OSError as error:
        return _fail(BAD_INPUT, in_words(error))
    except (ValueError, TypeError) as error:  # CheckpointError is a ValueError
        return _fail(BAD_INPUT, str(error))
    except RuntimeError as error:
        return _fail(FAILED, torch_in_words(error))
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, "interrupted at once; what was saved before is still there")


def parser() -> Parser:
    """The commands and their arguments; each command is a function of `commands`."""
    top = Parser(prog=PROGRAM, description=PURPOSE, epilog=EXAMPLE)
    listed = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    _add_train(listed)
    _add_sample(listed)
    _add_evaluate(listed)
    _add_study(listed)
    _add_examine(listed)
    _add_distance(listed)
    _add(listed, actions.list_recipes, "recipes", "list the experiments that have a name")
    _add(listed, actions.doctor, "doctor", "look at this machine: what is there, what is missing")
    return top


def _add(listed, command, name: str, purpose: str) -> Parser:
    added = listed.add_parser(name, help=purpose, description=f"{purpose[0].upper()}{purpose[1:]}.")
    added.set_defaults(command=command)
    return added


def _add_train(listed) -> None:
    train = _add(
        listed,
        actions.train,
        "train",
        "train a recipe; the same command again goes on where it stopped",
    )
    train.add_argument("recipe", metavar="RECIPE", help=f"a name that `{PROGRAM} recipes` lists")
    train.add_argument(
        "--out", type=path_of, required=True, metavar="DIR", help="folder for all that it writes"
    )
    for name in ("steps", "seed"):
        train.add_argument(
            f"--{name}", type=value_of, metavar="N", help=f"short for --set {name}=N"
        )
    train.add_argument(
        "--set",
        dest="assignments",
        type=assignment,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting, the objective or the networks; may be given more than once",
    )
    train.add_argument(
        "--checkpoint-every", type=value_of, default=500, metavar="N", help="steps; default 500"
    )
    train.add_argument(
        "--sheet-every", type=value_of, metavar="N", help="steps; default a tenth of the run"
    )
    _add_device(train)
    _add_data(train)


def _add_sample(listed) -> None:
    sample = _add(listed, actions.sample, "sample", "draw samples from a trained generator")
    sample.add_argument("checkpoint", type=path_of, metavar="CHECKPOINT", help=WHICH)
    sample.add_argument("--out", type=path_of, required=True, metavar="FILE.png")
    sample.add_argument("-n", dest="count", type=value_of, help="default 64 images or 1,000 points")
    sample.add_argument("--seed", type=value_of, default=0, metavar="N", help="default 0")
    sample.add_argument("--raw", action="store_true", help="not the averaged weights")
    sample.add_argument("--force", action="store_true", help="replace FILE.png if it exists")
    _add_device(sample)


def _add_evaluate(listed) -> None:
    evaluate = _add(listed, actions.evaluate, "evaluate", "measure how good the samples are")
    evaluate.add_argument("checkpoint", type=path_of, metavar="CHECKPOINT", help=WHICH)
    evaluate.add_argument("--json", action="store_true", dest="as_json", help="for programs")
    evaluate.add_argument("--seed", type=value_of, default=0, metavar="N", help="default 0")
    _add_device(evaluate)
    _add_data(evaluate)


def _add_study(listed) -> None:
    purpose = "run recipes over several seeds and keep what was measured"
    study = _add(listed, actions.study, "study", purpose)
    study.add_argument("name", metavar="NAME", help=f"one of: {', '.join(STUDIES)}")
    study.add_argument(
        "--out", type=path_of, metavar="DIR", help="default: where the lessons look for it"
    )
    study.add_argument(
        "--device", type=device_of, default="cpu", help="auto, cpu (default), cuda or mps"
    )
    study.add_argument(
        "--jobs",
        type=value_of,
        default=1,
        metavar="N",
        help="runs at the same time, in processes of one thread each; default 1",
    )


def _add_examine(listed) -> None:
    purpose = "look for known faults in your own WGAN: its code is imported and run"
    examine = _add(listed, actions.examine_code, "examine", purpose)
    examine.add_argument("loss", nargs="?", metavar="FILE.py:LOSS", help="of critic, real, fake")
    examine.add_argument(
        "--shape", type=shape_of, metavar="3,64,64", help="the sides of one sample"
    )
    for name, about in (
        ("penalty", "a gradient penalty of critic, real, fake"),
        ("generator-loss", "of critic, fake"),
        ("critic", "a network, or what makes one"),
        ("generator", "the other network of a loop"),
        ("clip-step", "one whole step of the critic"),
    ):
        examine.add_argument(f"--{name}", metavar="FILE.py:NAME", help=about)
    examine.add_argument(
        "--watch", dest="loop", metavar="FILE.py:TRAIN", help="a training loop; it is run"
    )
    for name, about in (
        ("weight", "the λ you think you have"),
        ("clip", "the clip you think you have"),
        ("labels", "classes, if labels come last"),
    ):
        examine.add_argument(f"--{name}", type=value_of, metavar="N", help=about)
    examine.add_argument(
        "--rounds", type=value_of, default=6, metavar="N", help="of the loop; default 6"
    )
    examine.add_argument("--json", action="store_true", dest="as_json", help="for programs")


def _add_distance(listed) -> None:
    purpose = "say between which numbers W₁ of two laws lies, from a sample of each"
    distance = _add(listed, actions.measure_distance, "distance", purpose)
    for name in ("first", "second"):
        distance.add_argument(
            name, type=path_of, metavar="FILE.npy", help="points n×…, or a .csv of numbers"
        )
    for name, value, about in (
        ("confidence", 0.95, "how often, at least, such an interval holds W₁; default 0.95"),
        ("diameter", None, "no two points of a law are further apart: the margins are proved"),
        ("steps", 400, "of the critic; default 400"),
        ("seed", 0, "default 0"),
    ):
        distance.add_argument(f"--{name}", type=value_of, default=value, metavar="N", help=about)
    distance.add_argument("--json", action="store_true", dest="as_json", help="for programs")


def _add_device(command: Parser) -> None:
    command.add_argument(
        "--device",
        type=device_of,
        default="auto",
        help="auto (default: CUDA, else MPS, else cpu), cpu, cuda, mps",
    )


def _add_data(command: Parser) -> None:
    command.add_argument(
        "--data",
        type=path_of,
        metavar="ROOT",
        help="folder of MNIST and FashionMNIST (default WGAN_DATA, or else data/), or of the "
        "pictures that folder-wgan-gp is to learn",
    )


def value_of(text: str) -> Any:
    """A Python literal where the text is one, such as 3, 1e-4, None or (0.5, 0.9); else the text.

    Whether the value is allowed is for the library to say, and it says it in words.
    """
    try:
        return literal(text)
    except ValueError:
        return text


def path_of(text: str) -> str:
    """A path; "~" is the home folder also where the shell left it alone, as in `--out=~/runs`."""
    if "\0" in text or not text:
        raise argparse.ArgumentTypeError(f"must be a path, got {text!r}")
    return os.path.expanduser(text)


def device_of(text: str) -> str:
    """The name of a device that computes; whether it is here is for the library to say."""
    if text.startswith("meta"):
        wanted = "must be auto, cpu, cuda, cuda:N or mps"
        raise argparse.ArgumentTypeError(f"{wanted}, got {text!r}, which holds no numbers")
    return text


def assignment(text: str) -> tuple[str, Any]:
    """`key=value` as a pair."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"must be KEY=VALUE, such as penalty=10, got {text!r}")
    return key, value_of(value)


def shape_of(text: str) -> tuple[int, ...]:
    """`3,64,64` as a tuple of integers."""
    try:
        sides = tuple(int(side) for side in text.replace("x", ",").split(","))
    except ValueError:
        sides = ()
    if not sides or min(sides) < 1 or len(sides) > MOST_SIDES or math.prod(sides) > MOST_NUMBERS:
        wanted = f"{MOST_SIDES} sides at most and at most {MOST_NUMBERS:,} numbers"
        raise argparse.ArgumentTypeError(
            f"must be sides such as 3,64,64, {wanted}, got {text[:80]!r}"
        )
    return sides


def _fail(code: int, message: str) -> int:
    if is_main_process():  # under torchrun all processes meet the same error
        print("wgan_lib:", in_a_line(message), file=sys.stderr)
    return code


def _say(message: Warning | str, *_: Any, **__: Any) -> None:
    """A warning as a line of its own, without the line of code that it came from."""
    if is_main_process():
        print("wgan_lib: note:", in_a_line(str(message)), file=sys.stderr)


def _allow_plain_terminals() -> None:
    """A terminal that does not know W₁ shows W? instead of a UnicodeEncodeError."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())
