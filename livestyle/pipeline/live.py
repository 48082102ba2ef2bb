"""Capture, inference and display side by side, with never more than one frame waiting."""

from __future__ import annotations

import contextlib
import threading

from livestyle.pipeline.base import Stage
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.lane import Lane
from livestyle.pipeline.lane import PaintedFrame as PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.pipeline.worker import Worker, stop_all
from livestyle.sources.source import Source
from livestyle.stylizer.stylizer import Stylizer


class LivePipeline(Stage):
    """A source read on one thread, painted on a second; the caller's thread takes the paintings.

    Between the threads lie slots of one frame in which the newest wins, so delay never builds up. On
    a GPU some frames more are in flight, but only such as were there already. The source and the
    stylizer belong to the caller, are open before and stay open after; in between only the pipeline's
    threads paint with them.
    """

    def __init__(
        self, source: Source, stylizer: Stylizer, look: Look, governor: Governor | None = None
    ) -> None:
        """governor: chooses the size in which frames are painted; None = the source's."""
        size = PaintingSize(governor, lambda: look.stroke)
        self._lane = Lane(source, stylizer, look, size, before=self._hand_over)
        super().__init__(stylizer, [self._lane], size)
        self._workers = [Worker("capture", self._lane.capture), Worker("inference", self._paint)]

    def next(self, timeout_s: float) -> PaintedFrame | None:
        """The newest painting, or None where none came within `timeout_s` or the source has ended.

        A thread's exception is raised here, once.
        """
        painting = self._lane.paintings.get(timeout_s)
        if painting is None and self.ended:
            stop_all(self._workers)
        return painting

    def shown(self, painting: PaintedFrame) -> None:
        """Tell the statistics that this painting is on the screen."""
        self.stats.shown(painting.painted.index, painting.painted.captured_ns)

    @property
    def ended(self) -> bool:
        """The source has ended and its last painting was taken."""
        return self._lane.paintings.ended

    def _paint(self, stop: threading.Event) -> None:
        with contextlib.closing(self._lane):
            while not stop.is_set() and self._lane.step(wait=True):
                pass
