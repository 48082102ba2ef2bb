"""Picture files: what one says of itself before it is decoded, its pixels, its transparency."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.imprint import Imprint
from livestyle.core.input_file import read_file
from livestyle.core.quiet import quiet_opencv
from livestyle.core.size import MAX_SIDE_PX, Size
from livestyle.sources.jpeg import is_cut
from livestyle.sources.other_kinds import RAW_SUFFIXES, other_kind

MAX_PIXELS = MAX_SIDE_PX * MAX_SIDE_PX
"""More are not decoded; what is of another shape can be scaled down."""

CLEAR = frozenset({"RGBA", "RGBa", "LA", "La", "PA"})
DEEP = ("I", "F")
"""Pillow's modes with transparency, and how those begin that are no bytes."""

TIFF = (b"II*\0", b"MM\0*")
"""How TIFFs begin. Of other kinds Pillow knows all that can be read."""

_NO_PICTURE = "cannot read {} as a picture; is the file complete?"

Opened = TypeVar("Opened")


@dataclass(frozen=True)
class PictureFile:
    """A picture file, decoded; all is upright as its EXIF says.

    pixels:  uint8 BGR (H, W, 3)
    alpha:   uint8 (H, W), by which the colours are not multiplied; None where the file has none
    imprint: its profile, where that is one of RGB, and its resolution
    notes:   what of the file is not in here, or is not as it was, a line each
    """

    pixels: Pixels
    alpha: NDArray[np.uint8] | None = None
    imprint: Imprint = field(default_factory=Imprint)
    notes: tuple[str, ...] = ()


def load_photo(path: Path, scaled: bool = False) -> PictureFile:
    """Read a picture file.

    LivestyleError where it can't be read, is no picture, holds more than MAX_PIXELS, or is over
    MAX_SIDE_PX a side and will not be `scaled` down.
    """
    data = read_file(path)
    if is_cut(data):
        raise LivestyleError(f"cannot read {path}: it breaks off before its end")
    with _opened(data, path) as file:
        other = other_kind(data, path.suffix)
        if other and (file is None or path.suffix.lower() in RAW_SUFFIXES):
            raise LivestyleError(f"cannot read {path}: it is {other}")
        if file is None:
            if data[:4] not in TIFF:
                raise LivestyleError(_NO_PICTURE.format(path))
            pixels = _by_opencv(data, path)
            _check(Size.of(pixels), path, scaled)
            return PictureFile(pixels)
        _check(Size(*file.size), path, scaled)
        imprint, notes = _imprint(file.info), tuple(_notes(file, path))
        if file.mode.startswith(DEEP):
            _decoded(file.load, path)
            return PictureFile(_by_opencv(data, path), None, imprint, notes)
        mode = "RGBA" if file.mode in CLEAR or "transparency" in file.info else "RGB"
        whole = _decoded(lambda: np.asarray(ImageOps.exif_transpose(file).convert(mode), np.uint8), path)
    turned = cv2.cvtColor(whole, cv2.COLOR_RGBA2BGR if mode == "RGBA" else cv2.COLOR_RGB2BGR)
    alpha = np.ascontiguousarray(whole[:, :, 3]) if mode == "RGBA" else None
    return PictureFile(turned.astype(np.uint8, copy=False), alpha, imprint, notes)


def _decoded(decode: Callable[[], Opened], path: Path) -> Opened:
    try:
        return decode()
    except Exception as error:  # of damaged files Pillow raises what its readers happen to
        raise LivestyleError(_NO_PICTURE.format(path)) from error


def _by_opencv(data: bytes, path: Path) -> Pixels:
    """16 bits of one channel, and odd TIFFs: what Pillow doesn't make 8 bits of."""
    array = np.frombuffer(data, np.uint8)
    try:
        with quiet_opencv():
            pixels = cv2.imdecode(array, cv2.IMREAD_COLOR)
            if pixels is not None:
                return pixels.astype(np.uint8, copy=False)
            raw = cv2.imdecode(array, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise LivestyleError(f"cannot read the picture {path}: {error.err}") from error
    if raw is not None:
        raise LivestyleError(f"{path} has samples of {raw.dtype}; save it with 8 or 16 bits a channel first")
    raise LivestyleError(_NO_PICTURE.format(path))


@contextmanager
def _opened(data: bytes, path: Path) -> Iterator[Image.Image | None]:
    """What Pillow knows of a file from its head; None where it doesn't know the kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd tags, and of sizes, which are checked
        try:
            file = Image.open(io.BytesIO(data))
        except Image.DecompressionBombError as error:
            raise LivestyleError(f"{path} is too large; expected at most {_LARGEST}") from error
        except Exception:  # of damaged files Pillow raises what its readers happen to
            yield None
            return
        with file:
            yield file


_LARGEST = f"{MAX_SIDE_PX}x{MAX_SIDE_PX} px"


def _check(size: Size, path: Path, scaled: bool) -> None:
    if size.width * size.height > MAX_PIXELS:
        raise LivestyleError(f"{path} is {size}; expected at most {_LARGEST}")
    if max(size.width, size.height) > MAX_SIDE_PX and not scaled:
        raise LivestyleError(f"{path} is {size}; expected at most {MAX_SIDE_PX} px a side; scale it down")


def _notes(file: Image.Image, path: Path) -> Iterator[str]:
    try:
        count = int(getattr(file, "n_frames", 1))
    except Exception:  # as above
        count = 1
    if count > 1 and file.format == "TIFF":
        yield f"{path.name} has {count} pages; the first one is painted"
    elif count > 1 and file.format != "MPO":  # a photo with its other eye
        yield (
            f"{path.name} is an animation of {count} pictures; the first one is painted; "
            f"`livestyle video {path.name} OUT.mp4` paints all"
        )


def _imprint(info: dict[Any, Any]) -> Imprint:
    profile, dpi = info.get("icc_profile"), info.get("dpi")
    rgb = isinstance(profile, bytes) and profile[16:20] == b"RGB "
    try:
        across, down = (float(value) for value in dpi or ())
    except (TypeError, ValueError, ZeroDivisionError):
        across = down = 0.0
    good = all(math.isfinite(value) and value > 1 for value in (across, down))
    return Imprint(profile if isinstance(profile, bytes) and rgb else b"", (across, down) if good else None)
