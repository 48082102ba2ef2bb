"""Finds brush marks, the part of the luminance between grain and forms, and where a photo has none."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.evaluation.appearance import BAND_PX, BLOCK_PX

FLAT = 3 / 255
"""Contrast of a photo's block, of 1, up to which it counts as flat."""

LEAST_SHARE = 0.1
"""Share of a crop that has to be flat; figures of less are chance."""


def marks(picture: Tensor) -> Tensor:
    """The luminance between the two Gaussians of BAND_PX, [B, 3, H, W] in [0, 1] to float32 [B, 1, H, W]."""
    picture = picture.float()
    weights = picture.new_tensor([0.299, 0.587, 0.114])
    gray = (picture * weights[:, None, None]).sum(1, keepdim=True)
    with torch.autocast(picture.device.type, enabled=False):
        fine, coarse = (_blurred(gray, sigma) for sigma in BAND_PX)
    return fine - coarse


def block_contrast(picture: Tensor) -> Tensor:
    """Rms of the marks in blocks of BLOCK_PX, of 1: [B, 3, H, W] to [B, 1, h, w]; h, w rounded up."""
    power = F.avg_pool2d(marks(picture).square(), BLOCK_PX, ceil_mode=True, count_include_pad=False)
    return (power + 1e-8).sqrt()


@torch.no_grad()
def flat_blocks(photo: Tensor) -> Tensor:
    """True where a block of a photo has no marks of its own, bool [B, 1, h, w].

    All False for a photo that has less than LEAST_SHARE of such blocks.
    """
    flat = block_contrast(photo) < FLAT
    enough = flat.float().mean((1, 2, 3), keepdim=True) >= LEAST_SHARE
    return flat & enough


def _blurred(plane: Tensor, sigma: float) -> Tensor:
    radius = math.ceil(3 * sigma)
    x = torch.arange(-radius, radius + 1, dtype=plane.dtype, device=plane.device)
    kernel = torch.softmax(-x.square() / (2 * sigma**2), 0)
    padded = F.pad(plane, (radius,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(padded, kernel[None, None, None]), kernel[None, None, :, None])
