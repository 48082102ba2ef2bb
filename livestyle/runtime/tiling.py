"""Enlarging tile by tile, so that a photo of any size takes the memory of a small one."""

from __future__ import annotations

from itertools import product

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size, SizeRule, tile
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.engine import Engine

TILE_PX, MARGIN_PX = 256, 16
"""Side of a tile, and the margin that is cut off. The network sees less far than that around a pixel, so
that tiles leave no seam."""


def tile_size(size: Size) -> Size:
    """The size of the engine for pictures of `size`, before padding."""
    return Size(min(size.width, TILE_PX), min(size.height, TILE_PX))


def enlarge(pixels: Pixels, engine: Engine) -> Pixels:
    """Enlarge a picture, uint8 BGR (H, W, 3), by the scale of the engine's model."""
    card = engine.model.card
    scale, rule = card.scale, SizeRule(card.size_multiple)
    style = FrameStyle.still(engine.model.styles.vectors[0])
    size = Size.of(pixels).times(scale)
    whole = np.empty((size.height, size.width, 3), np.uint8)
    for y, x in product(*(tile(side, TILE_PX, MARGIN_PX) for side in pixels.shape[:2])):
        part = rule.pad(pixels[y.start : y.start + TILE_PX, x.start : x.start + TILE_PX])
        made = engine.infer(part, style)
        (top, bottom), (left, right) = (
            ((at.keep_from - at.start) * scale, (at.keep_to - at.start) * scale) for at in (y, x)
        )
        rows = slice(y.keep_from * scale, y.keep_to * scale)
        columns = slice(x.keep_from * scale, x.keep_to * scale)
        whole[rows, columns] = made[top:bottom, left:right]
    return whole
