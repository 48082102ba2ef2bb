"""The picture behind what is chosen from: dim and soft, as through frosted glass."""

from __future__ import annotations

import cv2

from livestyle.core.frame import Pixels

BEHIND = 0.30
"""How bright it stays."""

FROST = 24
"""The factor by which a picture is made smaller, and enlarged again, to blur it."""


def frost(canvas: Pixels) -> None:
    """Blur and darken a canvas in place; uint8 BGR (H, W, 3)."""
    height, width = canvas.shape[:2]
    few = max(1, width // FROST), max(1, height // FROST)
    soft = cv2.resize(canvas, few, interpolation=cv2.INTER_AREA)
    soft = cv2.convertScaleAbs(cv2.GaussianBlur(soft, (0, 0), 1.5), alpha=BEHIND)
    canvas[:] = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
