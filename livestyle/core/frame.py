"""A picture on its way through the program."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
"""uint8 BGR, shape (H, W, 3), C-contiguous."""

Bgr: TypeAlias = tuple[int, int, int]
"""A colour: blue, green, red, 0 to 255."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels with their number and the time they were seen; the time travels to the screen.

    pixels:      uint8 BGR (H, W, 3); the receiver owns them and may write into them
    index:       0, 1, 2, … as the source gave them; a gap means frames were dropped
    captured_ns: time.monotonic_ns() when the picture was taken or decoded
    pts:         presentation time in units of the source's time base; None for a camera
    cut_ns:      how much time a recording that was paused leaves out before it, all in all
    notice:      a source's message instead of a picture, such as 'reconnecting': shown as it is, unpainted
    """

    pixels: Pixels
    index: int
    captured_ns: int
    pts: int | None = None
    notice: bool = False
    cut_ns: int = 0

    def with_pixels(self, pixels: Pixels) -> Frame:
        """The same moment with other pixels."""
        return replace(self, pixels=pixels)


def on_white(pixels: NDArray[np.uint8]) -> Pixels:
    """uint8 BGRA (H, W, 4), not multiplied by its alpha, as it looks on white: BGR (H, W, 3), a copy."""
    colors, alpha = pixels[:, :, :3], pixels[:, :, 3:]
    if alpha.min(initial=255) == 255:
        return np.ascontiguousarray(colors)
    wide = alpha.astype(np.uint16)
    mixed: Pixels = ((colors * wide + 255 * (255 - wide) + 127) // 255).astype(np.uint8)
    return mixed
