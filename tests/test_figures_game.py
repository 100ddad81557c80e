"""Figures of lesson 02: what is drawn is what happened, and bad data are refused by name."""

from functools import partial

import numpy as np
import pytest
import torch

from wgan_lib import GAN, WGAN, WGANGP
from wgan_lib.classroom.descriptions import describe
from wgan_lib.classroom.figures import game
from wgan_lib.dirac_gan import Game, closed_form_field

PATH = Game(GAN(), 0.1).trajectory([1.0, 0.5], 20)
FIELD = partial(closed_form_field, GAN())


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def arrows(axes):
    (quiver,) = [c for c in axes.collections if hasattr(c, "U")]
    return quiver


# ------------------------------------------------------------------ planes


def test_planes_show_each_path_under_its_own_title():
    other = Game(WGAN(1.0), 0.1).trajectory([1.0, 0.5], 20)
    figure = game.phase_planes({"one": (FIELD, {"a": PATH}), "two": (FIELD, {"a": other})})
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    for axes, path in zip(figure.axes, (PATH, other), strict=True):
        assert np.allclose(np.transpose(lines(axes)["a"].get_data()), path)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["a"]
    assert "one | x: θ (the generator), y: ψ (the critic)" in describe(figure)


@pytest.mark.parametrize("objective", [GAN(), WGANGP(penalty=0.5)])
def test_arrows_point_where_the_field_does(objective):
    figure = game.phase_planes({"": (partial(closed_form_field, objective), {"a": PATH})})
    quiver = arrows(figure.axes[0])
    drawn = np.stack([quiver.U, quiver.V], -1)
    pushes = closed_form_field(objective, torch.as_tensor(np.asarray(quiver.get_offsets())))
    assert np.allclose(drawn, pushes / pushes.norm(dim=-1, keepdim=True).clamp_min(1e-9))


def test_a_path_of_other_than_pairs_is_refused():
    with pytest.raises(ValueError, match="middle must have shape N × 2"):
        game.phase_planes({"": (FIELD, {"middle": torch.ones(3)})})
    with pytest.raises(ValueError, match="path must have shape N × 2"):
        game.game_board(FIELD, torch.ones(3, 3))


# ------------------------------------------------------------------ the board


def test_the_board_shows_where_the_game_is():
    figure = game.game_board(FIELD, PATH, title="a game")
    plane, line = figure.axes
    theta, psi = PATH[-1].tolist()
    assert plane.get_title() == "a game" and line.get_title() == f"θ = {theta:.2f}, ψ = {psi:.2f}"
    assert np.allclose(lines(line)["fake number θ"].get_data(), [[theta], [psi * theta]])
    x, score = lines(line)["critic's score ψ·x"].get_data()
    assert np.allclose(score, psi * x)


def test_an_old_board_is_drawn_on_again():
    figure = game.game_board(FIELD, PATH)
    before = describe(figure)
    assert game.game_board(FIELD, 0.5 * PATH, figure=figure) is figure
    assert describe(figure) != before
    game.game_board(FIELD, PATH, figure=figure)
    assert describe(figure) == before, "nothing of the last picture stays"


@pytest.mark.parametrize("far", [1.0, 2.5, 11.0, 400.0])
def test_the_plane_holds_the_path_and_grows_in_few_steps(far):
    figure = game.game_board(FIELD, torch.tensor([[0.0, 0.0], [far, -far / 2]]))
    low, high = figure.axes[0].get_xlim()
    assert low == -high and high >= far
    assert high in (2.0, 3.0, 5.0, 8.0, 12.0, 20.0) or high == far


# ------------------------------------------------------------------ training


def test_each_curve_stands_beside_its_level():
    measured = {"near": {"a": [1.0, 2.0, 3.0]}, "far": {"a": [0.1, 0.2, 0.1]}}
    best = {"near": {"a": 2.5}, "far": {"a": 0.15}}
    figure = game.while_training([0, 10, 20], measured, best, ylabel="slope")
    for axes, title in zip(figure.axes, measured, strict=True):
        drawn = lines(axes)
        assert drawn["a"].get_ydata().tolist() == measured[title]["a"]
        assert set(drawn["a, under the best D"].get_ydata()) == {best[title]["a"]}
        assert axes.get_yscale() == "log" and axes.get_title() == title


def stage(fakes):
    x = torch.linspace(-2, 2, 41)
    return game.Stage(x[:, None], torch.full_like(x, 0.25), torch.sigmoid(x)[:, None], fakes)


def test_stages_draw_densities_that_integrate_to_one():
    fakes = torch.randn(5000, 1, generator=torch.Generator().manual_seed(0)).clamp(-1.9, 1.9) / 4
    figure = game.stages({"before": stage(fakes), "after": stage(2 * fakes)})
    assert [axes.get_title() for axes in figure.axes] == ["before", "after"]
    for axes in figure.axes:
        (patch,) = [p for p in axes.patches if hasattr(p, "get_data")]
        heights, edges, _ = patch.get_data()
        assert (heights * np.diff(edges)).sum() == pytest.approx(1.0)
        assert axes.get_ylim()[1] > heights.max(), "no heap is cut off"
        assert np.allclose(
            lines(axes)["D(x)"].get_ydata(), torch.sigmoid(torch.linspace(-2, 2, 41))
        )
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()


def test_hopping_shows_the_clouds_and_the_way_of_the_mean():
    clouds = {"step 1": torch.zeros(5, 2), "step 2": torch.ones(7, 2)}
    way, modes = torch.rand(9, 2), torch.eye(2)
    figure = game.hopping(clouds, way, modes)
    left, right = figure.axes
    names = {c.get_label(): len(c.get_offsets()) for c in left.collections}
    assert names == {"modes": 2, "step 1": 5, "step 2": 7}
    assert np.allclose(right.lines[0].get_data(), way.T)
    with pytest.raises(ValueError, match="middles must have shape N × 2"):
        game.hopping(clouds, way[:, 0], modes)
