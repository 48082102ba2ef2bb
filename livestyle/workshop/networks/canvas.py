"""The canvas: fixed noise that strokes hang on, so that a bare wall gets paint and keeps it.

A network that sees a photo alone can put strokes on a flat region only where its sensor noise happens to
be, and they flicker with it. A field of noise that stays where it is gives them something to hold on to.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.blocks import ReflectConv

GRAINS = (1, 1, 2, 4)
"""One channel each: side of the grain, in positions of the canvas."""

FOLD = 4
"""A position of the canvas is as large as this many pixels."""

SIGMA = 0.25
"""Standard deviation of the noise in each channel."""

WEIGHT_STD = 0.05
"""Standard deviation of the new weights: training starts with little of the canvas in the features."""

TILE = 128
"""The canvas of the live graph repeats after so many positions, 512 pixels; 128 kB in float16."""

TILE_SEED = 11
"""Fixed, so that every network of every run has the same canvas."""


def draw_canvas(count: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Gaussian noise, float32 [count, 4, height, width], deviation SIGMA, a channel for each of GRAINS.

    The left edge goes on behind the right one, the top behind the bottom, where the sides are multiples of 4.
    """
    planes = []
    for grain in GRAINS:
        shape = (count, 1, math.ceil(height / grain), math.ceil(width / grain))
        plane = torch.randn(shape, generator=generator)
        if grain > 1:
            wrapped = F.pad(plane, (2, 2, 2, 2), mode="circular")
            large = F.interpolate(wrapped, scale_factor=float(grain), mode="bicubic")
            plane = large[:, :, 2 * grain : 2 * grain + height, 2 * grain : 2 * grain + width]
        planes.append(plane / plane.std() * SIGMA)
    return torch.cat(planes, 1)


class Canvas(nn.Module):
    """Adds the canvas to the features of the first layer at a quarter of the picture's size."""

    tile: Tensor

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.conv = ReflectConv(len(GRAINS), outputs, 3, bias=False)
        nn.init.normal_(self.conv.conv.weight, std=WEIGHT_STD)
        generator = torch.Generator().manual_seed(TILE_SEED)
        self.register_buffer("tile", draw_canvas(1, TILE, TILE, generator).half())

    def forward(self, features: Tensor, canvas: Tensor | None) -> Tensor:
        """features [B, outputs, h, w] to the same; canvas float32 [B, 4, h, w], or the network's own.

        That is one tile, repeated from the top left corner: same size, same canvas.
        """
        own = self.spread(*features.shape[2:]) if canvas is None else canvas
        added: Tensor = features + self.conv(own)
        return added

    def spread(self, height: int, width: int) -> Tensor:
        """The network's own canvas, float32 [1, 4, height, width]."""
        down, across = ((side + TILE - 1) // TILE for side in (height, width))
        tiles = self.tile.float()[:, :, None, :, None, :].expand(-1, -1, down, -1, across, -1)
        return tiles.flatten(4, 5).flatten(2, 3)[:, :, :height, :width]
