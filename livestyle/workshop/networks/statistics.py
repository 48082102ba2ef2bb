"""Mean and standard deviation of feature maps over positions: what AdaIN sets and Li 2017 compares."""

from __future__ import annotations

import torch
from torch import Tensor

EPS = 1e-5
"""Added to the variance, so that the root has a gradient where a channel is constant."""


def mean_std(features: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Per image and channel over H x W; [B, C, H, W] to twice [B, C, 1, 1], at least float32.

    mask: float [B or 1, 1, H, W], the weight of each position; all positions where None.
    """
    x = features if features.dtype == torch.float64 else features.float()
    if mask is None:
        var, mean = torch.var_mean(x, dim=(2, 3), keepdim=True, correction=0)
    else:
        share = mask / mask.sum(dim=(2, 3), keepdim=True).clamp_min(EPS)
        mean = (x * share).sum(dim=(2, 3), keepdim=True)
        var = ((x - mean).square() * share).sum(dim=(2, 3), keepdim=True)
    return mean, (var + EPS).sqrt()
