"""A texture from noise in one pass (Ulyanov 2016, 'Texture networks'; 2017, 'Improved texture networks')."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MakeNorm = Callable[[int], nn.Module]
SLOPE = 0.01
"""Of the leaky ReLU, which is torch's default."""


def instance_norm(channels: int) -> nn.Module:
    return nn.InstanceNorm2d(channels, affine=True)


class Torus(nn.Module):
    """Convolution, normalisation and leaky ReLU on a picture without borders: its sides meet."""

    def __init__(self, inputs: int, outputs: int, kernel: int, norm: MakeNorm) -> None:
        super().__init__()
        self.pad = kernel // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel)
        self.norm = norm(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(F.pad(x, (self.pad,) * 4, mode="circular"))
        return F.leaky_relu(self.norm(y), SLOPE)


def block(inputs: int, outputs: int, norm: MakeNorm) -> nn.Sequential:
    """3x3, 3x3, 1x1 (Ulyanov 2016, figure 2)."""
    kernels = ((inputs, 3), (outputs, 3), (outputs, 1))
    return nn.Sequential(*(Torus(a, outputs, kernel, norm) for a, kernel in kernels))


class TextureGenerator(nn.Module):
    """Noise at several sizes; from the smallest up, each is convolved and joined to what came from below.

    Sides meet, so a texture tiles. Departures: sigmoid output, so that colours stay in range; instance
    normalisation where nothing else is said (Ulyanov 2016 has batch normalisation, 2017 this).
    """

    def __init__(self, scales: int = 5, channels: int = 8, norm: MakeNorm = instance_norm) -> None:
        super().__init__()
        self.scales = scales
        self.noise_blocks = nn.ModuleList(block(3, channels, norm) for _ in range(scales))
        widths = [channels * (number + 1) for number in range(scales)]
        self.norms = nn.ModuleList(norm(channels) for _ in range(1, scales))
        self.below_norms = nn.ModuleList(norm(width) for width in widths[:-1])
        self.joined = nn.ModuleList(block(width, width, norm) for width in widths[1:])
        self.head = nn.Conv2d(widths[-1], 3, 1)

    def noise(self, count: int, side_px: int, generator: torch.Generator) -> list[Tensor]:
        """Uniform noise for each scale, the smallest first; side_px a multiple of 2 ** (scales − 1)."""
        sides = [side_px >> number for number in reversed(range(self.scales))]
        return [torch.rand(count, 3, side, side, generator=generator) for side in sides]

    def forward(self, noise: Sequence[Tensor]) -> Tensor:
        """[B, 3, s, s] for each scale, each with twice the side of the one before, to [B, 3, H, W]."""
        y: Tensor = self.noise_blocks[0](noise[0])
        layers = zip(
            noise[1:], self.noise_blocks[1:], self.norms, self.below_norms, self.joined, strict=True
        )  # fmt: skip
        for z, convolve, norm, below_norm, join in layers:
            below = below_norm(F.interpolate(y, scale_factor=2.0, mode="nearest"))
            y = join(torch.cat([norm(convolve(z)), below], 1))
        return torch.sigmoid(self.head(y))
