"""Style as a distribution, held to the painting's by sliced Wasserstein distance (Heitz 2021, eq. 5)."""

from __future__ import annotations

import torch
from torch import Tensor

from livestyle.workshop.losses.positions import flatten

SAMPLES = 4096
"""Vectors of a painting that the loss keeps."""


class SlicedWassersteinLoss:
    """mean over directions v of ∫ (F_v⁻¹ − S_v⁻¹)², relative to a picture without features.

    F_v and S_v are the distributions of vᵀf and vᵀs; in one dimension the best transport pairs sorted values.
    As many directions as channels, drawn anew on the sphere by torch's global generator in each evaluation.
    Unlike a Gram matrix it sees the whole distribution. The target is vectors, [1, C, SAMPLES].
    """

    parts = 1
    random = True

    def target(self, features: Tensor) -> tuple[Tensor, ...]:
        flat = flatten(features)
        count = flat.shape[2]
        order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
        where = order[torch.arange(SAMPLES) % count]
        return (flat[:, :, where.to(flat.device)],)

    def loss(self, features: Tensor, target: tuple[Tensor, ...]) -> Tensor:
        flat, kept = flatten(features), target[0]
        channels, count = flat.shape[1:]
        directions = torch.randn(channels, channels, dtype=torch.promote_types(flat.dtype, torch.float32))
        directions = torch.nn.functional.normalize(directions, dim=1).to(flat.device)
        with torch.autocast(flat.device.type, enabled=False):
            picture, painting = ((directions @ x.to(directions.dtype)).sort(2).values for x in (flat, kept))
            quantiles = ((torch.arange(count, device=flat.device) + 0.5) / count * kept.shape[2]).long()
            matched = painting[:, :, quantiles]
            error = (picture - matched).square().mean((1, 2))
        return error / matched.square().mean((1, 2)).clamp_min(1e-12)
