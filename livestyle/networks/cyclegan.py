"""From a set of photos to a set of paintings, without pairs: generator and critic of Zhu 2017."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.networks.blocks import ReflectConv

INIT_STD = 0.02
SLOPE = 0.2


class PlainConv(nn.Module):
    """Convolution with reflected borders, instance normalisation without gamma and beta, ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, kernel, stride)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(F.instance_norm(self.conv(x).float()))


class PlainResidual(nn.Module):
    """Two 3x3 convolutions around which the input is added; no ReLU after the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = PlainConv(channels, channels, 3)
        self.second = ReflectConv(channels, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        return x + F.instance_norm(self.second(self.first(x)).float())


class PlainUp(nn.Module):
    """Nearest-neighbour upsampling by two and a convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = PlainConv(inputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        return y


class CycleGenerator(nn.Module):
    """c7s1-64, d128, d256, `blocks` R256, u128, u64, c7s1-3 (Zhu 2017, section 7.2).

    Six blocks for pictures of 128 px, nine for larger ones.
    Departures: upsampling + convolution for the transposed ones (no checkerboards, as many weights);
    [0, 1] outside, [−1, 1] inside, as every network here.
    """

    def __init__(self, blocks: int = 9, channels: int = 64) -> None:
        super().__init__()
        c = channels
        self.layers = nn.Sequential(
            PlainConv(3, c, 7),
            PlainConv(c, 2 * c, 3, stride=2),
            PlainConv(2 * c, 4 * c, 3, stride=2),
            *(PlainResidual(4 * c) for _ in range(blocks)),
            PlainUp(4 * c, 2 * c),
            PlainUp(2 * c, c),
            ReflectConv(c, 3, 7),
        )
        initialize(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 3, H, W] in [0, 1], sides multiples of 4, to the same."""
        return (torch.tanh(self.layers(x * 2 - 1).float()) + 1) / 2


class PatchCritic(nn.Module):
    """C64-C128-C256-C512: a score for each patch of 70 x 70 px, real or painted (Zhu 2017, section 7.2)."""

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        c = channels
        shapes = ((3, c, 2), (c, 2 * c, 2), (2 * c, 4 * c, 2), (4 * c, 8 * c, 1), (8 * c, 1, 1))
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 4, stride, padding=1) for a, b, stride in shapes)
        initialize(self)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 3, H, W] in [0, 1] to scores [B, 1, H/8 − 2, W/8 − 2]: towards 1 for real, 0 for painted."""
        x = x * 2 - 1
        last = len(self.convs) - 1
        for number, conv in enumerate(self.convs):
            x = conv(x)
            if 0 < number < last:
                x = F.instance_norm(x.float())
            if number < last:
                x = F.leaky_relu(x, SLOPE)
        return x


def initialize(module: nn.Module) -> None:
    """Weights from N(0, 0.02²), biases 0 (Zhu 2017, section 7.1)."""
    for conv in (m for m in module.modules() if isinstance(m, nn.Conv2d)):
        nn.init.normal_(conv.weight, 0.0, INIT_STD)
        if conv.bias is not None:
            nn.init.zeros_(conv.bias)
