"""Diversity of a generator's pictures (Ulyanov 2017, 'Improved texture networks': Julesz ensemble)."""

from __future__ import annotations

import torch
from torch import Tensor

CLOSEST = 1e-6
"""Distances below this count as this, so that the logarithm stays finite for equal pictures."""


def diversity_loss(pictures: Tensor) -> Tensor:
    """−mean over i of log min over j ≠ i of ‖g(z_i) − g(z_j)‖; [B, 3, H, W], B ≥ 2.

    It raises the entropy: without it a generator may answer any noise with the same picture. Departure: the
    distance is a root mean square, so that the size of the picture doesn't matter.
    """
    flat = pictures.float().flatten(1)
    distances = torch.cdist(flat, flat, compute_mode="donot_use_mm_for_euclid_dist") / flat.shape[1] ** 0.5
    itself = torch.eye(len(flat), dtype=torch.bool, device=flat.device)
    nearest = distances.masked_fill(itself, torch.inf).amin(1)
    loss: Tensor = -nearest.clamp_min(CLOSEST).log().mean()
    return loss
