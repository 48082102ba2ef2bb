"""A video file: every frame, in order, with its time."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.frame import Frame
from livestyle.sources.source import SourceInfo
from livestyle.sources.video.reader import VideoReader, opened


class VideoFileSource:
    """Every frame that can be decoded, in order, upright, in the file's own times.

    Entering raises LivestyleError where the file is no video, holds no frame that can be decoded,
    or is larger than MAX_SIDE_PX a side. Frames that are damaged are skipped and counted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: VideoReader | None = None
        self._index = 0
        self._stopped = False

    @property
    def info(self) -> SourceInfo:
        reader = opened(self._reader, self._path)
        return SourceInfo(
            name=self._path.name,
            size=reader.size,
            rate=reader.rate,
            format=reader.codec,
            live=False,
            frames=reader.frames,
            time_base=reader.time_base,
        )

    @property
    def damaged(self) -> int:
        """Frames skipped so far because they could not be decoded."""
        return opened(self._reader, self._path).damaged

    def read(self) -> Frame | None:
        if self._stopped:
            return None
        reader = opened(self._reader, self._path)
        decoded = reader.next()
        if decoded is None:
            return None
        frame = Frame(reader.pixels(decoded), self._index, time.monotonic_ns(), decoded.pts)
        self._index += 1
        return frame

    def stop(self) -> None:
        self._stopped = True

    def __enter__(self) -> Self:
        self._reader, self._index, self._stopped = VideoReader(self._path), 0, False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.close()
