"""Keeping the photo's colours (Gatys 2016b, 'Preserving color in neural artistic style transfer').

Pictures are float32 [1, 3, H, W] RGB; those that go in are in [0, 1], those that come out may leave it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from livestyle.model import recolor

LUMA = (0.299, 0.587, 0.114)
"""BT.601, as in the live graph. Departure: Gatys takes YIQ, which has the same luma."""

EPS = 1e-5


def luminance(picture: Tensor) -> Tensor:
    """Grey, still with three channels."""
    weights = torch.tensor(LUMA, device=picture.device).view(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True).expand_as(picture)


def match_luminance(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting in grey, with mean and deviation of the photo's grey."""
    gray, target = luminance(painting), luminance(photo)
    return (gray - gray.mean()) / (gray.std() + EPS) * target.std() + target.mean()


def with_chroma(painted: Tensor, photo: Tensor) -> Tensor:
    """The luminance of one picture with the colours of another of the same size."""
    return photo + luminance(painted) - luminance(photo)


def match_histogram(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting with the photo's histogram in each channel."""
    return _matched(painting, photo, recolor.match_histogram)


def match_coral(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting with mean and covariance of the photo's colours."""
    return _matched(painting, photo, recolor.match_coral)


def _matched(
    painting: Tensor, photo: Tensor, match: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]
) -> Tensor:
    pixels, target = (p[0].permute(1, 2, 0).double().cpu().numpy() for p in (painting, photo))
    return torch.from_numpy(match(pixels, target)).to(painting).permute(2, 0, 1)[None].contiguous()
