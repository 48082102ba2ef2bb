"""Any picture as a style: adaptive instance normalisation (Huang 2017)."""

from __future__ import annotations

from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.workshop.networks.blocks import ReflectConv
from livestyle.workshop.networks.statistics import EPS, mean_std
from livestyle.workshop.networks.vgg import VGG19

PAPER = "AdaIN: Huang 2017"
LAYER = "relu4_1"
FEATURES = 512

SIDE_PX = 512
"""A style picture is encoded at 512 x 512 pixels in all, its shape kept (Huang 2017, section 6)."""

STRIDE = 8
"""Height and width of a photo and of a style picture must be multiples of this."""

CHANNELS = ((512, 256), (256, 256, 256, 256, 128), (128, 128, 64), (64, 64, 3))
"""Through the decoder: VGG's up to relu4_1, backwards. The picture doubles between two groups."""


def statistics(features: Tensor, mask: Tensor | None = None) -> Tensor:
    """The style of features [B, C, H, W]: means, then deviations, [B, 2C]. See `mean_std` for the mask.

    Means and deviations of several styles may be blended before they are set: AdaIN is linear in
    them, so this gives the blend of the features that Huang 2017, eq. 15 asks for.
    """
    return torch.cat([part.flatten(1) for part in mean_std(features, mask)], 1)


def adain(features: Tensor, style: Tensor) -> Tensor:
    """σ(s) (x − μ(x)) / σ(x) + μ(s) (Huang 2017, eq. 8).

    features [B, C, H, W], style [B or 1, 2C] as `statistics` gives it; the result has that mean and
    that deviation in each channel. For B = 1, the live case, this is exactly one native
    InstanceNormalization when exported: it too takes the biased variance, and adds EPS to it.
    """
    new_mean, new_std = style.chunk(2, dim=1)
    if len(features) == 1 and len(style) == 1:
        return F.instance_norm(features.float(), weight=new_std[0], bias=new_mean[0], eps=EPS)
    mean, std = mean_std(features)
    return (features - mean) / std * new_std[:, :, None, None] + new_mean[:, :, None, None]


def adain_masked(features: Tensor, styles: Tensor, masks: Tensor) -> Tensor:
    """Give each region its own style (Huang 2017, section 7: spatial control).

    features [1, C, H, W], styles [K, 2C], masks [K, 1, H, W] that sum to 1 at each position. The photo
    is normalised as a whole, so that a region looks as it does where its style covers all.
    """
    regions = [adain(features, style[None]) * mask for style, mask in zip(styles, masks, strict=True)]
    return torch.stack(regions).sum(0)


class Decoder(nn.Module):
    """From relu4_1 back to a picture: nearest upsampling, reflected borders, no normalisation.

    A normalisation would undo what AdaIN set (Huang 2017, section 7).
    """

    def __init__(self) -> None:
        super().__init__()
        self.groups = nn.ModuleList()
        for group in CHANNELS:
            convs = [ReflectConv(a, b, 3) for a, b in pairwise(group)]
            layers = [layer for conv in convs for layer in (conv, nn.ReLU())]
            self.groups.append(nn.Sequential(*(layers if group[-1] > 3 else layers[:-1])))
        self._begin()

    @torch.no_grad()
    def _begin(self) -> None:
        """Initialise as He 2015: activations keep their size, where torch's default lets them fade away.

        The last convolution starts small around 0.5, so that training begins with grey pictures.
        """
        convs = [module for module in self.modules() if isinstance(module, nn.Conv2d)]
        for conv in convs:
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            nn.init.zeros_(cast(Tensor, conv.bias))
        convs[-1].weight *= 0.1
        nn.init.constant_(cast(Tensor, convs[-1].bias), 0.5)

    def forward(self, x: Tensor) -> Tensor:
        """[B, 512, H, W] to [B, 3, 8H, 8W] RGB, near [0, 1] once trained."""
        for number, group in enumerate(self.groups):
            x = group(F.interpolate(x, scale_factor=2.0, mode="nearest") if number else x)
        return x


class AdaIN(nn.Module):
    """Frozen encoder, AdaIN, decoder; only the decoder is trained."""

    def __init__(self, encoder: VGG19) -> None:
        """encoder: up to relu4_1; Huang takes max pooling, reflected borders and `normalize`."""
        super().__init__()
        self.encoder = encoder
        self.decoder = Decoder()
        self.style_length = 2 * FEATURES

    def new_styles(self, count: int) -> Tensor:
        """`count` neutral style vectors, float32 [count, 1024]: means 0, deviations 1."""
        return torch.cat([torch.zeros(count, FEATURES), torch.ones(count, FEATURES)], 1)

    def encode(self, picture: Tensor) -> Tensor:
        """[B, 3, H, W] in [0, 1], sides multiples of 8, to [B, 512, H/8, W/8]."""
        features: Tensor = self.encoder(picture, (LAYER,))[LAYER]
        return features

    def style(self, picture: Tensor) -> Tensor:
        """The style vector of a painting, float32 [B, 1024]: all that has to be kept of it."""
        return statistics(self.encode(picture))

    def target(self, photo: Tensor, style: Tensor, alpha: float | Tensor = 1.0) -> Tensor:
        """Features to decode: alpha from the photo's own, 0, to restyled ones, 1 (Huang 2017, eq. 14).

        alpha: a number, or [B, 1, 1, 1].
        """
        features = self.encode(photo)
        return torch.lerp(features.float(), adain(features.float(), style), torch.as_tensor(alpha).to(style))

    def forward(self, photo: Tensor, style: Tensor, alpha: float | Tensor = 1.0) -> Tensor:
        """photo [B, 3, H, W], style [B or 1, 1024], to a picture [B, 3, H, W]."""
        y: Tensor = self.decoder(self.target(photo, style, alpha))
        return y


class StyleOf(nn.Module):
    """The encoder of AdaIN with its statistics, which makes a style vector of a picture."""

    side_px = SIDE_PX
    stride = STRIDE

    def __init__(self, encoder: VGG19) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, picture: Tensor) -> Tensor:
        """[B, 3, H, W] RGB in [0, 1], sides multiples of 8, to the style vector, float32 [B, 1024]."""
        return statistics(self.encoder(picture, (LAYER,))[LAYER])
