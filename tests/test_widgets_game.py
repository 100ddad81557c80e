"""Play both sides: the state follows the library's game, whatever is pressed in whatever order."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_lib import WGANGP
from wgan_lib.classroom.widgets.game import (
    OBJECTIVES,
    SEVERAL,
    SHOWN,
    START,
    BothSides,
    play_both_sides,
)
from wgan_lib.dirac_gan import Game

MOVES = list(BothSides().actions())
CLICKS = st.sampled_from(MOVES)
RULES = st.tuples(st.sampled_from(list(OBJECTIVES)), st.sampled_from([0.05, 0.2, 0.5, 1.0]))


def replayed(clicks):
    """The last state by the library alone: clicks are names of moves, or new rules."""
    objective, rate = next(iter(OBJECTIVES)), 0.2
    state = torch.tensor(START, dtype=torch.float64)
    for click in clicks:
        if isinstance(click, tuple):
            if click[0] != objective:
                state = torch.tensor(START, dtype=torch.float64)
            objective, rate = click
            continue
        turns, once = (Game(OBJECTIVES[objective], rate, 1, at_once) for at_once in (False, True))
        moves = dict(
            zip(
                MOVES,
                (
                    turns.critic_step,
                    turns.generator_step,
                    lambda s, g=turns: g.trajectory(s, SEVERAL)[-1],
                    lambda s, g=once: g.trajectory(s, SEVERAL)[-1],
                    lambda s: torch.tensor(START, dtype=torch.float64),
                ),
                strict=True,
            )
        )
        state = moves[click](state)
    return state


@given(st.lists(st.one_of(CLICKS, RULES), max_size=12))
def test_any_sequence_of_clicks_is_a_game_of_the_library(clicks):
    sides = BothSides()
    for click in clicks:
        if isinstance(click, tuple):
            sides.choose(*click)
        else:
            sides.actions()[click]()
        assert sides.path.isfinite().all() and len(sides.path) <= SHOWN
    assert torch.equal(sides.path[-1], replayed(clicks))


@settings(max_examples=6)
@given(st.lists(st.one_of(CLICKS, RULES), min_size=1, max_size=4))
def test_any_sequence_of_clicks_is_drawn(clicks):
    widget = play_both_sides()
    for click in clicks:
        if isinstance(click, tuple):
            widget.controls["objective"].value, widget.controls["rate"].value = click
        else:
            widget.buttons[click].click()
        assert widget.fault.value == ""
    theta, psi = replayed(clicks).tolist()
    title = widget.figure.axes[1].get_title()
    assert title.replace("-0.00", "0.00") == f"θ = {theta:.2f}, ψ = {psi:.2f}".replace(
        "-0.00", "0.00"
    )


def test_another_objective_is_another_game_and_another_rate_is_not():
    sides = BothSides()
    sides.play(simultaneous=False)
    here = sides.path[-1]
    sides.choose(sides.rules["objective"], 0.5)
    assert torch.equal(sides.path[-1], here)
    sides.choose("WGAN, clip 1", 0.5)
    assert sides.path.tolist() == [list(START)]


def test_a_game_that_runs_away_says_so_and_stays_where_it_was(monkeypatch):
    monkeypatch.setitem(OBJECTIVES, "unbounded", WGANGP(penalty=0.0))
    sides = BothSides()
    sides.choose("unbounded", 1.0)
    with pytest.raises(ValueError, match="rate must be small enough"):
        for _ in range(100):  # each round makes the distance √2 times as large
            before = sides.path
            sides.play(simultaneous=True)
    assert sides.path is before and before.isfinite().all()
    sides.start_again()
    assert sides.path.tolist() == [list(START)]


def test_two_widgets_do_not_share_a_game():
    first, second = play_both_sides(), play_both_sides()
    first.buttons["critic's step"].click()
    assert first.figure.axes[1].get_title() != second.figure.axes[1].get_title()


@pytest.mark.parametrize("name", OBJECTIVES)
def test_both_upper_buttons_move_one_player_each(name):
    sides = BothSides()
    sides.choose(name, 0.2)
    sides.step("critic_step")
    assert sides.path[-1, 0] == START[0] and sides.path[-1, 1] < START[1]
    psi = sides.path[-1, 1]
    sides.step("generator_step")
    assert sides.path[-1, 1] == psi and sides.path[-1, 0] > START[0], "towards the higher score"
