"""A video file played as if it were a camera."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import av

from livestyle.core.fit import cover
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sources.source import SourceInfo
from livestyle.sources.video.reader import VideoReader, opened

LONGEST_GAP_NS = 1_000_000_000
"""A longer pause in the file is played as this one; so is a longer delay of who reads."""

SKIP_NS = 100_000_000
"""How long one read may decode to catch up; what it can't make up for then is let go."""

DEFAULT_RATE = 25.0


class Pending(NamedTuple):
    """A decoded frame, its number and when it is due."""

    picture: av.VideoFrame
    number: int
    due_ns: int


class ClipSource:
    """The file at its own rate, over and over; frames that nobody reads in time are dropped.

    size: pictures are scaled and cropped to it; None = as they are in the file
    Frame.captured_ns is when the frame was due. Entering raises LivestyleError as VideoFileSource does.
    """

    def __init__(self, path: Path, size: Size | None = None) -> None:
        self._path = path
        self._size = size
        self._reader: VideoReader | None = None
        self._left = threading.Event()
        self._ahead: Pending | None = None
        self._pts: int | None = None
        self._index = -1
        self._due_ns = 0

    @property
    def info(self) -> SourceInfo:
        reader = opened(self._reader, self._path)
        size = self._size or reader.size
        return SourceInfo(self._path.name, size, reader.rate, reader.codec, live=True)

    def read(self) -> Frame | None:
        opened(self._reader, self._path)
        if self._left.is_set():
            return None
        pending, self._ahead = self._ahead or self._decode(), None
        give_up_ns = time.monotonic_ns() + SKIP_NS
        while pending.due_ns <= (now_ns := time.monotonic_ns()):
            if now_ns > give_up_ns:
                self._due_ns = now_ns
                pending = pending._replace(due_ns=now_ns)
                break
            following = self._decode()
            if following.due_ns > time.monotonic_ns():
                self._ahead = following
                break
            pending = following
        if self._left.wait(max(0, pending.due_ns - time.monotonic_ns()) / 1e9):
            return None
        pixels = opened(self._reader, self._path).pixels(pending.picture)
        return Frame(cover(pixels, self._size) if self._size else pixels, pending.number, pending.due_ns)

    def _decode(self) -> Pending:
        """The next frame of the file, which starts again at its end, with the time it is due."""
        reader = opened(self._reader, self._path)
        picture = reader.next()
        if picture is None:
            reader.close()
            self._reader = reader = VideoReader(self._path)
            picture, self._pts = reader.next(), None
        assert picture is not None
        assert picture.pts is not None
        if self._pts is None:
            gap_ns = round(1e9 / (reader.rate or DEFAULT_RATE))
        else:
            gap_ns = round((picture.pts - self._pts) * reader.time_base * 1_000_000_000)
        self._pts = picture.pts
        gap_ns = min(max(gap_ns, 0), LONGEST_GAP_NS)
        self._due_ns = max(self._due_ns + gap_ns, time.monotonic_ns() - LONGEST_GAP_NS)
        self._index += 1
        return Pending(picture, self._index, self._due_ns)

    def stop(self) -> None:
        self._left.set()

    def __enter__(self) -> Self:
        self._reader = VideoReader(self._path)
        self._left.clear()
        self._index, self._pts, self._ahead = -1, None, None
        self._due_ns = time.monotonic_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
        if self._reader is not None:
            self._reader.close()
