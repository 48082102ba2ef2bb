"""Pictures on their way to and from a browser."""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.size import MIN_SIDE_PX, Size
from livestyle.sources.jpeg import is_cut

QUALITY = 85
START, STAND_ALONE = b"\xff\xd8", {0x01, *range(0xD0, 0xD8)}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of JPEG: those without a length, and those of frames, which hold the size."""

SCAN, SCANS = b"\xff\xda", 100
"""What each scan begins with, and how many are taken: each may cost the work of the whole picture."""


def encode(pixels: Pixels) -> bytes:
    """uint8 BGR (H, W, 3) as JPEG."""
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return data.tobytes()


def encode_png(pixels: Pixels) -> bytes:
    """uint8 BGR (H, W, 3) as PNG, for who wants every pixel."""
    _, data = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 3])
    return data.tobytes()


def decode(data: bytes, longest_px: int) -> Pixels:
    """A JPEG from who knows where as uint8 BGR (H, W, 3), turned upright as its EXIF says.

    Nothing is decoded before its size is known to be small. LivestyleError for all that is no JPEG, breaks
    off, or has sides under MIN_SIDE_PX or over `longest_px` or more than SCANS scans.
    """
    size = _size(data)
    if size is None:
        raise LivestyleError("this is no picture; expected a JPEG")
    if min(size.width, size.height) < MIN_SIDE_PX or max(size.width, size.height) > longest_px:
        raise LivestyleError(
            f"a picture of {size} is not taken; expected {MIN_SIDE_PX} to {longest_px} px a side"
        )
    if is_cut(data):
        raise LivestyleError("this JPEG breaks off before its end")
    if data.count(SCAN) > SCANS:
        raise LivestyleError(f"this JPEG has more than {SCANS} scans")
    try:
        decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        decoded = None
    if decoded is None:
        raise LivestyleError("this JPEG can't be read; is it complete?")
    return decoded.astype(np.uint8, copy=False)


def _size(data: bytes) -> Size | None:
    """What the first frame of a JPEG says; None where there is none."""
    if data[:2] != START:
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF or marker in STAND_ALONE:
            at += 1 if marker == 0xFF else 2
        elif marker in FRAMES:
            return Size(
                int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
            )
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None
