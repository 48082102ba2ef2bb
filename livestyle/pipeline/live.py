"""Capture, inference and display side by side, with never more than one frame waiting."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import cv2

from livestyle.errors import LivestyleError
from livestyle.frame import Frame, Pixels
from livestyle.pipeline.look import Look
from livestyle.pipeline.stats import Stats
from livestyle.pipeline.worker import Worker
from livestyle.runtime.engine import EngineInfo
from livestyle.slot import Slot
from livestyle.sources.source import Source
from livestyle.stylizer import Stylizer
from livestyle.understudy import Understudy


@dataclass(frozen=True, slots=True)
class Painting:
    """A painted frame beside the camera's.

    style: its name; empty where the frame is a notice, which is not painted
    """

    original: Frame
    painted: Frame
    style: str


class LivePipeline:
    """A source read on one thread, painted on a second; the caller's thread takes the paintings.

    Between the threads lie slots of one frame in which the newest wins, so delay never builds up.
    Entering starts the threads, leaving joins them. The source and the stylizer belong to the
    caller, are open before and stay open after; in between only the pipeline's threads paint with them.

    What its `understudy` was told to prepare goes on between two frames.
    """

    def __init__(self, source: Source, stylizer: Stylizer, look: Look) -> None:
        self.stats = Stats()
        self.look = look
        self.understudy = Understudy(stylizer)
        self._source = source
        self._stylizer = stylizer
        self._held: Pixels | None = None
        self._mirrored = look.mirror
        self._news: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._captured: Slot[Frame] = Slot()
        self._paintings: Slot[Painting] = Slot()
        self._workers = [Worker("capture", self._capture), Worker("inference", self._paint)]

    def next(self, timeout_s: float) -> Painting | None:
        """The newest painting, or None where none came within `timeout_s` or the source has ended.

        A thread's exception is raised here, once.
        """
        painting = self._paintings.get(timeout_s)
        if painting is None and self._paintings.ended:
            self._stop()
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
        return self._paintings.ended

    def _capture(self, stop: threading.Event) -> None:
        with self._captured:
            while not stop.is_set() and (frame := self._source.read()) is not None:
                self.stats.capture.tick()
                self._captured.put(frame)

    def _paint(self, stop: threading.Event) -> None:
        with self._paintings:
            while not stop.is_set() and (frame := self._captured.get()) is not None:
                self._paintings.put(Painting(frame, frame, "") if frame.notice else self._painting(frame))

    def _painting(self, frame: Frame) -> Painting:
        self._hand_over()
        frame = self._prepare(frame)
        began = time.perf_counter()
        style, self._stylizer.style_vector = self.look.now()
        self._stylizer.strength = self.look.strength
        self._stylizer.keep_color = self.look.keep_color
        self._stylizer.steadiness = self.look.steadiness
        painted = self._stylizer.stylize(frame.pixels)
        self.stats.inference_ms.add((time.perf_counter() - began) * 1e3)
        self.stats.inference.tick()
        return Painting(frame, frame.with_pixels(painted), style)

    def _hand_over(self) -> None:
        """Go on with what was prepared since the last frame: an engine, a model, more styles."""
        try:
            if self.understudy.hand_over():
                self._news.put(f"{self.model}  ·  {self.engine.engine}")
        except LivestyleError as error:
            self._news.put(str(error))
        self.look.follow(self._stylizer.model.styles)

    def _prepare(self, frame: Frame) -> Frame:
        """The frame, or the frozen picture at the frame's time, mirrored where asked for."""
        if self._held is None or not self.look.frozen:
            self._held = frame.pixels
        pixels = self._held
        mirror = self.look.mirror
        if mirror != self._mirrored:
            self._mirrored = mirror
            self._stylizer.reset()
        if mirror:
            pixels = cv2.flip(pixels, 1).astype(pixels.dtype, copy=False)
        return frame.with_pixels(pixels)

    def __enter__(self) -> Self:
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._captured.close()
        self._paintings.close()
        try:
            self._stop()
        except BaseException:
            if error is None:
                raise
        finally:
            self.understudy.close()

    def _stop(self) -> None:
        """Join every thread, then raise the first exception there was."""
        for worker in self._workers:
            worker.stop.set()
        with contextlib.ExitStack() as stack:
            for worker in reversed(self._workers):
                stack.callback(worker.join)
