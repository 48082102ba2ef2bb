from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from livestyle.workshop.losses.diversity import diversity_loss
from livestyle.workshop.networks.texture import MakeNorm, TextureGenerator, instance_norm


def batch_norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels)


@pytest.mark.parametrize("norm", [instance_norm, batch_norm])
def test_noise_becomes_a_picture_of_its_size(norm: MakeNorm) -> None:
    torch.manual_seed(0)
    net = TextureGenerator(norm=norm)
    noise = net.noise(2, 64, torch.Generator().manual_seed(1))
    assert [z.shape[-1] for z in noise] == [4, 8, 16, 32, 64]
    picture = net(noise).detach()
    assert picture.shape == (2, 3, 64, 64)
    assert 0 < float(picture.min()) < float(picture.max()) < 1
    assert float((picture[0] - picture[1]).abs().mean()) > 1e-3


def test_a_texture_tiles() -> None:
    """Moved noise gives the moved picture, round the corner: there is no border."""
    torch.manual_seed(0)
    net = TextureGenerator(scales=3).double()
    noise = [z.double() for z in net.noise(1, 32, torch.Generator().manual_seed(1))]
    moved = [z.roll((step, 2 * step), (2, 3)) for z, step in zip(noise, (1, 2, 4), strict=True)]
    torch.testing.assert_close(net(moved), net(noise).roll((4, 8), (2, 3)))


def test_is_as_small_as_the_papers() -> None:
    assert sum(p.numel() for p in TextureGenerator().parameters()) < 75_000  # the paper says about 65 000


def test_diversity_is_the_log_distance_to_the_nearest() -> None:
    levels = torch.tensor([0.0, 0.1, 0.5])
    pictures = levels.view(3, 1, 1, 1).expand(3, 3, 8, 8)
    expected = -(2 * math.log(0.1) + math.log(0.4)) / 3
    assert float(diversity_loss(pictures)) == pytest.approx(expected, rel=1e-5)
    larger = pictures.repeat(1, 1, 2, 2)
    torch.testing.assert_close(diversity_loss(larger), diversity_loss(pictures))


def test_diversity_pushes_pictures_apart_and_bears_twins() -> None:
    pictures = torch.rand(3, 3, 8, 8)
    pictures[2] = pictures[1] + 0.01 * torch.rand(3, 8, 8)
    pictures.requires_grad_(True)
    loss = diversity_loss(pictures)
    (gradient,) = torch.autograd.grad(loss, pictures)
    assert float(diversity_loss(pictures.detach() - 1e-3 * gradient)) < loss.item()
    twins = torch.rand(1, 3, 8, 8).repeat(2, 1, 1, 1).requires_grad_(True)
    (gradient,) = torch.autograd.grad(diversity_loss(twins), twins)
    assert bool(gradient.isfinite().all())
