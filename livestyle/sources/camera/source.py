"""A camera that may be unplugged, freeze, and come back."""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.sources.camera.connection import Request, open_capture
from livestyle.sources.camera.grabber import Grabber, OpenCapture
from livestyle.sources.camera.reconnecting import draw_reconnecting
from livestyle.sources.source import SourceInfo


@dataclass(frozen=True)
class Patience:
    """How long a camera is waited for, in seconds.

    first:    from entering to the first frame
    stall:    without a new frame until the camera counts as frozen; for one with long pauses between
              its frames, three of them
    unsure:   the same for a camera that gave only one frame yet
    reopen:   for the first frame after a connection was opened again
    back_off: before the first try to reopen; doubled for each further one, up to back_off_limit
    notice:   between two 'reconnecting' pictures
    stuck:    threads that may hang in a driver before no further one is started
    leave:    for all threads to end after `stop`; what hangs in a driver ends with the process
    """

    first: float = 20.0
    stall: float = 3.0
    unsure: float = 10.0
    reopen: float = 10.0
    back_off: float = 0.5
    back_off_limit: float = 8.0
    notice: float = 0.25
    stuck: int = 3
    leave: float = 0.3


class CameraSource:
    """The newest frame of a camera; while the camera is away, a picture that says so.

    Entering raises LivestyleError, with the cameras that were found, where it can't be opened.
    From then on `read` never fails, ends after `stop` alone and never waits longer than Patience says:
    a camera that stops is given up, and opened again until it is back, be it at another size.
    Frame.index counts every frame the camera gave and every 'reconnecting' picture; the latter have
    Frame.notice set.
    """

    def __init__(
        self, request: Request, patience: Patience | None = None, opener: OpenCapture = open_capture
    ) -> None:
        self._request = request
        self._patience = patience or Patience()
        self._opener = opener
        self._reset()

    def _reset(self) -> None:
        self._grabber: Grabber | None = None
        self._info: SourceInfo | None = None
        self._described = False
        self._away = False
        self._stuck: list[Grabber] = []
        self._tries, self._give_up_s = 0, 0.0
        self._index, self._first_index = -1, 0
        self._step = 0
        self._seen_ns: int | None = None
        self._pauses_s: deque[float] = deque(maxlen=8)
        self._left = False
        self._left_at = 0.0

    @property
    def info(self) -> SourceInfo:
        """As read back from the camera; its size is that of the last frame."""
        if self._info is None:
            raise LivestyleError(f"camera {self._request.label} is not open; use it in a with block")
        return self._info

    def read(self) -> Frame | None:
        if self._left:
            return None
        info = self.info
        if not self._away:
            frame = self._current().frames.get(self._stall_s())
            if frame is None:
                self._lost()
        else:
            frame = self._current().frames.get(self._patience.notice)
            if frame is None:
                self._retry()
            else:
                self._back()
        if self._left:
            return None
        return self._notice(info) if frame is None else self._passed_on(frame)

    def _passed_on(self, frame: Frame) -> Frame:
        grabbed, size = self._current().info, Size.of(frame.pixels)
        if grabbed is not None and (self._info is None or self._info.size != size or not self._described):
            self._info = SourceInfo(grabbed.name, size, grabbed.rate, grabbed.format, live=True)
            self._described = True
        if self._seen_ns is not None:
            self._pauses_s.append((frame.captured_ns - self._seen_ns) / 1e9)
        self._seen_ns = frame.captured_ns
        self._index = self._first_index + frame.index
        return replace(frame, index=self._index)

    def _stall_s(self) -> float:
        if not self._pauses_s:
            return max(self._patience.stall, self._patience.unsure)
        return max(self._patience.stall, 3 * max(self._pauses_s))

    def _notice(self, info: SourceInfo) -> Frame:
        self._index += 1
        self._step += 1
        now_ns = time.monotonic_ns()
        return Frame(draw_reconnecting(info.size, info.name, self._step), self._index, now_ns, notice=True)

    def _lost(self) -> None:
        self._away = True
        self._tries = 0
        self._seen_ns = None
        self._pauses_s.clear()
        self._restart()

    def _back(self) -> None:
        self._away = False
        self._first_index = self._index + 1
        self._described = False

    def _retry(self) -> None:
        """Start over where the connection being opened has failed or takes too long."""
        self._stuck = [g for g in self._stuck if g.running]
        if self._current().over or time.monotonic() > self._give_up_s:
            self._restart()

    def _restart(self) -> None:
        grabber = self._current()
        grabber.stop()
        if grabber.running and grabber not in self._stuck:
            self._stuck.append(grabber)
        if self._left or len(self._stuck) >= self._patience.stuck:
            return
        delay_s = min(self._patience.back_off * 2.0**self._tries, self._patience.back_off_limit)
        self._tries = min(self._tries + 1, 30)
        self._grabber = Grabber(self._next_request(), self._opener, delay_s)
        if self._left:
            self._grabber.stop()
        self._give_up_s = time.monotonic() + delay_s + self._patience.reopen

    def _next_request(self) -> Request:
        """Every second try goes by name: a camera plugged in again may get another index."""
        if self._tries % 2 and sys.platform == "linux" and not self._request.is_url:
            return replace(self._request, address=self.info.name)
        return self._request

    def _current(self) -> Grabber:
        assert self._grabber is not None
        return self._grabber

    def __enter__(self) -> Self:
        self._reset()
        self._grabber = Grabber(self._request, self._opener)
        try:
            first = self._grabber.frames.get(self._patience.first)
            if first is None:
                raise self._grabber.error or LivestyleError(
                    f"camera {self._request.label} gave no picture in {self._patience.first:g} s"
                )
            self._passed_on(first)
        except BaseException:
            self._close()
            raise
        return self

    def stop(self) -> None:
        self._left_at = self._left_at or time.monotonic()
        self._left = True
        for grabber in self._grabbers():
            grabber.stop()

    def _grabbers(self) -> list[Grabber]:
        return [*self._stuck, *([self._grabber] if self._grabber else [])]

    def _close(self) -> None:
        """Counted from `stop`: of several cameras that were stopped together none waits for the others."""
        self.stop()
        for grabber in self._grabbers():
            grabber.join(self._left_at + self._patience.leave - time.monotonic())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
