"""A feature map as a set of vectors, one at each position: where they stand does not matter to style."""

from __future__ import annotations

import torch
from torch import Tensor


def flatten(features: Tensor) -> Tensor:
    """[B, C, H, W] to [B, C, H·W], at least float32."""
    return (features if features.dtype == torch.float64 else features.float()).flatten(2)
