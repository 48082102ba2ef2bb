"""Total variation (Johnson 2016, section 3.2)."""

from __future__ import annotations

from torch import Tensor


def tv_loss(image: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels, both directions; image [B, 3, H, W] in [0, 1]."""
    rows = (image[:, :, 1:] - image[:, :, :-1]).abs().mean()
    columns = (image[:, :, :, 1:] - image[:, :, :, :-1]).abs().mean()
    return rows + columns
