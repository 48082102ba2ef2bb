"""Huang 2017: the exact parts. Weights are random; what is claimed holds for any."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from livestyle.workshop.networks.adain import AdaIN, Decoder, adain, adain_masked, statistics
from livestyle.workshop.networks.statistics import mean_std
from livestyle.workshop.networks.vgg import VGG19
from livestyle.workshop.networks.vgg_normal import DEAD, normalize


def features(seed: int, side: int = 12, channels: int = 6) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 3 * torch.randn(1, channels, side, side, generator=generator).relu() + 0.1 * seed


@pytest.fixture(scope="module")
def encoder() -> VGG19:
    torch.manual_seed(3)
    vgg = VGG19("relu4_1", "max", "reflect")
    for name in vgg.names:
        torch.nn.init.kaiming_normal_(vgg.get_parameter(f"{name}.weight"))
    return vgg


def test_output_has_the_statistics_of_the_style() -> None:
    photo, painting = features(1), features(2, side=20)
    restyled = adain(photo, statistics(painting))
    for found, expected in zip(mean_std(restyled), mean_std(painting), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(adain(photo, statistics(photo)), photo, rtol=1e-4, atol=1e-4)


def test_a_blend_of_statistics_is_the_blend_of_features() -> None:
    photo, weights = features(1), (0.2, 0.5, 0.3)
    styles = [statistics(features(seed)) for seed in (2, 3, 4)]
    blended = adain(photo, torch.stack([w * s for w, s in zip(weights, styles, strict=True)]).sum(0))
    expected = torch.stack([w * adain(photo, s) for w, s in zip(weights, styles, strict=True)]).sum(0)
    torch.testing.assert_close(blended, expected)


def test_statistics_within_a_mask() -> None:
    x = features(1)
    mask = torch.zeros(1, 1, 12, 12)
    mask[:, :, 3:9, 2:5] = 1
    part = x[:, :, 3:9, 2:5]
    torch.testing.assert_close(statistics(x, mask), statistics(part))
    torch.testing.assert_close(statistics(x, torch.ones_like(mask)), statistics(x))


def test_alpha_goes_from_the_photo_to_the_painting(encoder: VGG19) -> None:
    torch.manual_seed(0)
    net = AdaIN(encoder)
    photo, painting = torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64) ** 3
    style, own = net.style(painting), net.encode(photo)
    content_losses, style_losses = [], []
    for alpha in (0.0, 0.25, 0.5, 0.75, 1.0):
        target = net.target(photo, style, alpha)
        content_losses.append(float((target - own).square().mean()))
        style_losses.append(float((statistics(target) - style).square().mean()))
    assert content_losses[0] == 0
    assert content_losses == sorted(set(content_losses))
    assert style_losses == sorted(set(style_losses), reverse=True)
    each = net.target(photo.expand(2, -1, -1, -1), style, torch.tensor([0.0, 1.0]).view(2, 1, 1, 1))
    torch.testing.assert_close(each[:1], own)
    torch.testing.assert_close(each[1:], net.target(photo, style), rtol=1e-4, atol=1e-4)


def test_corners_of_a_masked_picture_match_those_of_the_single_styles() -> None:
    torch.manual_seed(0)
    decoder, photo = Decoder(), features(1, side=24, channels=512)
    for conv in (m for m in decoder.modules() if isinstance(m, torch.nn.Conv2d)):
        torch.nn.init.kaiming_normal_(conv.weight)
    styles = torch.cat([statistics(features(seed, channels=512)) for seed in (2, 3)])
    masks = torch.zeros(2, 1, 24, 24)
    masks[0, :, :, :12], masks[1, :, :, 12:] = 1, 1
    with torch.no_grad():
        mixed = decoder(adain_masked(photo, styles, masks))
        singles = [decoder(adain(photo, style[None])) for style in styles]
    assert mixed.shape == (1, 3, 192, 192)
    torch.testing.assert_close(mixed[..., :32], singles[0][..., :32], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(mixed[..., -32:], singles[1][..., -32:], rtol=1e-4, atol=1e-4)
    assert float((mixed[..., -32:] - singles[0][..., -32:]).abs().max()) > 0.1


def test_the_decoder_mirrors_the_encoder(encoder: VGG19) -> None:
    count = sum(p.numel() for p in Decoder().parameters())
    assert count == 3_505_219
    assert sum(p.numel() for p in encoder.parameters()) == 3_505_728
    net = AdaIN(encoder)
    assert net(torch.rand(2, 3, 32, 48), torch.rand(1, 1024)).shape == (2, 3, 32, 48)
    assert {n.split(".")[0] for n, p in net.named_parameters() if p.requires_grad} == {"decoder"}


def test_normalised_channels_have_mean_one_and_are_otherwise_the_same() -> None:
    torch.manual_seed(5)
    vgg = VGG19("relu3_1")
    for name in vgg.names:
        torch.nn.init.kaiming_normal_(vgg.get_parameter(f"{name}.weight"))
        torch.nn.init.uniform_(vgg.get_parameter(f"{name}.bias"), -0.1, 0.1)
    vgg.get_parameter("conv2_1.weight")[7] = 0
    vgg.get_parameter("conv2_1.bias")[7] = -1  # dead
    layers = ("relu1_1", "relu2_1", "relu3_1")
    pictures = [torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32) ** 2]
    before = [vgg(p, layers) for p in pictures]
    normalize(vgg, pictures)
    after = [vgg(p, layers) for p in pictures]
    for layer in layers:
        old, new = (torch.cat([f[layer] for f in found]) for found in (before, after))
        means = old.mean((0, 2, 3))
        alive = means > DEAD * means.mean()
        ones = torch.ones(int(alive.sum()))
        torch.testing.assert_close(new.mean((0, 2, 3))[alive], ones, rtol=1e-4, atol=1e-4)
        expected = old / torch.where(alive, means, 1.0)[:, None, None]
        torch.testing.assert_close(new, expected, rtol=1e-3, atol=1e-3)
    assert not bool((before[0]["relu2_1"][:, 7] != 0).any())
