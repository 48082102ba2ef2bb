"""Pictures to files: one, or a numbered series in a folder."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import check_target, write_bytes

QUALITY = 95
FLAGS = {
    ".jpg": [cv2.IMWRITE_JPEG_QUALITY, QUALITY],
    ".jpeg": [cv2.IMWRITE_JPEG_QUALITY, QUALITY],
    ".webp": [cv2.IMWRITE_WEBP_QUALITY, QUALITY],
    ".png": [cv2.IMWRITE_PNG_COMPRESSION, 3],
    ".tif": [],
    ".tiff": [],
    ".bmp": [],
}
"""What can be written, and how."""

KEEPS_ALPHA = frozenset({".png", ".webp", ".tif", ".tiff"})


def save_image(path: Path, pixels: NDArray[np.uint8], overwrite: bool = False) -> None:
    """Write uint8 BGR (H, W, 3) or BGRA (H, W, 4); the suffix says how, alpha goes where it can be kept.

    The file appears whole or not at all. LivestyleError for a suffix that can't be written, a
    file that exists (without `overwrite`), or a folder or disk that takes no file.
    """
    suffix = path.suffix.lower()
    if suffix not in FLAGS:
        raise LivestyleError(
            f"cannot write {path}: unknown kind {suffix!r}; expected one of {', '.join(FLAGS)}"
        )
    check_target(path, overwrite)
    if pixels.shape[2] == 4 and suffix not in KEEPS_ALPHA:
        pixels = np.ascontiguousarray(pixels[:, :, :3])
    try:
        good, data = cv2.imencode(suffix, pixels, FLAGS[suffix])
    except cv2.error as error:
        raise LivestyleError(f"cannot write {path}: {error.err}") from error
    if not good:
        raise LivestyleError(f"cannot write {path}: the picture can't be encoded as {suffix}")
    write_bytes(path, data.tobytes(), overwrite)
