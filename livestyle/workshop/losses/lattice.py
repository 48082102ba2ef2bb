"""Against lattices: one mark that stands again and again at the same distance.

A Gram matrix knows which marks a painting has and how many, not how they are spread; the cheapest
network stamps them like a wallpaper. What tells wallpaper is the correlation of the paint with itself:
its peaks away from zero (Sendik 2017, deep correlations, and Liu 2016, spectrum constraints, hold a
texture's to its model's; here only what lies above the painting's own is punished).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

BAND_PX = 1.2, 5.0
"""Deviations of the two Gaussians between which brush marks lie, as in `evaluation.appearance`."""

BLOCK_PX = 16
FLAT = 3 / 255
"""Contrast of a block of the photo, of 1, up to which it is flat. Elsewhere forms repeat by right."""

LEAST_SHARE = 0.1
"""Of a crop that must be flat; with less, chance looks like a lattice."""

NEAREST_PX, FARTHEST_PX = 8, 32
"""Between which shifts marks are looked for."""

MARGIN = 0.05
"""What the correlation of that few marks has by chance."""


def lattice_loss(painted: Tensor, photo: Tensor, own: Tensor) -> Tensor:
    """The sum over shifts of (correlation − the painting's own − MARGIN)² where it is positive; a scalar.

    painted, photo: [B, 3, S, S] RGB in [0, 1]. own: [B, n, n] as `self_correlation` of each painting.
    Pictures whose photo is not flat enough count as without any lattice.
    """
    flat = _flat(photo)
    enough = flat.mean((1, 2, 3)) >= LEAST_SHARE
    excess = F.relu(self_correlation(painted, flat) - own - MARGIN).square().sum((1, 2))
    return torch.where(enough, excess, torch.zeros_like(excess)).mean()


def self_correlation(picture: Tensor, where: Tensor | None = None) -> Tensor:
    """Correlation of the marks with themselves, shifted by up to FARTHEST_PX each way, [B, n, n].

    n = 2 · FARTHEST_PX + 1, no shift in the middle; 0 for shifts under NEAREST_PX, and for those that leave
    less than a quarter of the places. where: [B, 1, H, W], 1 = counts; everywhere if None.
    """
    marks = band(picture)
    mask = torch.ones_like(marks[:1]) if where is None else where
    count = mask.sum((2, 3), keepdim=True).clamp_min(1)
    marks = (marks - (marks * mask).sum((2, 3), keepdim=True) / count) * mask
    sums, counts = (_against_itself(plane) for plane in (marks, mask))
    mean = sums / counts.clamp_min(1)
    middle = FARTHEST_PX
    mean = mean / mean[:, middle, middle, None, None].clamp_min(1e-6)
    reach = torch.arange(-middle, middle + 1, device=picture.device)
    apart = torch.hypot(reach[:, None].float(), reach[None].float()) >= NEAREST_PX
    return mean * (apart & (counts >= counts[:, middle, middle, None, None] / 4))


def band(picture: Tensor) -> Tensor:
    """Luminance between the two Gaussians, [B, 3, H, W] in [0, 1] to [B, 1, H, W]."""
    picture = picture.float()
    weights = picture.new_tensor([0.299, 0.587, 0.114])
    gray = (picture * weights[:, None, None]).sum(1, keepdim=True)
    with torch.autocast(picture.device.type, enabled=False):
        fine, coarse = (_blurred(gray, sigma) for sigma in BAND_PX)
    return fine - coarse


def _blurred(plane: Tensor, sigma: float) -> Tensor:
    radius = math.ceil(3 * sigma)
    x = torch.arange(-radius, radius + 1, dtype=plane.dtype, device=plane.device)
    kernel = torch.softmax(-x.square() / (2 * sigma**2), 0)
    padded = F.pad(plane, (radius,) * 4, mode="reflect")
    return F.conv2d(F.conv2d(padded, kernel[None, None, None]), kernel[None, None, :, None])


@torch.no_grad()
def _flat(photo: Tensor) -> Tensor:
    """1 in blocks of BLOCK_PX in which the photo has no marks of its own, [B, 1, S, S]."""
    contrast = F.avg_pool2d(band(photo).square(), BLOCK_PX, ceil_mode=True, count_include_pad=False).sqrt()
    flat = (contrast < FLAT).float().repeat_interleave(BLOCK_PX, 2).repeat_interleave(BLOCK_PX, 3)
    return flat[:, :, : photo.shape[2], : photo.shape[3]]


def _against_itself(plane: Tensor) -> Tensor:
    """Sums over places x of plane(x) · plane(x + d), [B, 1, H, W] to [B, n, n]."""
    shape = [max(side, FARTHEST_PX + 1) + FARTHEST_PX for side in plane.shape[2:]]
    spectrum = torch.fft.rfft2(plane[:, 0], s=shape)
    around = torch.fft.irfft2(spectrum.real.square() + spectrum.imag.square(), s=shape)
    n = 2 * FARTHEST_PX + 1
    return torch.roll(around, (FARTHEST_PX, FARTHEST_PX), (1, 2))[:, :n, :n]
