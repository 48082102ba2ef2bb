"""The picture shown in place of a camera's while it is away."""

from __future__ import annotations

from math import cos, pi, sin

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size

BACKGROUND, BRIGHT, DIM = (46, 36, 30), (245, 245, 245), (150, 140, 132)
FONT = cv2.FONT_HERSHEY_SIMPLEX
SPOKES = 12


def draw_reconnecting(size: Size, name: str, step: int) -> Pixels:
    """A dark picture of `size` that says 'Reconnecting' and the camera's name; see `draw_notice`."""
    return draw_notice(size, "Reconnecting ...", name, step)


def draw_notice(size: Size, text: str, name: str, step: int) -> Pixels:
    """A dark picture of `size` with a text, a name below it, and a turning wheel above.

    uint8 BGR, the caller's own; the wheel turns by one spoke a `step`. Legible from 64 px a side up.
    """
    canvas = np.full((size.height, size.width, 3), BACKGROUND, np.uint8)
    reach = min(size.width, size.height)
    _wheel(canvas, (size.width // 2, round(size.height * 0.36)), reach * 0.11, step)
    _text(canvas, text, round(size.height * 0.66), reach * 0.095, BRIGHT)
    _text(canvas, name, round(size.height * 0.8), reach * 0.05, DIM)
    return canvas


def _wheel(canvas: Pixels, center: tuple[int, int], radius: float, step: int) -> None:
    for spoke in range(SPOKES):
        angle = 2 * pi * spoke / SPOKES
        age = (step - spoke) % SPOKES / SPOKES
        color = tuple(round(b + (f - b) * (1 - age) ** 1.5) for b, f in zip(BACKGROUND, BRIGHT, strict=True))
        ends = [
            (round(center[0] + r * sin(angle)), round(center[1] - r * cos(angle)))
            for r in (radius * 0.55, radius)
        ]
        cv2.line(canvas, ends[0], ends[1], color, max(1, round(radius * 0.16)), cv2.LINE_AA)


def _text(canvas: Pixels, text: str, baseline: int, height_px: float, color: tuple[int, int, int]) -> None:
    """Centred, `height_px` high or lower, so that it fits in 90 % of the width."""
    (width, height), _ = cv2.getTextSize(text, FONT, 1.0, 2)
    if not width:
        return
    scale = min(height_px / height, 0.9 * canvas.shape[1] / width)
    thickness = max(1, round(2 * scale))
    (width, _), _ = cv2.getTextSize(text, FONT, scale, thickness)
    left = round((canvas.shape[1] - width) / 2)
    cv2.putText(canvas, text, (left, baseline), FONT, scale, color, thickness, cv2.LINE_AA)
