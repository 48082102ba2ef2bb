"""Prevents lattices: one mark that is repeated at the same distance all over.

A Gram matrix knows which marks a painting has and how many, not how they are spread; the cheapest
network stamps them like a wallpaper. What tells wallpaper is the correlation of the paint with itself:
its peaks away from zero (Sendik 2017, deep correlations, and Liu 2016, spectrum constraints, hold a
texture's to its model's; here only what lies above the painting's own is punished).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.evaluation.appearance import BLOCK_PX
from livestyle.workshop.losses.marks import flat_blocks, marks

NEAREST_PX, FARTHEST_PX = 8, 32
"""The shifts between which repeated marks are looked for."""

MARGIN = 0.05
"""A correlation that so few marks have by chance."""


def lattice_loss(painted: Tensor, photo: Tensor, own: Tensor) -> Tensor:
    """The sum over shifts of (correlation − the painting's own − MARGIN)² where it is positive; a scalar.

    painted, photo: [B, 3, S, S] RGB in [0, 1]. own: [B, n, n] as `self_correlation` of each painting.
    A picture whose photo is not flat enough counts as having no lattice.
    """
    flat = flat_blocks(photo).float().repeat_interleave(BLOCK_PX, 2).repeat_interleave(BLOCK_PX, 3)
    where = flat[:, :, : photo.shape[2], : photo.shape[3]]
    return F.relu(self_correlation(painted, where) - own - MARGIN).square().sum((1, 2)).mean()


def self_correlation(picture: Tensor, where: Tensor | None = None) -> Tensor:
    """Correlation of the marks with themselves, shifted by up to FARTHEST_PX each way, [B, n, n].

    n = 2 · FARTHEST_PX + 1, no shift in the middle; 0 for shifts under NEAREST_PX, and for those that leave
    less than a quarter of the places. where: [B, 1, H, W], 1 = counts; everywhere if None.
    """
    paint = marks(picture)
    mask = torch.ones_like(paint[:1]) if where is None else where
    count = mask.sum((2, 3), keepdim=True).clamp_min(1)
    paint = (paint - (paint * mask).sum((2, 3), keepdim=True) / count) * mask
    sums, counts = (_against_itself(plane) for plane in (paint, mask))
    mean = sums / counts.clamp_min(1)
    middle = FARTHEST_PX
    mean = mean / mean[:, middle, middle, None, None].clamp_min(1e-6)
    reach = torch.arange(-middle, middle + 1, device=picture.device)
    apart = torch.hypot(reach[:, None].float(), reach[None].float()) >= NEAREST_PX
    return mean * (apart & (counts >= counts[:, middle, middle, None, None] / 4))


def _against_itself(plane: Tensor) -> Tensor:
    """Sums over places x of plane(x) · plane(x + d), [B, 1, H, W] to [B, n, n]."""
    shape = [max(side, FARTHEST_PX + 1) + FARTHEST_PX for side in plane.shape[2:]]
    spectrum = torch.fft.rfft2(plane[:, 0], s=shape)
    around = torch.fft.irfft2(spectrum.real.square() + spectrum.imag.square(), s=shape)
    n = 2 * FARTHEST_PX + 1
    return torch.roll(around, (FARTHEST_PX, FARTHEST_PX), (1, 2))[:, :n, :n]
