"""A film on stdin as if it were a camera: the newest picture of what another program writes."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.pipes import StdinFilm
from livestyle.core.size import Size
from livestyle.sources.camera.connection import Request
from livestyle.sources.camera.grabber import Grabber
from livestyle.sources.source import SourceInfo
from livestyle.sources.stream import StreamCapture

NAME = "stdin"
LEAVE_S = 0.3
"""A thread that waits for the other program ends with the process."""


class PipeSource:
    """Ends where the film does. Entering waits for the first picture; LivestyleError where none comes."""

    def __init__(self, film: StdinFilm) -> None:
        self._film = film
        self._grabber: Grabber | None = None
        self._first: Frame | None = None
        self._size = Size(0, 0)

    @property
    def info(self) -> SourceInfo:
        """Its size is that of the last frame."""
        seen = self._opened().info
        assert seen is not None
        return SourceInfo(NAME, self._size, seen.rate, seen.format, live=True)

    def read(self) -> Frame | None:
        frame, self._first = self._first or self._opened().frames.get(), None
        if frame is not None:
            self._size = Size.of(frame.pixels)
        return frame

    def stop(self) -> None:
        if self._grabber is not None:
            self._grabber.stop()

    def _opened(self) -> Grabber:
        if self._grabber is None:
            raise LivestyleError("stdin is not open; use it in a with block")
        return self._grabber

    def __enter__(self) -> Self:
        self._grabber = Grabber(Request(NAME), lambda _: StreamCapture(NAME, self._film))
        self._first = self._grabber.frames.get()
        if self._first is None:
            self._grabber.join(LEAVE_S)
            raise self._grabber.error or LivestyleError("stdin holds no picture; expected a film")
        self._size = Size.of(self._first.pixels)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._opened().join(LEAVE_S)
