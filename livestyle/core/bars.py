"""Fits a picture of any shape into a fixed size: all of it is shown, with black bars beside it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size


@dataclass(frozen=True, slots=True)
class Box:
    """Where a picture lies in another; pixels."""

    left: int
    top: int
    size: Size

    @classmethod
    def of(cls, have: Size, whole: Size) -> Box:
        """The largest box with the shape of `have`, in the middle of `whole`."""
        scale = min(whole.width / have.width, whole.height / have.height)
        width = min(whole.width, max(1, round(have.width * scale)))
        height = min(whole.height, max(1, round(have.height * scale)))
        return cls((whole.width - width) // 2, (whole.height - height) // 2, Size(width, height))

    def times(self, scale: int) -> Box:
        """The same in a picture so many times as large."""
        return Box(self.left * scale, self.top * scale, self.size.times(scale))

    def clear_bars(self, pixels: Pixels) -> None:
        """Blacken everything outside the box, in place."""
        right, bottom = self.left + self.size.width, self.top + self.size.height
        for bar in (pixels[: self.top], pixels[bottom:], pixels[:, : self.left], pixels[:, right:]):
            bar[:] = 0


def contain(pixels: Pixels, size: Size) -> Pixels:
    """All of `pixels`, uint8 BGR, in a picture of `size` with black bars; the same array if it fits."""
    have = Size.of(pixels)
    if have == size:
        return pixels
    box = Box.of(have, size)
    method = cv2.INTER_AREA if box.size.width < have.width else cv2.INTER_LINEAR
    whole: Pixels = np.zeros((size.height, size.width, 3), np.uint8)
    inside = whole[box.top : box.top + box.size.height, box.left : box.left + box.size.width]
    inside[:] = cv2.resize(pixels, (box.size.width, box.size.height), interpolation=method)
    return whole
