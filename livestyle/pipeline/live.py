"""Capture, inference and display side by side, with never more than one frame waiting."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from livestyle.errors import LivestyleError
from livestyle.pipeline.lane import Lane
from livestyle.pipeline.lane import Painting as Painting
from livestyle.pipeline.look import Look
from livestyle.pipeline.stats import Stats
from livestyle.pipeline.worker import Worker
from livestyle.runtime.engine import EngineInfo
from livestyle.sources.source import Source
from livestyle.stylizer import Stylizer
from livestyle.understudy import Understudy


class LivePipeline:
    """A source read on one thread, painted on a second; the caller's thread takes the paintings.

    Between the threads lie slots of one frame in which the newest wins, so delay never builds up. On
    a GPU some frames more are in flight, but only such as were there already.
    Entering starts the threads, leaving joins them. The source and the stylizer belong to the
    caller, are open before and stay open after; in between only the pipeline's threads paint with them.

    What its `understudy` was told to prepare goes on between two frames.
    """

    def __init__(self, source: Source, stylizer: Stylizer, look: Look) -> None:
        self.understudy = Understudy(stylizer)
        self._stylizer = stylizer
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._lane = Lane(source, stylizer, look, before=self._hand_over)
        self._workers = [Worker("capture", self._lane.capture), Worker("inference", self._paint)]

    @property
    def look(self) -> Look:
        return self._lane.look

    @property
    def stats(self) -> Stats:
        return self._lane.stats

    def next(self, timeout_s: float) -> Painting | None:
        """The newest painting, or None where none came within `timeout_s` or the source has ended.

        A thread's exception is raised here, once.
        """
        painting = self._lane.paintings.get(timeout_s)
        if painting is None and self.ended:
            stop_all(self._workers)
        return painting

    def shown(self, painting: Painting) -> None:
        """Tell the statistics that this painting is on the screen."""
        self.stats.shown(painting.painted.index, painting.painted.captured_ns)

    @property
    def engine(self) -> EngineInfo:
        """What runs now."""
        return self._stylizer.info

    @property
    def model(self) -> str:
        """The name of the model that paints now."""
        return self._stylizer.model.card.name

    def news(self) -> list[str]:
        """What to tell the user about engines taken over, or not, since the last call."""
        return [self._news.get() for _ in range(self._news.qsize())]

    @property
    def ended(self) -> bool:
        """The source has ended and its last painting was taken."""
        return self._lane.paintings.ended

    def _paint(self, stop: threading.Event) -> None:
        with contextlib.closing(self._lane):
            while not stop.is_set() and self._lane.step(wait=True):
                pass

    def _hand_over(self) -> None:
        """Go on with what was prepared since the last frame: an engine, a model, more styles."""
        try:
            if self.understudy.hand_over():
                self._news.put(f"{self.model}  ·  {self.engine.engine}")
        except LivestyleError as error:
            self._news.put(str(error))
        self.look.follow(self._stylizer.model.styles)

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lane.captured.close()
        self._lane.paintings.close()
        try:
            stop_all(self._workers)
        except BaseException:
            if error is None:
                raise
        finally:
            self.understudy.close()


def stop_all(workers: Sequence[Worker]) -> None:
    """Join every thread, then raise the first exception there was."""
    for worker in workers:
        worker.stop.set()
    with contextlib.ExitStack() as stack:
        for worker in reversed(workers):
            stack.callback(worker.join)
