from __future__ import annotations

import numpy as np
import torch

from livestyle.workshop.losses.adversarial import (
    PicturePool,
    critic_loss,
    generator_loss,
    reconstruction_loss,
)


def test_least_squares() -> None:
    real, painted = torch.tensor([1.0, 0.5]), torch.tensor([0.0, 1.0])
    assert float(generator_loss(painted)) == 0.5
    assert float(critic_loss(real, painted)) == (0.125 + 0.5) / 2
    assert float(critic_loss(torch.ones(3), torch.zeros(3))) == 0


def test_reconstruction_is_measured_from_minus_one_to_one() -> None:
    assert float(reconstruction_loss(torch.zeros(1, 3, 2, 2), torch.ones(1, 3, 2, 2))) == 2


def numbered(*numbers: int) -> torch.Tensor:
    return torch.tensor(numbers).float().view(-1, 1, 1, 1).expand(-1, 3, 2, 2)


def test_the_pool_hands_on_until_it_is_full_and_then_swaps_half() -> None:
    pool, rng = PicturePool(50), np.random.default_rng(0)
    first = numbered(*range(50))
    assert bool((pool.swap(first, rng) == first).all())
    handed = [int(pool.swap(numbered(number), rng)[0, 0, 0, 0]) for number in range(50, 1050)]
    older = sum(found != number for number, found in enumerate(handed, 50))
    assert 430 < older < 570
    held = [int(p[0, 0, 0, 0]) for p in pool.pictures]
    assert len(held) == 50
    # Each picture is handed on once for each time it came, or is still held.
    assert sorted([*range(50), *handed, *held]) == sorted([*range(50), *range(1050)])


def test_the_pool_keeps_no_graph_and_may_be_empty() -> None:
    picture = torch.rand(2, 3, 4, 4, requires_grad=True)
    pool = PicturePool(0)
    handed = pool.swap(picture * 2, np.random.default_rng(0))
    assert not handed.requires_grad
    assert bool((handed == picture.detach() * 2).all())
    assert pool.pictures == []
