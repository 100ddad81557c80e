"""Lesson 02's widget: play both sides of the one-parameter game."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from matplotlib.figure import Figure

from wgan_lib import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.classroom.figures.canvas import canvas
from wgan_lib.classroom.figures.game import BOARD, game_board
from wgan_lib.classroom.widgets.explorer import Explorer, choice, slider
from wgan_lib.dirac_gan import Game, closed_form_field

OBJECTIVES = {
    "GAN, saturating": GAN(),
    "GAN, non-saturating": NonSaturatingGAN(),
    "WGAN, clip 1": WGAN(clip=1.0),
    "WGAN-GP, λ = 0.5": WGANGP(penalty=0.5),
    "penalty centred at 0": WGANGP(penalty=0.5, centre=0.0),
}
START = (1.0, 1.0)
SHOWN = 400  # states of the path; what came before has left the picture
SEVERAL = 25


class BothSides:
    """The state of a game that somebody plays by hand: where it has been, and under which rules."""

    def __init__(self) -> None:
        self.rules = {"objective": next(iter(OBJECTIVES)), "rate": 0.2}
        self.start_again()

    def start_again(self) -> None:
        """Back to the start, under the same rules."""
        self.path = torch.tensor([START], dtype=torch.float64)

    def choose(self, objective: str, rate: float) -> None:
        """New rules; another objective is another game, which starts again."""
        if objective != self.rules["objective"]:
            self.start_again()
        self.rules = {"objective": objective, "rate": rate}

    def game(self, simultaneous: bool = False) -> Game:
        """The game under the present rules."""
        return Game(OBJECTIVES[self.rules["objective"]], self.rules["rate"], 1, simultaneous)

    def step(self, move: str) -> None:
        """One step of one player: "critic_step" or "generator_step"."""
        moved = getattr(self.game(), move)(self.path[-1])
        self._go(moved[None])

    def play(self, simultaneous: bool) -> None:
        """Several rounds; a game that runs away raises ValueError and stays where it was."""
        self._go(self.game(simultaneous).trajectory(self.path[-1], SEVERAL)[1:])

    def _go(self, states: torch.Tensor) -> None:
        self.path = torch.cat([self.path, states])[-SHOWN:]

    def actions(self) -> dict[str, Callable[[], None]]:
        """What can be pressed."""
        return {
            "critic's step": partial(self.step, "critic_step"),
            "generator's step": partial(self.step, "generator_step"),
            f"{SEVERAL} rounds in turns": partial(self.play, False),
            f"{SEVERAL} rounds at once": partial(self.play, True),
            "start again": self.start_again,
        }


def play_both_sides() -> Explorer:
    """Lesson 02: step critic and generator by hand, and see where the game goes."""
    sides = BothSides()
    return Explorer(
        "Play both sides",
        partial(_draw, canvas(None, BOARD)[0], sides),
        {
            "objective": choice("objective", list(OBJECTIVES)),
            "rate": slider("learning rate", 0.05, 1.0, 0.05, value=0.2),
        },
        actions=sides.actions(),
    )


def _draw(figure: Figure, sides: BothSides, objective: str, rate: float) -> Figure:
    sides.choose(objective, rate)
    field = partial(closed_form_field, OBJECTIVES[objective])
    title = f"{objective}, rate {rate:.2f}"
    return game_board(field, sides.path, title=title, figure=figure)
