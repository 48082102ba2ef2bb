"""Several sources through one engine, each in a style of its own."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from types import TracebackType

from livestyle.core.errors import LivestyleError
from livestyle.core.size import Size
from livestyle.pipeline.base import Stage
from livestyle.pipeline.governor import Governor
from livestyle.pipeline.lane import Lane, PaintedFrame
from livestyle.pipeline.look import Look
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.pipeline.worker import Worker, stop_all
from livestyle.sources.source import Source
from livestyle.stylizer.stylizer import Stylizer


class ManyPipeline(Stage):
    """Every source is read on a thread of its own; one thread paints them in turn, a frame of each.

    The newest frame of each source wins, so that a fast one takes nothing from a slow one, and delay
    never builds up. Each has a look, a past and statistics of its own (`lanes`), in the order of the
    sources. For the rest as LivePipeline.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        stylizer: Stylizer,
        looks: Sequence[Look],
        governor: Governor | None = None,
    ) -> None:
        """`stylizer` is open for the size of the sources. LivestyleError where they differ in size.

        A source that changes its size later is painted with bars in the one it began with. governor: chooses
        the size in which frames of all of them are painted; None = the sources'.
        """
        size = one_size(sources)
        if len(looks) != len(sources):
            raise LivestyleError(
                f"each source needs a look; found {len(looks)} looks for {len(sources)} sources"
            )
        self._captured, self._painted = threading.Condition(), threading.Condition()
        self._others = [stylizer.another() for _ in sources[1:]]
        small = PaintingSize(governor, lambda: max(look.stroke for look in looks))
        lanes = [
            Lane(source, painter, look, small, self._captured, self._painted, self._hand_over, size)
            for source, painter, look in zip(sources, [stylizer, *self._others], looks, strict=True)
        ]
        super().__init__(stylizer, lanes, small)
        self._turn = 0
        captures = [Worker(f"capture {number}", lane.capture) for number, lane in enumerate(lanes)]
        self._workers = [*captures, Worker("inference", self._paint)]

    def take(self, timeout_s: float) -> tuple[int, PaintedFrame] | None:
        """A source's number and its newest painting, in turn; None where none came, or all have ended.

        A thread's exception is raised here, once; it ends them all.
        """
        if any(worker.error for worker in self._workers):
            stop_all(self._workers)
        with self._painted:
            self._painted.wait_for(lambda: self.ended or self._next_lane() is not None, timeout_s)
            number = self._next_lane()
            if number is not None:
                self._turn = number + 1
                painting = self.lanes[number].paintings.get(0)
                assert painting is not None  # one thread gets
                return number, painting
        if self.ended:
            stop_all(self._workers)
        return None

    def count_shown(self, number: int, painting: PaintedFrame) -> None:
        """Tell the statistics of a source that this painting is on the screen."""
        self.lanes[number].stats.shown(painting.painted.index, painting.painted.captured_ns)

    @property
    def ended(self) -> bool:
        """All sources have ended and their last paintings were taken."""
        return all(lane.paintings.ended for lane in self.lanes)

    def _next_lane(self) -> int | None:
        """The lane with a painting whose turn comes first."""
        count = len(self.lanes)
        turns = ((self._turn + step) % count for step in range(count))
        return next((number for number in turns if self.lanes[number].paintings.filled), None)

    def _paint(self, stop: threading.Event) -> None:
        with contextlib.ExitStack() as stack:
            for lane in self.lanes:
                stack.callback(lane.close)
            running = list(self.lanes)
            while running and not stop.is_set():
                if not sum(lane.step(wait=False) for lane in running):
                    with self._captured:
                        self._captured.wait_for(lambda: _something_to_do(running))
                for lane in [lane for lane in running if lane.ended]:
                    lane.close()
                    running.remove(lane)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            for other in self._others:
                other.close()


def one_size(sources: Sequence[Source]) -> Size:
    """The size of all the sources. LivestyleError where they differ."""
    sizes = {source.info.size for source in sources}
    if len(sizes) != 1:
        found = ", ".join(f"{source.info.name} {source.info.size}" for source in sources)
        raise LivestyleError(f"sources on one engine need one size; found {found}; ask for one with --size")
    return sizes.pop()


def _something_to_do(lanes: Sequence[Lane]) -> bool:
    return any(lane.captured.filled or lane.captured.ended for lane in lanes)
