"""Content loss: distance between feature maps (Gatys 2016, eq. 1; Johnson 2016, eq. 2)."""

from __future__ import annotations

from torch import Tensor


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared distance relative to the target's mean square, averaged over the batch.

    features, target: [B, C, H, W]. 0 = same features, 1 = as far as an image without any.
    Departure: relative, so that one weight serves every photo and every layer.
    """
    features, target = features.float(), target.float()
    error = (features - target).square().mean(dim=(1, 2, 3))
    return (error / target.square().mean(dim=(1, 2, 3)).clamp_min(1e-8)).mean()
