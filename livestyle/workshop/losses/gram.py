"""Style as correlations: distance between Gram matrices (Gatys 2016, eq. 3-5)."""

from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.losses.positions import flatten


def gram_matrix(features: Tensor) -> Tensor:
    """Correlations between channels, over positions: F Fᵀ / (H W) (Gatys 2016, eq. 3).

    features [B, C, H, W]; returns [B, C, C], at least float32. Positions may be permuted at will.
    """
    flat = flatten(features)
    with torch.autocast(flat.device.type, enabled=False):  # bf16 is too coarse for differences of these
        return torch.bmm(flat, flat.transpose(1, 2)) / flat.shape[2]


def gram_loss(gram: Tensor, target: Tensor) -> Tensor:
    """‖G − S‖² / ‖S‖² for each image; [B, C, C] and [B, C, C], or one of them [1, C, C], to [B].

    Departure: relative (Gatys divides by 4 N² M²), so that one weight serves every painting.
    """
    scale = target.square().sum(dim=(1, 2)).clamp_min(1e-12)
    return (gram - target).square().sum(dim=(1, 2)) / scale


class GramLoss:
    """Gatys 2016, eq. 4. The target is the Gram matrix, [1, C, C]."""

    parts = 1
    random = False

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        return (gram_matrix(features),)

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        return gram_loss(gram_matrix(features), target[0])
