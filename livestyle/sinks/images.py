"""Pictures to files: one, or a numbered series in a folder."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import on_white
from livestyle.core.imprint import Imprint
from livestyle.core.output_file import check_target, write_bytes

QUALITY = 95


@dataclass(frozen=True)
class _Kind:
    """A kind of file: Pillow's name, what it is told, and what it holds beside the colours."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    alpha: bool = False
    profile: bool = True


_JPEG = _Kind("JPEG", {"quality": QUALITY})
_TIFF = _Kind("TIFF", {"compression": "tiff_lzw"}, alpha=True)
KINDS = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".webp": _Kind("WEBP", {"quality": QUALITY}, alpha=True),
    ".png": _Kind("PNG", {"compress_level": 3}, alpha=True),
    ".tif": _TIFF,
    ".tiff": _TIFF,
    ".bmp": _Kind("BMP", profile=False),
}
"""What can be written, by suffix."""


def save_image(
    path: Path, pixels: NDArray[np.uint8], overwrite: bool = False, imprint: Imprint | None = None
) -> None:
    """Write uint8 BGR (H, W, 3) or BGRA (H, W, 4), with its profile and resolution where the file holds them.

    The suffix says how. Where the file can't hold alpha, the picture lies on white. It appears
    whole or not at all. LivestyleError for a suffix that can't be written, a file that exists
    (without `overwrite`), or a folder or disk that takes no file.
    """
    suffix = path.suffix.lower()
    if suffix not in KINDS:
        raise LivestyleError(
            f"cannot write {path}: unknown kind {suffix!r}; expected one of {', '.join(KINDS)}"
        )
    check_target(path, overwrite)
    kind, imprint, data = KINDS[suffix], imprint or Imprint(), io.BytesIO()
    if pixels.shape[2] == 4 and not kind.alpha:
        pixels = on_white(pixels)
    beside: dict[str, Any] = {"dpi": imprint.dpi} if imprint.dpi else {}
    if imprint.profile and kind.profile:
        beside["icc_profile"] = imprint.profile
    order = cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB
    try:
        picture = Image.fromarray(cv2.cvtColor(pixels, order))
        picture.save(data, kind.name, **kind.options, **beside)
    except (OSError, ValueError, OverflowError) as error:
        raise LivestyleError(f"cannot write {path}: {error}") from error
    write_bytes(path, data.getvalue(), overwrite)
