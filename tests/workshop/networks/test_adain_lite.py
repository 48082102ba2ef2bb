"""AdaIN in every layer: the exact parts. Weights are random; what is claimed holds for any."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from livestyle.workshop.networks.adain_lite import AdaINLite
from livestyle.workshop.networks.norms import EPS, ConditionalInstanceNorm
from livestyle.workshop.networks.statistics import mean_std
from livestyle.workshop.networks.transformer import ARCHITECTURES, Transformer
from livestyle.workshop.networks.vgg import VGG19
from tests.workshop.networks.work import macs


@pytest.fixture(scope="module")
def model() -> AdaINLite:
    torch.manual_seed(3)
    trunk = VGG19("relu3_1")
    for name in trunk.names:
        torch.nn.init.kaiming_normal_(trunk.get_parameter(f"{name}.weight"))
    return AdaINLite(Transformer(ARCHITECTURES["lite"]), trunk).eval()


def pictures(count: int, side: int = 64) -> Tensor:
    torch.manual_seed(count)
    return torch.nn.functional.interpolate(torch.rand(count, 3, 8, 8), size=side, mode="bilinear")


@torch.no_grad()
def test_every_layer_gets_the_statistics_of_the_styles_features(model: AdaINLite) -> None:
    photo, picture = pictures(1), pictures(2)[1:]
    mean, std = mean_std(model.encoder.features(picture))
    made: list[tuple[Tensor, Tensor]] = []
    norms = list(model.net.norms())
    hooks = [norm.register_forward_hook(lambda _, i, out: made.append((i[0], out))) for norm in norms]
    model(photo, model.style(picture))
    for hook in hooks:
        hook.remove()
    assert len(made) == len(norms) == 14
    start = 0
    for norm, (photos, restyled) in zip(norms, made, strict=True):
        wanted = slice(start, start + norm.channels)
        start += norm.channels
        found_mean, found_std = mean_std(restyled)
        var = photos.var((2, 3), correction=0, keepdim=True)
        contrast = (var / (var + EPS)).sqrt()  # what eps takes where the photo has none
        torch.testing.assert_close(found_mean, mean[:, wanted], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(found_std, contrast * std[:, wanted], rtol=1e-4, atol=1e-4)
        assert float(contrast.median()) > 0.99
    assert start == mean.shape[1]


@torch.no_grad()
def test_a_style_is_a_vector_whatever_the_size_of_its_picture(model: AdaINLite) -> None:
    for height, width in ((8, 8), (64, 24), (40, 104)):
        style = model.style(torch.rand(2, 3, height, width))
        assert style.shape == (2, model.net.style_length)
        assert bool(style.isfinite().all())
    gammas = torch.cat([norm.gamma_beta(style)[0] for norm in model.net.norms()], 1)
    assert bool((gammas > 0).all())  # deviations


@torch.no_grad()
def test_a_batch_is_encoded_as_its_pictures_are(model: AdaINLite) -> None:
    both = pictures(2)
    torch.testing.assert_close(
        model.style(both), torch.cat([model.style(p[None]) for p in both]), rtol=1e-4, atol=1e-4
    )


@torch.no_grad()
def test_the_encoder_begins_at_a_plain_style(model: AdaINLite) -> None:
    encoder = copy.deepcopy(model.encoder)
    plain = torch.rand(model.net.style_length) + 0.5
    encoder.begin(pictures(4), plain)
    torch.testing.assert_close(encoder(pictures(4)).mean(0), plain, rtol=1e-3, atol=1e-3)


def test_the_trunk_is_frozen_and_all_else_is_trained(model: AdaINLite) -> None:
    frozen = {name for name, p in model.named_parameters() if not p.requires_grad}
    assert frozen == {f"encoder.trunk.{name}" for name, _ in model.encoder.trunk.named_parameters()}


def test_the_photos_way_is_light(model: AdaINLite) -> None:
    assert macs(model.net, 480, 640) < 6e9


def test_norms_are_what_cin_has(model: AdaINLite) -> None:
    assert all(type(norm) is ConditionalInstanceNorm for norm in model.net.norms())
