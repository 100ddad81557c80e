"""Recipes: every one can be built, changed and run, and says what it is."""

from dataclasses import FrozenInstanceError

import pytest
import torch

from wgan_lib import GAN, WGAN, WGANGP, NonSaturatingGAN
from wgan_lib.experiments.fingerprints import fingerprint
from wgan_lib.experiments.recipes import IMAGES, RECIPES, TOYS, find, from_labels
from wgan_lib.training.history import CLOCK
from wgan_lib.training.objectives import has_batch_norm

TABLE = {
    "digits-gan": ("digits", GAN),
    "digits-non-saturating-gan": ("digits", NonSaturatingGAN),
    "digits-wgan": ("digits", WGAN),
    "digits-wgan-gp": ("digits", WGANGP),
    "digits-dcgan": ("digits", NonSaturatingGAN),
    "folder-wgan-gp": ("folder", WGANGP),
    "mnist-wgan-gp": ("mnist", WGANGP),
    "fashion-mnist-wgan-gp": ("fashion-mnist", WGANGP),
    "ring-gan": ("ring", GAN),
    "ring-gan-momentum": ("ring", NonSaturatingGAN),
    "ring-non-saturating-gan": ("ring", NonSaturatingGAN),
    "ring-wgan": ("ring", WGAN),
    "ring-wgan-gp": ("ring", WGANGP),
    "grid-gan": ("grid", GAN),
    "grid-wgan": ("grid", WGAN),
    "grid-wgan-gp": ("grid", WGANGP),
    "swiss-roll-gan": ("swiss-roll", GAN),
    "swiss-roll-wgan": ("swiss-roll", WGAN),
    "swiss-roll-wgan-gp": ("swiss-roll", WGANGP),
    "mnist-mlp-wgan": ("mnist", WGAN),
    "mnist-conv-wgan-gp": ("mnist", WGANGP),
}
HERE = {*TOYS, "digits"}  # what needs neither a download nor a folder
SMALL = {"steps": 2, "width": 8, "batch_size": 16, "critic_steps": 1}


def weights(*pair):
    return torch.cat([p.detach().flatten() for network in pair for p in network.parameters()])


# ------------------------------------------------------------------ the table


def test_the_table_of_recipes_is_complete():
    found = {name: (recipe.data, type(recipe.objective)) for name, recipe in RECIPES.items()}
    assert found == TABLE
    assert all(recipe.name == name and recipe.about for name, recipe in RECIPES.items())


@pytest.mark.parametrize("name", RECIPES)
def test_the_networks_of_a_recipe_fit_its_data(name):
    recipe = find(name)
    shape = {"folder": (3, 32, 32)}.get(recipe.data, (1, 28, 28))
    shape = (2,) if recipe.data in TOYS else shape
    generator, critic = recipe.build_networks()
    with torch.no_grad():
        fake = generator(torch.randn(3, generator.latent_dim))
        assert fake.shape == (3, *shape)
        assert critic(torch.randn(3, *shape)).shape == (3, 1)
    assert recipe.data not in IMAGES or fake.abs().max() <= 1


@pytest.mark.parametrize("name", [name for name, (data, _) in TABLE.items() if data in HERE])
def test_data_without_a_download_have_the_shape_that_the_networks_want(name):
    recipe = find(name)
    generator, _ = recipe.build_networks()
    batch = recipe.load_data().sample(2, generator=torch.Generator().manual_seed(0))
    assert generator(torch.randn(2, generator.latent_dim)).shape == batch.shape


@pytest.mark.parametrize("name", [n for n, (_, kind) in TABLE.items() if kind is WGANGP])
def test_no_critic_under_a_penalty_has_batch_norm(name):
    assert not has_batch_norm(find(name).build_networks()[1])


def test_a_misspelt_recipe_is_met_with_the_nearest_name():
    with pytest.raises(ValueError, match="did you mean 'ring-wgan-gp'"):
        find("ring-wgan-pg")
    with pytest.raises(ValueError, match="recipe must be one of 'digits-gan'"):
        find("")


# ------------------------------------------------------------------ variants


def test_a_recipe_can_be_changed_in_settings_objective_and_networks():
    recipe = find("ring-wgan-gp")
    changed = recipe.changed(steps=5, penalty=2.0, sided="one", width=16)
    assert changed.settings.steps == 5
    assert changed.objective == WGANGP(penalty=2.0, sided="one")
    assert changed.build_networks()[1][0].out_features == 16
    assert recipe is RECIPES["ring-wgan-gp"] and recipe.settings.steps != 5, "the table stays"
    assert changed.changed(steps=6).settings.steps == 6
    with pytest.raises(FrozenInstanceError):
        recipe.name = "other"


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("penaltY", "penalty"), ("widht", "width"), ("critic_step", "critic_steps")],
)
def test_an_unknown_key_is_met_with_the_nearest_name(key, nearest):
    with pytest.raises(ValueError, match=f"key must be one of .*did you mean '{nearest}'"):
        find("ring-wgan-gp").changed(**{key: 1})


