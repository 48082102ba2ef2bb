"""The palette loss is the distance of distributions of colours, whatever their texture."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from livestyle.workshop.losses.palette import palette_loss, palette_of

BLUE, YELLOW = (0.1, 0.2, 0.6), (0.9, 0.8, 0.2)


def mixed(share: float, side: int = 64, seed: int = 0) -> Tensor:
    """A picture with so much yellow in blue, in blocks of 2x2; [1, 3, side, side]."""
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm((side // 2) ** 2, generator=generator).view(1, 1, side // 2, side // 2)
    yellow = (order < share * order.numel()).repeat_interleave(2, 2).repeat_interleave(2, 3)
    return torch.where(yellow, torch.tensor(YELLOW).view(1, 3, 1, 1), torch.tensor(BLUE).view(1, 3, 1, 1))


def loss(picture: Tensor, painting: Tensor) -> float:
    return float(palette_loss(picture.detach(), palette_of(painting)[None]))


def test_zero_for_the_same_colours_in_other_places_and_at_another_size() -> None:
    assert loss(mixed(0.25, seed=1), mixed(0.25)) < 1e-6
    assert loss(mixed(0.25, side=32), mixed(0.25, side=128)) < 0.02


def test_one_for_the_mean_colour() -> None:
    painting = mixed(0.3)
    plain = painting.mean((2, 3), keepdim=True).expand_as(painting)
    assert loss(plain, painting) == pytest.approx(1, abs=0.02)


def test_a_rare_colour_counts_and_grows_with_what_is_missing() -> None:
    painting = mixed(0.25)
    assert loss(mixed(0.2), painting) < loss(mixed(0.1), painting) < loss(mixed(0.0), painting)


def test_the_gradient_brings_the_missing_colour() -> None:
    painting = mixed(0.25)
    picture = (0.3 * torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))).requires_grad_()
    before = loss(picture, painting)
    optimizer = torch.optim.Adam([picture], lr=0.02)
    for _ in range(100):
        optimizer.zero_grad()
        palette_loss(picture, palette_of(painting)[None]).sum().backward()
        optimizer.step()
    assert loss(picture, painting) < 0.1 * before
