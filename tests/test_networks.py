"""The networks: shapes, initialisation that is really applied, and critics that see every pixel."""

import math

import pytest
import torch
from torch import nn

from wgan_lib import networks
from wgan_lib.training.objectives import has_batch_norm

PAIRS = {
    "mnist-mlp": (networks.mnist_mlp, {}, (1, 28, 28)),
    "mnist-conv": (networks.mnist_conv, {}, (1, 28, 28)),
    "dcgan 28": (networks.dcgan, {"width": 8}, (1, 28, 28)),
    "dcgan 28 rgb": (networks.dcgan, {"width": 8, "channels": 3}, (3, 28, 28)),
    "dcgan 32": (networks.dcgan, {"width": 8, "side": 32}, (1, 32, 32)),
    "dcgan 32 rgb": (networks.dcgan, {"width": 8, "side": 32, "channels": 3}, (3, 32, 32)),
    "toy-mlp": (networks.toy_mlp, {"width": 16}, (2,)),
}


@pytest.fixture(params=PAIRS)
def pair(request):
    make, options, shape = PAIRS[request.param]
    torch.manual_seed(0)
    return (*make(**options), shape)


def test_generator_makes_samples_that_the_critic_scores(pair):
    generator, critic, shape = pair
    samples = generator(torch.randn(4, generator.latent_dim))
    assert samples.shape == (4, *shape)
    assert critic(samples).shape == (4, 1)
    if len(shape) == 3:
        assert samples.abs().max() <= 1


def test_every_input_reaches_the_score(pair):
    """The gradient of the score, over a few random inputs, is zero at no pixel."""
    _, critic, shape = pair
    samples = torch.randn(8, *shape, requires_grad=True)
    critic.eval()(samples).sum().backward()
    assert (samples.grad.abs().amax(0) > 0).all()


def test_the_blind_critic_misses_the_border():
    """28 → 13 → 5 → 1 drops rows and columns 22–27: 38 % of the pixels."""
    images = torch.randn(8, 1, 28, 28, requires_grad=True)
    networks.blind_critic()(images).sum().backward()
    seen = images.grad.abs().amax((0, 1)) > 0
    assert seen[:22, :22].all() and seen.sum() == 22 * 22
    assert 1 - seen.float().mean().item() == pytest.approx(0.383, abs=5e-4)


def test_a_dense_last_layer_alone_leaves_two_columns_blind():
    """28 → 13 → 5 still drops the last column of 13, which alone sees pixels 26 and 27."""
    torch.manual_seed(0)
    first, second = networks.blind_critic()[0], networks.blind_critic()[2]
    critic = nn.Sequential(first, second, nn.Flatten(), nn.Linear(128 * 25, 1))
    images = torch.randn(8, 1, 28, 28, requires_grad=True)
    critic(images).sum().backward()
    seen = images.grad.abs().amax((0, 1)) > 0
    assert seen[:26, :26].all() and not seen[26:].any() and not seen[:, 26:].any()


@pytest.mark.parametrize(
    ("norm", "kind"),
    [("layer", nn.GroupNorm), ("instance", nn.InstanceNorm2d), ("batch", nn.BatchNorm2d)],
)
def test_critic_norm_by_name(norm, kind):
    for critic in (
        networks.image_critic(28, 1, 8, norm=norm),
        networks.mnist_conv(critic_norm=norm)[1],
    ):
        norms = [m for m in critic.modules() if isinstance(m, kind)]
        assert len(norms) == 1, "one norm, and none on the layer that meets the image"
        assert has_batch_norm(critic) == (norm == "batch")


def test_layer_norm_is_over_the_sample_and_not_over_a_channel():
    norm = networks.image_critic(28, 1, 8, norm="layer")[3]
    maps = norm(torch.randn(2, 16, 5, 5) * torch.arange(1.0, 17)[:, None, None])
    assert torch.allclose(maps.flatten(1).mean(1), torch.zeros(2), atol=1e-5)
    assert maps.flatten(2).std(2).max() > 1.2, "channels keep their own scales"


def test_dcgan_follows_its_guidelines():
    generator, critic = networks.dcgan(width=8)
    modules = [*generator.modules(), *critic.modules()]
    assert not any(isinstance(m, (nn.MaxPool2d, nn.AvgPool2d, nn.Upsample)) for m in modules)
    assert not any(isinstance(m, nn.Linear) for m in modules)
    assert not any(isinstance(m, nn.LeakyReLU) for m in generator.modules())
    assert not any(isinstance(m, nn.ReLU) for m in critic.modules())
    assert has_batch_norm(generator) and has_batch_norm(critic)
    assert isinstance(generator[-1], nn.Tanh) and isinstance(generator[-2], nn.ConvTranspose2d)
    assert isinstance(critic[0], nn.Conv2d) and isinstance(critic[1], nn.LeakyReLU)


