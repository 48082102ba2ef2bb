"""Holds a picture to the painting's colours: all of them, as often as the painting has them.

A Gram matrix sees colours only together with the texture that they are in, and is content with the common
ones: the yellow of a few stars weighs little. Here the colours themselves are compared, as distributions, by
sliced Wasserstein distance (Rabin 2011; Bonneel 2015, eq. 4): along each of some directions of colour space
the sorted values of picture and painting are held together.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

QUANTILES = 256
"""How many values along each direction stand for a painting."""

DIRECTIONS = 16
"""Evenly spread over half a sphere."""

CHROMA = 2.0
"""Hue and saturation against lightness, in which most pictures differ far more."""


def palette_loss(painted: Tensor, own: Tensor) -> Tensor:
    """Squared distance of the colours' distributions, 1 = the spread of the painting's own colours; [B].

    painted: [B, 3, S, S] RGB in [0, 1]; pairs of rows and columns count as one, so that grain does not count.
    own: [B, DIRECTIONS, QUANTILES] as `palette_of` each painting.
    """
    found = _projected(F.avg_pool2d(painted.float(), 2)).sort(2).values
    count = found.shape[2]
    place = torch.arange(count, device=found.device) * QUANTILES // count
    error = (found - own[:, :, place]).square().mean((1, 2))
    return error / own.var(2, correction=0).mean(1).clamp_min(1e-4)


def palette_of(painting: Tensor) -> Tensor:
    """A painting's quantiles along each direction, [1, 3, H, W] to float32 [DIRECTIONS, QUANTILES]."""
    values = _projected(F.avg_pool2d(painting.float(), 2))[0].sort(1).values
    count = values.shape[1]
    middle = (torch.arange(QUANTILES, device=values.device) + 0.5) * count / QUANTILES
    return values[:, middle.long()]


def _projected(picture: Tensor) -> Tensor:
    """[B, 3, H, W] to [B, DIRECTIONS, H·W]: colours along each direction."""
    with torch.autocast(picture.device.type, enabled=False):  # bf16 is too coarse for colours
        return _directions().to(picture.device) @ picture.flatten(2)


def _directions() -> Tensor:
    """Fibonacci's points on half a sphere, in lightness and two opponent colours, of RGB; [DIRECTIONS, 3]."""
    n = torch.arange(DIRECTIONS)
    height = (n + 0.5) / DIRECTIONS
    radius, turn = (1 - height.square()).sqrt(), n * math.pi * (3 - math.sqrt(5))
    points = torch.stack([height, radius * turn.cos(), radius * turn.sin()], 1)
    opponent = torch.tensor([[1.0, 1.0, 1.0], [1.0, -1.0, 0.0], [1.0, 1.0, -2.0]])
    opponent = F.normalize(opponent, dim=1) * torch.tensor([[1.0], [CHROMA], [CHROMA]])
    return points @ opponent
