"""The stamp of a picture, read from its pixels."""

from __future__ import annotations

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.sources.synthetic.stamp import BLOCKS_A_WIDTH, COLUMNS, ROWS, Stamp, stamp_of


def read_stamp(pixels: Pixels) -> Stamp | None:
    """The stamp in `pixels`, of any size since it was drawn; None where there is none to be read."""
    block_px = pixels.shape[1] / BLOCKS_A_WIDTH
    half_px = block_px / 4
    light = np.zeros((2 * ROWS, COLUMNS))
    for row, column in np.ndindex(light.shape):
        y, x = (row + 1.5) * block_px, (column + 1.5) * block_px
        part = pixels[int(y - half_px) : int(y + half_px) + 1, int(x - half_px) : int(x + half_px) + 1]
        light[row, column] = part.mean() if part.size else 0
    return stamp_of(np.packbits(light[0::2] > light[1::2]).tobytes())
