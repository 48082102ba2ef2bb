"""The objective of enlarging: a photo against what is made of its quarter (Johnson 2016, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from livestyle.workshop.losses.content import content_loss
from livestyle.workshop.networks.styled import StyledTransformer
from livestyle.workshop.networks.vgg import VGG19

SCALE = 4
LAYER = "relu2_2"
BLUR_SIGMA = 1.0
"""Of the blur before a photo is made smaller (Johnson 2016, section 4.2)."""

BLUR_REACH_PX = 4
"""The blur is cut off there, at four sigma."""


@dataclass
class SuperresObjective:
    """Distance of the enlarged picture from the photo: in relu2_2 of VGG-19, or in pixels."""

    model: StyledTransformer
    vgg: VGG19 | None
    """None = the loss is in pixels."""

    def __call__(self, photo: Tensor, rng: np.random.Generator, progress: float) -> dict[str, Tensor]:
        """'loss', and 'psnr' in dB to be looked at. photo [B, 3, H, W] in [0, 1], sides multiples of 4."""
        enlarged = enlarge(self.model, reduce(photo))
        error = (enlarged - photo).square().mean()
        psnr = -10 * error.detach().log10()
        if self.vgg is None:
            return {"loss": error, "psnr": psnr}
        return {"loss": feature_distance(self.vgg, enlarged, photo), "psnr": psnr}


def feature_distance(vgg: VGG19, enlarged: Tensor, photo: Tensor) -> Tensor:
    """Content loss in relu2_2; the photo takes no gradient."""
    with torch.no_grad():
        target = vgg(photo, (LAYER,))[LAYER]
    return content_loss(vgg(enlarged, (LAYER,))[LAYER], target)


def reduce(photo: Tensor) -> Tensor:
    """The photo at a quarter of its sides, blurred with σ = 1 and then bicubic; [B, 3, H, W] in [0, 1]."""
    reach = torch.arange(-BLUR_REACH_PX, BLUR_REACH_PX + 1, device=photo.device)
    kernel = torch.exp(-(reach / BLUR_SIGMA).square() / 2)
    kernel = (kernel / kernel.sum()).expand(3, 1, 1, -1)
    with torch.autocast(photo.device.type, enabled=False):
        blurred = F.pad(photo, (BLUR_REACH_PX,) * 4, mode="reflect")
        blurred = F.conv2d(F.conv2d(blurred, kernel, groups=3), kernel.transpose(2, 3), groups=3)
        return F.interpolate(blurred, scale_factor=1 / SCALE, mode="bicubic").clamp(0, 1)


def bicubic(low: Tensor) -> Tensor:
    """The bicubic enlargement, to compare with; in [0, 1]."""
    return F.interpolate(low, scale_factor=float(SCALE), mode="bicubic").clamp(0, 1)


def enlarge(model: StyledTransformer, low: Tensor) -> Tensor:
    """[B, 3, H, W] in [0, 1] to [B, 3, 4H, 4W], about in [0, 1]."""
    y: Tensor = model(low, torch.zeros(len(low), dtype=torch.int64, device=low.device))
    return y
