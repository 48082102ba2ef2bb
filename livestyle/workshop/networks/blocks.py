"""The pieces every stylization network is made of."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.norms import ConditionalInstanceNorm, StyleNorm


class ReflectConv(nn.Module):
    """Convolution with reflection padding: the size is kept (stride 1) and no border is drawn."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.pad = kernel // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """x [B, inputs, H, W] to [B, outputs, ceil(H / stride), ceil(W / stride)]."""
        y: Tensor = self.conv(F.pad(x, (self.pad,) * 4, mode="reflect"))
        return y


class ConvNorm(nn.Module):
    """Convolution, conditional normalisation and, unless told otherwise, ReLU."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        offset: int,
        stride: int = 1,
        relu: bool = True,
        norm: type[StyleNorm] = ConditionalInstanceNorm,
    ) -> None:
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, kernel, stride, bias=False)
        self.norm = norm(outputs, offset)
        self.relu = relu

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        return self.finish(self.conv(x), style)

    def finish(self, convolved: Tensor, style: Tensor) -> Tensor:
        """Apply what follows the convolution: the normalisation and, unless told otherwise, ReLU."""
        y: Tensor = self.norm(convolved, style)
        return F.relu(y) if self.relu else y


class Residual(nn.Module):
    """Two 3x3 convolutions around which the input is added (Johnson 2016, no ReLU after the sum)."""

    def __init__(self, channels: int, offset: int, norm: type[StyleNorm] = ConditionalInstanceNorm) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels, 3, offset, norm=norm)
        self.second = ConvNorm(channels, channels, 3, offset + 2 * channels, relu=False, norm=norm)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y: Tensor = self.second(self.first(x, style), style)
        return x + y


class UpConv(nn.Module):
    """Nearest-neighbour upsampling by two, then a 3x3 convolution: no checkerboards (Dumoulin 2017)."""

    def __init__(
        self, inputs: int, outputs: int, offset: int, norm: type[StyleNorm] = ConditionalInstanceNorm
    ) -> None:
        super().__init__()
        self.conv = ConvNorm(inputs, outputs, 3, offset, norm=norm)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        y: Tensor = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"), style)
        return y
