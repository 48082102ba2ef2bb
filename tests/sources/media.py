"""Small video files made for the tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size

SIZE = Size(96, 64)
ONE = 1 << 16
PIX_FMTS = {"mjpeg": "yuvj420p"}


def card(number: int, size: Size = SIZE) -> Pixels:
    """A grey picture, lighter with its number, red in the upper left quarter and blue in the lower right."""
    pixels = np.full((size.height, size.width, 3), 40 + 8 * (number % 20), np.uint8)
    pixels[: size.height // 2, : size.width // 2] = 0, 0, 220
    pixels[size.height // 2 :, size.width // 2 :] = 220, 0, 0
    return pixels


def write_video(
    path: Path,
    times: Sequence[int],
    base: Fraction = Fraction(1, 1000),
    size: Size = SIZE,
    codec: str = "libx264",
) -> Path:
    """A video of `card`s with a key frame every eight, shown at `times` in units of `base`."""
    with av.open(path, "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = size.width, size.height, PIX_FMTS.get(codec, "yuv420p")
        stream.time_base = stream.codec_context.time_base = base
        stream.codec_context.gop_size = 8
        for number, pts in enumerate(times):
            frame = av.VideoFrame.from_ndarray(card(number, size), format="bgr24")
            frame.pts, frame.time_base = pts, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def set_display_matrix(path: Path, a: int, b: int, c: int, d: int) -> None:
    """Give an MP4 file the rotation that phones write: x' = ax + cy, y' = bx + dy."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 4 + 36
    matrix = (a * ONE, b * ONE, 0, c * ONE, d * ONE, 0, 0, 0, 1 << 30)
    data[start : start + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)
