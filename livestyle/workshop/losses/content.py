"""Content loss: distance between feature maps (Gatys 2016, eq. 1; Johnson 2016, eq. 2)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

MOST_DETAIL = 4.0
"""The most that a position may count, relative to the average one."""


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance relative to the target's mean square, averaged over the batch.

    features, target: [B, C, H, W]. 0 = same features, 1 = as far as an image without any.
    Departure: relative, so that one weight serves every photo and every layer.
    """
    features, target = features.float(), target.float()
    error = (features - target).square().mean(dim=(1, 2, 3))
    return (error / target.square().mean(dim=(1, 2, 3)).clamp_min(1e-8)).mean()


def detail_loss(features: Tensor, target: Tensor) -> Tensor:
    """Content loss weighted by the photo's detail, so that eyes stay eyes and walls may be painted freely.

    Each position counts by the deviation of the target's features from their mean over 5 x 5 positions.
    """
    features, target = features.float(), target.float()
    smooth = F.avg_pool2d(target, 5, 1, 2, count_include_pad=False)
    detail = (target - smooth).square().mean(1, keepdim=True).sqrt()
    share = detail / detail.mean((2, 3), keepdim=True).clamp_min(1e-8)
    share = F.avg_pool2d(share, 3, 1, 1, count_include_pad=False).clamp_max(MOST_DETAIL)
    error, scale = ((share * x.square()).mean((1, 2, 3)) for x in (features - target, target))
    return (error / scale.clamp_min(1e-8)).mean()
