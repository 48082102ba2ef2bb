"""Style loss: distance between Gram matrices (Gatys 2016, eq. 3-5)."""

from __future__ import annotations

import torch
from torch import Tensor


def gram_matrix(features: Tensor) -> Tensor:
    """Correlations between channels, over positions: F Fᵀ / (H W) (Gatys 2016, eq. 3).

    features [B, C, H, W]; returns float32 [B, C, C]. Positions may be permuted at will.
    """
    flat = features.float().flatten(2)
    return torch.bmm(flat, flat.transpose(1, 2)) / flat.shape[2]


def gram_loss(gram: Tensor, target: Tensor) -> Tensor:
    """‖G − S‖² / ‖S‖² for each image; [B, C, C] and [B, C, C] or [1, C, C] to [B].

    Departure: relative (Gatys divides by 4 N² M²), so that one weight serves every painting.
    """
    scale = target.square().sum(dim=(1, 2)).clamp_min(1e-12)
    return (gram - target).square().sum(dim=(1, 2)) / scale
