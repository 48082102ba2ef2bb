"""A number drawn into the pixels as black and white blocks, to be read again behind the screen.

The field is 16 blocks wide and 12 high, a border of one white block around it, in the upper left
corner. Each bit is a block with its opposite below it, so that painting over it does little harm; a
block is 1/72 of the picture's width, so that it survives scaling.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

import cv2
import numpy as np

from livestyle.core.frame import Pixels

COLUMNS, ROWS, BLOCKS_A_WIDTH = 16, 6, 72


@dataclass(frozen=True, slots=True)
class Stamp:
    """index: of the frame, below 2**32. captured_us: monotonic microseconds, below 2**48."""

    index: int
    captured_us: int


def draw_stamp(pixels: Pixels, stamp: Stamp) -> None:
    """Write `stamp` into the upper left corner of `pixels`, in place.

    To be read again it takes a picture of 216 px or more in width, and a fifth of that in height.
    """
    data = stamp.index.to_bytes(4, "big") + stamp.captured_us.to_bytes(6, "big")
    data += binascii.crc_hqx(data, 0xFFFF).to_bytes(2, "big")
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(ROWS, 1, COLUMNS)
    pairs = np.concatenate([bits, 1 - bits], axis=1).reshape(2 * ROWS, COLUMNS)
    field = np.pad(pairs, 1, constant_values=1) * np.uint8(255)
    block_px = pixels.shape[1] / BLOCKS_A_WIDTH
    size = round((COLUMNS + 2) * block_px), round((2 * ROWS + 2) * block_px)
    drawn = cv2.resize(field, size, interpolation=cv2.INTER_NEAREST)
    pixels[: size[1], : size[0]] = drawn[: pixels.shape[0], : pixels.shape[1], None]


def stamp_of(data: bytes) -> Stamp | None:
    """The stamp in the twelve bytes of the field, row by row; None where they are none."""
    if binascii.crc_hqx(data[:10], 0xFFFF) != int.from_bytes(data[10:], "big"):
        return None
    return Stamp(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:10], "big"))