def test_each_recipe_takes_only_the_keys_of_its_own_objective():
    with pytest.raises(ValueError, match="key must be one of"):
        find("ring-wgan").changed(penalty=1.0)
    with pytest.raises(ValueError, match="key must be one of"):
        find("ring-gan").changed(clip=0.1)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", 0),
        ("batch_size", "many"),
        ("learning_rate", -1.0),
        ("optimiser", "sgd"),
        ("penalty", -1.0),
        ("sided", "three"),
        ("where", "nowhere"),
    ],
)
def test_a_bad_value_is_refused_at_once_and_named(key, value):
    with pytest.raises((ValueError, TypeError), match=f"{key} must"):
        find("ring-wgan-gp").changed(**{key: value})


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("width", 0, "width"),
        ("latent_dim", -2, "latent_dim|width"),
        ("critic_norm", "bacth", "did you mean 'batch'"),
    ],
)
def test_a_bad_network_option_is_refused_when_the_networks_are_built(key, value, word):
    with pytest.raises(ValueError, match=word):
        find("ring-wgan-gp").changed(**{key: value}).build_networks()


# ------------------------------------------------------------------ labels


@pytest.mark.parametrize("name", RECIPES)
def test_labels_bring_a_recipe_back(name):
    changed = find(name).changed(steps=7, betas=(0.1, 0.2), latent_dim=5, compile=True)
    assert from_labels(changed.labels()) == changed
    assert from_labels(find(name).labels()) == find(name)


def test_labels_tell_a_variant_from_its_recipe_and_one_variant_once():
    recipe = find("ring-wgan-gp")
    assert recipe.labels() == {"recipe": "ring-wgan-gp"}
    assert recipe.changed(penalty=1.0).labels() == {"recipe": "ring-wgan-gp", "set penalty": "1.0"}
    one, other = recipe.changed(steps=3, width=8), recipe.changed(width=8).changed(steps=3)
    assert one.labels() == other.labels()
    assert recipe.changed(penalty=0.1).labels() == recipe.labels(), "a change into what it was"


def test_labels_of_nothing_are_refused():
    with pytest.raises(ValueError, match="labels must name a recipe"):
        from_labels({})
    with pytest.raises(ValueError, match="recipe must be one of"):
        from_labels({"recipe": "unknown"})


# ------------------------------------------------------------------ seeds and runs


def test_networks_follow_the_seed():
    recipe = find("ring-wgan").changed(width=8)
    first, again = (weights(*recipe.build_networks()) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, weights(*recipe.changed(seed=1).build_networks()))


def test_building_networks_leaves_the_random_state_of_torch_alone(monkeypatch):
    """That of the CUDA devices too, which the seeds of torch's own function reach."""

    def refuse(seed):
        raise AssertionError("the CUDA devices were seeded")

    monkeypatch.setattr(torch.cuda, "manual_seed_all", refuse)
    before = torch.get_rng_state()
    find("ring-wgan").build_networks()
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("name", ["ring-gan", "swiss-roll-wgan-gp", "digits-wgan"])
def test_the_same_seed_gives_the_same_run(name):
    recipe = find(name).changed(**SMALL | {"width": 4})
    first, again = (recipe.train(device="cpu") for _ in range(2))
    assert torch.equal(
        weights(first.generator, first.critic), weights(again.generator, again.critic)
    )
    assert all(
        torch.equal(first.history[k], again.history[k]) for k in set(first.history) - {CLOCK}
    )
    other = recipe.changed(seed=1).train(device="cpu")
    assert not torch.equal(first.history["critic_loss"], other.history["critic_loss"])


def test_a_run_knows_its_recipe(tmp_path):
    recipe = find("grid-wgan").changed(**SMALL)
    run = recipe.train(device="cpu", checkpoint=tmp_path / "run.pt")
    data = {"data": fingerprint(recipe.load_data())}
    assert run.labels == recipe.labels() | data and run.steps == 2
    with pytest.raises(ValueError, match=r"recipe: .* grid-wgan, this run has ring-wgan"):
        find("ring-wgan").changed(**SMALL).train(device="cpu", checkpoint=tmp_path / "run.pt")


def test_a_setting_is_changed_before_a_recipe_trains():
    """Otherwise the labels in its checkpoint would lead to another run."""
    with pytest.raises(TypeError, match=r"\.changed\(steps=…\)\.train\(\)"):
        find("ring-wgan").train(device="cpu", steps=3)
