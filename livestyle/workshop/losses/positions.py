"""Treats a feature map as a set of vectors, one for each position: their places don't matter to style."""

from __future__ import annotations

import torch
from torch import Tensor


def flatten(features: Tensor) -> Tensor:
    """Turns [B, C, H, W] into [B, C, H·W], at least float32."""
    return (features if features.dtype == torch.float64 else features.float()).flatten(2)
