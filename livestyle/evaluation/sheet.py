"""Pictures side by side, to be looked at: rows with names."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from livestyle.frame import Pixels


def draw_sheet(rows: Sequence[tuple[str, Sequence[Pixels]]]) -> Pixels:
    """Rows of as many pictures, uint8 [S, S, 3] each, with the row's name in its corner."""
    drawn = []
    for name, pictures in rows:
        row = np.ascontiguousarray(np.hstack(pictures))
        for color, width in (((0, 0, 0), 4), ((255, 255, 255), 1)):
            cv2.putText(row, name, (8, 20), cv2.FONT_HERSHEY_SIMPLEX, 0.5, color, width, cv2.LINE_AA)
        drawn.append(row)
    return np.vstack(drawn)


def middle_square(picture: Pixels, side_px: int) -> Pixels:
    """The largest square in the middle of a picture, scaled to side_px."""
    side = min(picture.shape[:2])
    top, left = ((n - side) // 2 for n in picture.shape[:2])
    kind = cv2.INTER_AREA if side_px < side else cv2.INTER_CUBIC
    square = picture[top : top + side, left : left + side]
    return cv2.resize(square, (side_px, side_px), interpolation=kind).astype(np.uint8, copy=False)
