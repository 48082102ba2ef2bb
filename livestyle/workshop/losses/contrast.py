"""Prevents bare walls: where a photo is flat, it gets brush marks as strong as those of the painting.

Gram matrices see how strong marks are on the whole, and outlines make up for walls. Here the contrast of
the blocks of flat regions is held to that of all blocks of the painting, quantile by quantile: the
transport between two distributions on a line (as for pixels in Risser 2017, histogram losses). A
painting of which a part is bare leaves that part of the walls bare.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.workshop.losses.marks import block_contrast, flat_blocks

LEVELS = tuple(n / 10 for n in range(1, 10))
"""The quantiles that are compared."""

AIM = 0.8
"""Share of the painting's contrast that is aimed at, because edges of its forms are part of it too."""


def contrast_loss(painted: Tensor, photo: Tensor, own: Tensor) -> Tensor:
    """Mean over quantiles of what is missing to AIM · own, divided by the middle quantile of own; a scalar.

    painted, photo: [B, 3, S, S] RGB in [0, 1]. own: [B, levels] as `contrast_quantiles` of each painting.
    A picture whose photo is nowhere flat misses nothing.
    """
    blocks, flat = block_contrast(painted), flat_blocks(photo)
    missing = [
        F.relu(AIM * wanted - _quantiles(found[where])).mean() / wanted[len(LEVELS) // 2]
        for found, where, wanted in zip(blocks, flat, own, strict=True)
        if where.any()
    ]
    return torch.stack(missing).sum() / len(painted) if missing else painted.new_zeros(())


def contrast_quantiles(painting: Tensor) -> Tensor:
    """The quantiles of a painting's block contrast, [1, 3, H, W] in [0, 1]: float32 [levels], of 1."""
    return _quantiles(block_contrast(painting).flatten())


def _quantiles(values: Tensor) -> Tensor:
    return torch.quantile(values, values.new_tensor(LEVELS))
