"""How much work a transformer is, for the figures that docs/methods.md states."""

from __future__ import annotations

import math

from torch import nn

from livestyle.workshop.networks.blocks import UpConv
from livestyle.workshop.networks.canvas import FOLD
from livestyle.workshop.networks.transformer import Transformer


def macs(net: Transformer, height: int, width: int) -> int:
    """Multiply-accumulates of the convolutions for one image of height x width pixels."""
    total = 0
    side = float(net.arch.fold)
    for layer in (net.stem, *net.down, *net.blocks, *net.up, net.head):
        convs = [m for m in layer.modules() if isinstance(m, nn.Conv2d)]
        for conv in convs:
            side *= conv.stride[0]
            side /= 2 if isinstance(layer, UpConv) else 1
            total += math.ceil(height / side) * math.ceil(width / side) * conv.weight.numel()
    if net.canvas is not None:
        total += height // FOLD * (width // FOLD) * net.canvas.conv.conv.weight.numel()
    return total
