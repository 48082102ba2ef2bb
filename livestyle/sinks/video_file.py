"""Frames to a video file, each shown at the time it was seen: for recording what is live."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.sinks.encoders import Encoding, container_of
from livestyle.sinks.part import check_target
from livestyle.sinks.video_writer import VideoFormat, VideoWriter

TIME_BASE = Fraction(1, 90_000)


class VideoFileSink:
    """The first frame sets the size (an odd side loses its last row or column); others are scaled to it.

    Times come from Frame.captured_ns. Entering raises LivestyleError where the file can't be
    written. Left without an exception or by Ctrl+C, the file is whole under its name; left by
    another exception, what there is becomes 'name.partial.mp4'. Without a frame there is no file.
    """

    def __init__(
        self, path: Path, rate: float = 30.0, encoding: Encoding | None = None, overwrite: bool = False
    ) -> None:
        """rate: frames a second, about; it guides the encoder alone."""
        self.path = path
        self._rate = Fraction(rate).limit_denominator(1001)
        self._encoding = encoding
        self._overwrite = overwrite
        self._writer: VideoWriter | None = None
        self._size = Size(0, 0)
        self._start_ns = 0
        self._last_pts = -1

    @property
    def written(self) -> int:
        """Frames written so far."""
        return self._writer.frames if self._writer else 0

    def write(self, frame: Frame) -> None:
        writer = self._writer or self._open(frame)
        pts = round((frame.captured_ns - self._start_ns) * TIME_BASE.denominator / 1e9)
        if pts > self._last_pts:
            self._last_pts = pts
            writer.write(self._fit(frame.pixels), pts)

    def __enter__(self) -> Self:
        container_of(self.path)
        check_target(self.path, self._overwrite)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer, self._writer = self._writer, None
        if writer is None:
            return
        if error is None or isinstance(error, KeyboardInterrupt):
            writer.finish()
        else:
            writer.keep()

    def _open(self, frame: Frame) -> VideoWriter:
        self._size = even(Size.of(frame.pixels))
        self._start_ns = frame.captured_ns
        form = VideoFormat(self._size, TIME_BASE, self._rate)
        writer = VideoWriter(self.path, form, self._encoding, self._overwrite)
        try:
            writer.start()
        except LivestyleError:
            writer.discard()
            raise
        self._writer = writer
        return writer

    def _fit(self, pixels: Pixels) -> Pixels:
        if even(Size.of(pixels)) != self._size:
            size = (self._size.width, self._size.height)
            return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        return np.ascontiguousarray(pixels[: self._size.height, : self._size.width])


def even(size: Size) -> Size:
    """The size as 4:2:0 video can hold it: an odd side is one pixel shorter."""
    return Size(size.width & ~1, size.height & ~1)
