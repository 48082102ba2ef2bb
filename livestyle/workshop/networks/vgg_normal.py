"""VGG rescaled so that every channel is active to the same degree (Gatys 2015, section 2; Huang 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from livestyle.workshop.networks.vgg import VGG19

DEAD = 1e-4
"""A channel with less than this share of its layer's mean is hardly ever active, and is left as it is."""


@torch.no_grad()
def normalize(vgg: VGG19, pictures: Sequence[Tensor]) -> None:
    """Scale the weights in place: each ReLU's mean over `pictures` and positions becomes 1.

    pictures: float [B, 3, H, W] in [0, 1], of one size. ReLU and pooling let a positive factor
    through, so each feature is its old self divided by its old mean: nothing else changes.
    """
    relus = [name.replace("conv", "relu") for name in vgg.names]
    found = [vgg(picture, relus) for picture in pictures]
    below = torch.ones(3, device=vgg.mean.device)
    for name, relu in zip(vgg.names, relus, strict=True):
        mean = torch.stack([f[relu].float().mean((0, 2, 3)) for f in found]).mean(0)
        mean = torch.where(mean > DEAD * mean.mean(), mean, torch.ones_like(mean))
        weight, bias = (vgg.get_parameter(f"{name}.{kind}") for kind in ("weight", "bias"))
        weight.mul_(below[None, :, None, None] / mean[:, None, None, None])
        bias.div_(mean)
        below = mean
