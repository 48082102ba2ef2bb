"""Pictures side by side, each with its name."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from torch import Tensor

from livestyle.core.frame import Pixels
from livestyle.evaluation.plot import PAPER, write
from livestyle.workshop.training.data import to_image

LABEL_PX, GAP_PX = 24, 6

NamedPicture = tuple[str, Tensor]
"""A name and a picture, float [1, 3, H, W] RGB in [0, 1]."""


def draw_sheet(rows: Sequence[Sequence[NamedPicture]], side_px: int = 192) -> Pixels:
    """uint8 BGR: a row a row, every picture fitted into a square of `side_px` with its name above it."""
    height, width = (len(rows), max(len(row) for row in rows))
    step = side_px + GAP_PX
    canvas = np.full((height * (step + LABEL_PX) + GAP_PX, width * step + GAP_PX, 3), PAPER, np.uint8)
    for number, row in enumerate(rows):
        top = GAP_PX + number * (step + LABEL_PX)
        for place, (name, picture) in enumerate(row):
            left = GAP_PX + place * step
            write(canvas, name, left, top + LABEL_PX - 8, 13)
            tile = _fitted(picture, side_px)
            y, x = top + LABEL_PX, left
            canvas[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
    return canvas


def _fitted(picture: Tensor, side_px: int) -> Pixels:
    image = to_image(picture)[:, :, ::-1]
    scale = side_px / max(image.shape[:2])
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(np.ascontiguousarray(image), size, interpolation=how).astype(np.uint8, copy=False)
