"""Bare walls miss brush marks; walls that have them, busy photos and bare paintings do not."""

from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.losses.contrast import AIM, LEVELS, contrast_loss, contrast_quantiles

SIDE = 128
WALL = torch.full((1, 3, SIDE, SIDE), 0.5)


def rough(strength: float, seed: int = 0) -> Tensor:
    """Marks of one strength everywhere, [1, 3, SIDE, SIDE]."""
    coarse = torch.rand(1, 1, SIDE // 4, SIDE // 4, generator=torch.Generator().manual_seed(seed)) - 0.5
    return (0.5 + strength * coarse.repeat_interleave(4, 2).repeat_interleave(4, 3)).expand(1, 3, -1, -1)


PAINTING = rough(0.4)
OWN = contrast_quantiles(PAINTING)[None]


def test_a_bare_wall_misses_all_of_it() -> None:
    expected = AIM * OWN.mean() / OWN[0, len(LEVELS) // 2]
    torch.testing.assert_close(contrast_loss(WALL, WALL, OWN), expected, atol=0.01, rtol=0)


def test_a_painted_wall_misses_nothing_and_more_of_it_is_no_better() -> None:
    assert float(contrast_loss(rough(0.4, seed=1), WALL, OWN)) < 0.01
    assert float(contrast_loss(rough(0.8, seed=1), WALL, OWN)) == 0


def test_the_more_is_missing_the_more_it_is() -> None:
    losses = [float(contrast_loss(rough(strength, seed=1), WALL, OWN)) for strength in (0.1, 0.2, 0.3)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 2 * losses[2]


def test_where_the_photo_has_marks_of_its_own_none_are_asked_for() -> None:
    assert float(contrast_loss(WALL, rough(0.5), OWN)) == 0


def test_a_painting_that_is_half_bare_leaves_half_of_the_wall_bare() -> None:
    half = PAINTING.clone()
    half[:, :, : SIDE // 2] = 0.5
    painted = rough(0.4, seed=1).clone()
    painted[:, :, :, : SIDE // 2] = 0.5
    own = contrast_quantiles(half)[None]
    assert float(contrast_loss(painted, WALL, own)) < 0.2 * float(contrast_loss(painted, WALL, OWN))


def test_the_gradient_paints_the_wall() -> None:
    start = rough(0.05, seed=1).clone().requires_grad_()
    loss = contrast_loss(start, WALL, OWN)
    (gradient,) = torch.autograd.grad(loss, start)
    after = start.detach() - 0.05 * gradient / gradient.abs().max()
    assert contrast_loss(after, WALL, OWN).item() < loss.item()