def test_mnist_mlp_has_the_widths_of_its_source_and_its_batch_norm_mended():
    generator, critic = networks.mnist_mlp()
    widths = [(m.in_features, m.out_features) for m in generator if isinstance(m, nn.Linear)]
    assert widths == [(100, 128), (128, 256), (256, 512), (512, 1024), (1024, 784)]
    widths = [(m.in_features, m.out_features) for m in critic if isinstance(m, nn.Linear)]
    assert widths == [(784, 512), (512, 256), (256, 1)]
    norms = [m for m in generator if isinstance(m, nn.BatchNorm1d)]
    assert len(norms) == 3
    assert all(m.eps == 1e-5 and m.momentum == pytest.approx(0.2) for m in norms)


def test_mnist_conv_has_the_channels_of_its_source():
    generator, critic = networks.mnist_conv()
    layers = [m for m in generator if isinstance(m, nn.ConvTranspose2d)]
    assert [m.in_channels for m in layers] == [10, 256, 128, 64]
    assert [m.kernel_size[0] for m in layers] == [3, 4, 3, 4]
    assert [m.out_channels for m in critic if isinstance(m, nn.Conv2d)] == [64, 128, 1]


def test_he_initialisation_keeps_the_scale_through_many_layers():
    torch.manual_seed(0)
    x = torch.randn(512, 256)
    for layer in networks.mlp([256] * 9)[:-1]:
        x = layer(x)
    assert 0.3 < x.square().mean().item() < 3


def test_dcgan_initialisation_is_really_applied():
    torch.manual_seed(0)
    generator, critic = networks.dcgan()
    for network in (generator, critic):
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)) and module.weight.numel() > 5000:
                assert module.weight.std().item() == pytest.approx(0.02, rel=0.03)
            if isinstance(module, nn.BatchNorm2d):
                assert module.weight.mean().item() == pytest.approx(1.0, abs=0.02)
                assert 0 < module.weight.std().item() < 0.03


def test_he_initialisation_of_a_strided_transposed_convolution():
    layer = nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1)
    networks.initialise(layer, "he", torch.Generator().manual_seed(0))
    assert layer.weight.std().item() == pytest.approx(math.sqrt(2 / (64 * 16 / 4)), rel=0.02)
    assert (layer.bias == 0).all()


def test_initialisation_follows_its_generator():
    layers = [nn.Linear(5, 5), nn.Linear(5, 5)]
    for layer in layers:
        networks.initialise(layer, "he", torch.Generator().manual_seed(3))
    assert torch.equal(layers[0].weight, layers[1].weight)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: networks.mlp([3]), "widths"),
        (lambda: networks.mlp([3, 0, 1]), "widths"),
        (lambda: networks.mlp([3, 4, 1], activation="gelu"), "activation"),
        (lambda: networks.mlp([3, 4, 1], norm="instance"), "norm"),
        (lambda: networks.mlp([3, 4, 1], initialisation="xavier"), "initialisation"),
        (lambda: networks.dcgan(side=64), "28 or 32"),
        (lambda: networks.dcgan(critic_norm="spectral"), "norm"),
        (lambda: networks.dcgan(width=0), "width"),
        (lambda: networks.dcgan(channels=0), "channels"),
        (lambda: networks.toy_mlp(latent_dim=0), "latent_dim|widths"),
    ],
)
def test_bad_arguments_are_named(call, word):
    with pytest.raises(ValueError, match=word):
        call()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(networks.ReLU(), nn.ReLU()), (networks.LeakyReLU(0.2), nn.LeakyReLU(0.2))],
    ids=["ReLU", "LeakyReLU"],
)
def test_activations_are_those_of_torch_without_its_zeros(ours, theirs):
    x = torch.randn(50, dtype=torch.float64, requires_grad=True)
    assert torch.allclose(ours(x), theirs(x))
    slopes = [torch.autograd.grad(f(x).sum(), x, create_graph=True)[0] for f in (ours, theirs)]
    assert torch.equal(*slopes)
    assert not slopes[0].requires_grad, "the slope is a constant, and autograd knows"


def test_half_precision_rounds_numbers_and_leaves_counts():
    halved = networks.half_precision(torch.nn.BatchNorm1d(2).state_dict())
    assert halved["weight"].dtype == halved["running_var"].dtype == torch.float16
    assert halved["num_batches_tracked"].dtype == torch.int64
