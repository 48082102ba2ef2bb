"""Pictures brought to the size that was asked for."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size


def cover(pixels: Pixels, size: Size) -> Pixels:
    """`pixels` scaled to fill `size` and cut evenly where they stick out; the same array if it fits."""
    have = Size.of(pixels)
    if have == size:
        return pixels
    scale = max(size.width / have.width, size.height / have.height)
    width, height = min(have.width, size.width / scale), min(have.height, size.height / scale)
    left, top = round((have.width - width) / 2), round((have.height - height) / 2)
    part = pixels[top : top + max(1, round(height)), left : left + max(1, round(width))]
    return stretch(np.ascontiguousarray(part), size)


def stretch(pixels: Pixels, size: Size) -> Pixels:
    """`pixels`, uint8 BGR, scaled to `size` whatever their shape; themselves where they fit already."""
    have = Size.of(pixels)
    if have == size:
        return pixels
    smaller = size.width <= have.width and size.height <= have.height
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(pixels, (size.width, size.height), interpolation=method).astype(np.uint8, copy=False)
