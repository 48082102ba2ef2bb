"""AdaIN in every layer of a light network: any picture as a style, live on a CPU.

Huang 2017 sets statistics once, between VGG and a decoder. Here the photo's way is the transformer of
Johnson 2016, and each of its normalisations is an AdaIN (eq. 8): what it sets are deviation and mean
of features of the style picture (MicroAST, Wang 2023, modulates several layers so). A picture is
encoded once, the photo's way has no encoder.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.statistics import mean_std
from livestyle.workshop.networks.transformer import Transformer
from livestyle.workshop.networks.vgg import VGG19

TRUNK = {"relu1_1": 4, "relu2_1": 2, "relu3_1": 1}
"""Layers of VGG that the encoder reads, and by how much each is pooled to come to one size."""

WIDTH = 128
"""Channels of the convolutions that are trained."""

STRIDE = 8
"""Height and width of a style picture must be multiples of this."""

SIDE_PX = 320
"""A style picture is encoded at 320 x 320 pixels in all, its shape kept; strokes are learned at that size."""


class Encoder(nn.Module):
    """A picture to the style vector of a transformer.

    It has a feature map for each channel that the transformer normalises. The map's deviation becomes
    that channel's, gamma, its mean the channel's, beta. No normalisation: it would take away
    what is to be measured. The first five convolutions are VGG's and frozen.
    """

    side_px = SIDE_PX
    stride = STRIDE
    order: Tensor

    def __init__(self, net: Transformer, trunk: VGG19) -> None:
        """net: whose vector is to be made; only its layout is looked at. trunk: up to relu3_1."""
        super().__init__()
        self.trunk = trunk
        inputs = sum(trunk.get_parameter(f"{name.replace('relu', 'conv')}.bias").numel() for name in TRUNK)
        self.enter = _conv(inputs, WIDTH, stride=2)
        self.first, self.second = _conv(WIDTH, WIDTH), _conv(WIDTH, WIDTH)
        self.head = nn.Conv2d(WIDTH, net.style_length // 2, 1)
        for conv in (self.enter, self.first, self.second, self.head):
            nn.init.kaiming_normal_(conv.weight)
            nn.init.zeros_(cast(Tensor, conv.bias))
        self.register_buffer("order", _order(net), persistent=False)

    def features(self, picture: Tensor) -> Tensor:
        """[B, 3, H, W] RGB in [0, 1], sides multiples of 8, to [B, D / 2, H / 8, W / 8]."""
        seen = self.trunk(picture, TRUNK)
        y = torch.cat([F.avg_pool2d(seen[name], pool) for name, pool in TRUNK.items()], 1)
        y = F.relu(self.enter(y))
        y = F.relu(y + self.second(F.relu(self.first(y))))
        maps: Tensor = self.head(y)
        return maps

    def forward(self, picture: Tensor) -> Tensor:
        """To the style vector, float32 [B, D]: for each normalisation deviations, then means."""
        mean, std = mean_std(self.features(picture))
        return torch.cat([std, mean], 1).flatten(1)[:, self.order]

    @torch.no_grad()
    def begin(self, pictures: Tensor, style: Tensor) -> None:
        """Start from a plain style [D]: scale and shift the maps so that `pictures` have it on average."""
        mean, std = (part.mean(0).flatten() for part in mean_std(self.features(pictures)))
        wanted = torch.empty_like(style)
        wanted[self.order] = style
        deviation, center = wanted.chunk(2)
        scale = deviation.abs() / std
        self.head.weight.mul_(scale[:, None, None, None])
        cast(Tensor, self.head.bias).copy_(center - mean * scale)


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Conv2d:
    """A 3x3 convolution whose border is repeated outwards, so that pictures of any size will do."""
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1, padding_mode="replicate")


def _order(net: Transformer) -> Tensor:
    """For each value of the style vector its place in [all deviations, all means], int64 [D]."""
    order = torch.zeros(net.style_length, dtype=torch.int64)
    start, count = 0, net.style_length // 2
    for norm in net.norms():
        maps = torch.arange(start, start + norm.channels)
        order[norm.offset : norm.offset + 2 * norm.channels] = torch.cat([maps, count + maps])
        start += norm.channels
    return order


class AdaINLite(nn.Module):
    """The transformer and the encoder that makes its styles."""

    def __init__(self, net: Transformer, trunk: VGG19) -> None:
        super().__init__()
        self.net = net
        self.encoder = Encoder(net, trunk)

    def style(self, picture: Tensor) -> Tensor:
        """The style vector of a picture [B, 3, H, W], sides multiples of 8; float32 [B, D]."""
        vector: Tensor = self.encoder(picture)
        return vector

    def forward(self, photo: Tensor, style: Tensor) -> Tensor:
        """photo [B, 3, H, W] in [0, 1], style [B or 1, D], to a picture of the photo's size.

        A blend of vectors is a blend of statistics: several styles at once.
        """
        painted: Tensor = self.net(photo, style.expand(len(photo), -1))
        return painted
