"""What wants pictures at a steady rate is fed on a thread of its own, at its own pace."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import cv2
import numpy as np

from livestyle.core.background import LEAVE_S
from livestyle.core.frame import Frame
from livestyle.core.latest import Latest
from livestyle.pipeline.stats import Rate
from livestyle.pipeline.worker import Worker
from livestyle.sinks.sink import SteadySink

S = TypeVar("S", bound=SteadySink)

NAME = "livestyle-virtual-camera"
"""A thread of such a name that hangs in a driver is left behind when the process ends."""


class Feed(Generic[S]):
    """Sends the newest picture at the sink's rate, the one before again where none came in time.

    A picture goes out as soon as it is there, up to half a frame early or late: one that comes at the same
    rate is neither dropped nor repeated for being a little off. `add` belongs to one thread.

    sent: pictures that went out, the repeated ones too. taken: those that were new
    """

    def __init__(self, open_sink: Callable[[], S], name: str = NAME) -> None:
        """Starts at once. `open_sink` is called, and its sink used, on the feed's thread alone."""
        self.sent = Rate()
        self.given = self.taken = 0
        self._open_sink = open_sink
        self._pictures: Latest[tuple[Frame, bool]] = Latest()
        self._sink: S | None = None
        self._told = threading.Event()
        self._worker = Worker(name, self._run)
        self._worker.start()

    def add(self, frame: Frame, mirrored: bool) -> None:
        """Have a picture sent, as it was before it was mirrored; never waits. Nobody may write into it."""
        self.given += 1
        self._pictures.put((frame, mirrored))

    @property
    def dropped(self) -> int:
        """Pictures that were there and did not go out, because a newer one came first."""
        return max(0, self.given - self.taken - self._pictures.filled)

    @property
    def sink(self) -> S | None:
        """What it feeds, once that is open."""
        return self._sink

    @property
    def failed(self) -> bool:
        """It ended by itself; `finish` raises why."""
        return not self._worker.alive

    def wait(self) -> None:
        """Until it is open, or has failed."""
        self._told.wait()

    def finish(self) -> None:
        """Close the sink. Raises what went wrong; one that hangs is left to the end of the process."""
        self._worker.stop.set()
        self._pictures.close()
        self._worker.join(LEAVE_S)

    def _run(self, stop: threading.Event) -> None:
        try:
            with self._open_sink() as sink:
                self._sink = sink
                self._told.set()
                self._send(sink, stop)
        finally:
            self._told.set()

    def _send(self, sink: S, stop: threading.Event) -> None:
        frame_s = 1 / sink.rate
        due = time.monotonic()
        while not stop.wait(max(0.0, due - frame_s / 2 - time.monotonic())):
            new = self._pictures.get(max(0.0, due + frame_s / 2 - time.monotonic()))
            if new is None:
                sink.repeat()
            else:
                sink.write(_unmirrored(*new))
                self.taken += 1
            self.sent.tick()
            due = max(due + frame_s, time.monotonic())


def _unmirrored(frame: Frame, mirrored: bool) -> Frame:
    """Others see whom they talk to, not the mirror image: writing can be read."""
    if not mirrored:
        return frame
    return frame.with_pixels(cv2.flip(frame.pixels, 1).astype(np.uint8, copy=False))
