"""One source on its way to the screen: what every live pipeline does with a frame."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2

from livestyle.core.bars import Box, contain
from livestyle.core.frame import Frame, Pixels
from livestyle.core.latest import Latest
from livestyle.core.size import Size
from livestyle.pipeline.enlarging import enlarged, shrunk
from livestyle.pipeline.look import Look
from livestyle.pipeline.painting_size import PaintingSize
from livestyle.pipeline.stats import Stats
from livestyle.sources.source import Source
from livestyle.stylizer.stylizer import Stylizer


@dataclass(frozen=True, slots=True)
class PaintedFrame:
    """A painted frame beside the camera's.

    style: its name; empty where the frame is a notice, which is not painted
    """

    original: Frame
    painted: Frame
    style: str


class Underway(NamedTuple):
    """A frame that is being painted. began: seconds of time.perf_counter(), submitted: to the engine."""

    frame: Frame
    small: Pixels
    """what is painted: the frame's own pixels, or a smaller copy"""
    style: str
    strength: float
    began: float
    submitted: float
    box: Box | None


class Lane:
    """A source, a stylizer and a look, with a slot of one frame before and behind the painting.

    `capture` belongs to one thread, `step` to another, `paintings` to a third.
    """

    def __init__(
        self,
        source: Source,
        stylizer: Stylizer,
        look: Look,
        painting_size: PaintingSize,
        captured: threading.Condition | None = None,
        painted: threading.Condition | None = None,
        before: Callable[[], None] = lambda: None,
        size: Size | None = None,
    ) -> None:
        """captured, painted: told of every frame before and behind the painting.

        before: called before each frame begins, on the thread that paints. size: of all paintings;
        pictures of another shape get bars. None = the source's own, if it can be painted. painting_size:
        decides how large they are painted, before they are enlarged to `size`; it is told of each.
        """
        self.stats = Stats()
        self.look = look
        self.captured: Latest[Frame] = Latest(captured)
        self.paintings: Latest[PaintedFrame] = Latest(painted)
        self._before = before
        self.source = source
        self._stylizer = stylizer
        self._size = size
        self._painting_size = painting_size
        self._begun: deque[Underway] = deque()
        self._held: Pixels | None = None
        self._mirrored = look.mirror

    def capture(self, stop: threading.Event) -> None:
        """Read until the source ends or `stop` is set."""
        with self.captured:
            while not stop.is_set() and (frame := self.source.read()) is not None:
                self.stats.capture.tick()
                self.captured.put(frame)

    def step(self, wait: bool) -> bool:
        """Begin the newest frame; finish the oldest in flight where they are full, or no frame is there.

        wait: for a frame, where none is in flight. False where there was nothing to do.
        """
        frame = self.captured.get(None if wait and not self._begun else 0)
        if frame is None and not self._begun:
            return False
        if frame is None:
            self._finish()
        elif frame.notice:
            while self._begun:
                self._finish()
            self.paintings.put(PaintedFrame(frame, frame, ""))
        else:
            self._begin(frame)
            while len(self._begun) >= self._stylizer.depth:
                self._finish()
        return True

    @property
    def ended(self) -> bool:
        """The source has ended, and all is painted that was captured."""
        return self.captured.ended and not self._begun

    def close(self) -> None:
        """Nothing more will be painted; what is in flight is dropped."""
        self._begun.clear()
        try:
            self._stylizer.drop()
        finally:
            self.paintings.close()

    def _begin(self, frame: Frame) -> None:
        began = time.perf_counter()
        self._before()
        frame, box = self._fitted(self._prepare(frame))
        have = Size.of(frame.pixels)
        size = self._painting_size.of(have)
        small = frame.pixels if size == have else shrunk(frame.pixels, size)
        submitted = time.perf_counter()
        style, frame_style = self.look.now()
        self._stylizer.frame_style = frame_style
        self._stylizer.submit(small)
        self._begun.append(Underway(frame, small, style, frame_style.strength, began, submitted, box))

    def _finish(self) -> None:
        """Wait for the oldest frame in flight and hand it on."""
        frame, small, style, strength, began, submitted, box = self._begun.popleft()
        painted = self._stylizer.result()
        if small is not frame.pixels:
            painted = enlarged(painted, small, frame.pixels, strength)
        if box is not None:
            box.clear_bars(painted)
        ended = time.perf_counter()
        self.stats.inference_ms.add((ended - submitted) * 1e3)
        self.stats.inference.tick()
        self._painting_size.painted(Size.of(small), began, ended)
        self.paintings.put(PaintedFrame(frame, frame.with_pixels(painted), style))

    def _fitted(self, frame: Frame) -> tuple[Frame, Box | None]:
        """The frame in the lane's size, and where its picture lies in that; None = it has no bars."""
        have = Size.of(frame.pixels)
        size = self._size or have.paintable()
        if have == size:
            return frame, None
        return frame.with_pixels(contain(frame.pixels, size)), Box.of(have, size)

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
