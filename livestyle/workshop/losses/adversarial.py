"""The losses of CycleGAN (Zhu 2017): least-squares GAN, cycle, identity, and the pool of old paintings."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

POOL_SIZE = 50
"""Paintings that the critics are shown again (Zhu 2017, section 4)."""


def generator_loss(scores: Tensor) -> Tensor:
    """mean (D(G(x)) − 1)²: the critic should take what is painted for real (Zhu 2017, section 4)."""
    return (scores.float() - 1).square().mean()


def critic_loss(real: Tensor, painted: Tensor) -> Tensor:
    """½ [mean (D(y) − 1)² + mean D(G(x))²]: halved, so that the critic learns at half the pace."""
    return ((real.float() - 1).square().mean() + painted.float().square().mean()) / 2


def reconstruction_loss(found: Tensor, expected: Tensor) -> Tensor:
    """mean |found − expected| on [−1, 1]; pictures in [0, 1].

    The cycle loss with F(G(x)) and x (Zhu 2017, eq. 2), the identity loss with G(y) and y (section 5.2).
    """
    return 2 * (found.float() - expected.float()).abs().mean()


class PicturePool:
    """Keeps recent paintings, so that a critic doesn't forget those it recognised (Shrivastava 2017).

    Each new painting is returned as it is or, once the pool is full, with even odds swapped for an older
    one.
    """

    def __init__(self, size: int = POOL_SIZE) -> None:
        self.size = size
        self.pictures: list[Tensor] = []

    def swap(self, painted: Tensor, rng: np.random.Generator) -> Tensor:
        """[B, 3, H, W] to the same, without a graph."""
        return torch.cat([self._swap(picture, rng) for picture in painted.detach().split(1)])

    def _swap(self, picture: Tensor, rng: np.random.Generator) -> Tensor:
        if len(self.pictures) < self.size:
            self.pictures.append(picture)
            return picture
        if not self.size or rng.random() < 0.5:
            return picture
        place = int(rng.integers(self.size))
        older, self.pictures[place] = self.pictures[place], picture
        return older
