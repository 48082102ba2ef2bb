"""A film of one colour that Chromium takes for a camera, and anybody else for a film."""

from __future__ import annotations

from pathlib import Path

RED = (82, 90, 240)
"""Y, U and V of the red that all of a picture has."""

FRAMES = 10


def write_y4m(path: Path, width: int, height: int, color: tuple[int, int, int]) -> Path:
    """color: Y, U, V as of BT.601. Sides are even."""
    luma, blue, red = (bytes([value]) for value in color)
    quarter = width * height // 4
    frame = b"FRAME\n" + luma * width * height + blue * quarter + red * quarter
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F30:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return path
