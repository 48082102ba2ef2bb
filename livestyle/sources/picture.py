"""One picture file with its transparency."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.sources.images import load_image

ORIENTATION_TAG = 0x0112


def load_picture(path: Path) -> tuple[Pixels, NDArray[np.uint8] | None]:
    """A picture's colours as `load_image` gives them, and its alpha, uint8 (H, W), or None.

    Both are upright as the EXIF says. LivestyleError where the file can't be read.
    """
    pixels = load_image(path)
    data = np.fromfile(path, np.uint8)
    try:
        whole, kinds, metadata = cv2.imdecodeWithMetadata(data, flags=cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise LivestyleError(f"cannot read the picture {path}: {error}") from error
    if whole is None or whole.ndim != 3 or whole.shape[2] != 4:
        return pixels, None
    alpha = (whole[:, :, 3] // (257 if whole.dtype == np.uint16 else 1)).astype(np.uint8)
    found = dict(zip((int(kind) for kind in kinds), metadata, strict=False))
    exif = found.get(cv2.IMAGE_METADATA_EXIF)
    turned = _turn(alpha, _orientation(np.asarray(exif).tobytes()) if exif is not None else 1)
    if turned.shape != pixels.shape[:2]:
        return pixels, None
    return pixels, np.ascontiguousarray(turned, np.uint8)


def _orientation(exif: bytes) -> int:
    """EXIF's 1 to 8: 1 = as it is."""
    try:
        order = "<" if exif[:2] == b"II" else ">"
        (start,) = struct.unpack_from(f"{order}I", exif, 4)
        (entries,) = struct.unpack_from(f"{order}H", exif, start)
        for entry in range(entries):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * entry)
            if tag == ORIENTATION_TAG and 1 <= value <= 8:
                return int(value)
    except struct.error:
        pass
    return 1


def _turn(plane: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A plane (H, W) made upright."""
    if orientation >= 5:
        plane = plane.T
    flip_y = orientation in (3, 4, 7, 8)
    flip_x = orientation in (2, 3, 6, 7)
    return plane[:: -1 if flip_y else 1, :: -1 if flip_x else 1]
