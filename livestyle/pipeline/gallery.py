"""Every style of a model at a glance: the newest frame painted small in each, beside the live picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from livestyle.core.background import Background
from livestyle.core.closing import Closing
from livestyle.core.errors import told
from livestyle.core.frame import Pixels
from livestyle.core.latest import Latest
from livestyle.core.size import Size, SizeRule
from livestyle.model.card import Model
from livestyle.model.frame_style import FrameStyle
from livestyle.model.styles import StyleBank
from livestyle.pipeline.worker import Worker
from livestyle.runtime.engine import Engine
from livestyle.runtime.select import open_engine

THUMBNAIL = Size(160, 120)
"""Thumbnails show the middle part of a frame in this shape, so that those of every camera are alike."""

A_FRAME = 4
"""The most thumbnails that are painted of one frame."""

SHARE, LEAST_SHARE = 0.3, 0.03
"""Of the time in which the live picture leaves the machine idle so much is used; of all time never less.

A style that has no thumbnail yet has SHARE of all time: somebody waits for it.
"""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A style by name, and the camera in it.

    pixels: uint8 BGR of the size THUMBNAIL, not to be written into; None = not painted yet
    """

    style: str
    pixels: Pixels | None


def open_small(model: Model) -> Engine:
    """An engine for thumbnails: on one thread of the CPU, wherever the live picture is painted."""
    return open_engine(model, SizeRule(model.card.size_multiple).padded(THUMBNAIL), "cpu", threads=1)


class Gallery(Closing):
    """Paints thumbnails in turn, a few of each frame that it is shown, in every style of the model.

    Nothing is opened or painted until a frame is shown, and nothing goes on while none is. The engine is
    its own, of the size of thumbnails, and opened in the background; another model gets another engine.
    Any thread may call any method, and none waits; `close` does, for not more than a moment.
    """

    def __init__(
        self,
        model: Callable[[], Model],
        spare: Callable[[], float] = lambda: 1.0,
        open_engine_for: Callable[[Model], Engine] = open_small,
    ) -> None:
        """model: gives the model that paints now, with the styles that it has now.

        spare: gives the share of the time, 0 to 1, in which the live picture waits for frames (Stage.spare).
        """
        self._model = model
        self._spare = spare
        self._open = open_engine_for
        self._frames: Latest[Pixels] = Latest()
        self._background: Background[Engine] = Background("gallery")
        self._worker = Worker("gallery", self._run)
        self._lock = threading.Lock()
        self._started = False
        self._painted: dict[str, Pixels] = {}
        self._next = 0
        self._folder = model().folder
        self._engine: Engine | None = None
        self._problem = ""

    def show(self, pixels: Pixels) -> None:
        """Paint this frame next, uint8 BGR (H, W, 3), in place of one that waits; it must not change."""
        with self._lock:
            if not self._started:
                self._started = True
                self._worker.start()
        self._frames.put(pixels)

    @property
    def thumbnails(self) -> tuple[Thumbnail, ...]:
        """The thumbnails of every style of the model, in their order."""
        model = self._model()
        with self._lock:
            painted = self._painted if model.folder == self._folder else {}
            return tuple(Thumbnail(name, painted.get(name)) for name in model.styles)

    @property
    def problem(self) -> str:
        """Why there are no thumbnails of this model; empty = there are, or will be."""
        return self._problem

    def _run(self, stop: threading.Event) -> None:
        while not self._frames.ended:
            pixels, model = self._frames.get(), self._model()
            if pixels is None:
                continue
            try:
                engine = self._engine_of(model)
                if engine is not None:
                    self._paint(engine, model.styles, thumbnail(pixels), stop)
            except Exception as error:  # what engines raise shares no base class below Exception
                self._problem = f"no thumbnails of {model.card.name}: {told(error)}"
                self._retire()

    def _engine_of(self, model: Model) -> Engine | None:
        """The engine for this model; None until it is there, and where it can't be had."""
        new = model.folder != self._folder
        if new:
            with self._lock:
                self._folder, self._painted, self._problem, self._next = model.folder, {}, "", 0
            self._retire()
        if self._engine is None and not self._problem:
            if new or not self._background.preparing:
                self._background.prepare(model.card.name, lambda: self._open(model))
            self._engine = self._background.take()
        return self._engine

    def _retire(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            self._background.retire(engine)

    def _paint(self, engine: Engine, styles: StyleBank, small: Pixels, stop: threading.Event) -> None:
        """Paint the next few styles of the bank."""
        padded = SizeRule(engine.model.card.size_multiple).pad(small)
        for _ in range(min(A_FRAME, len(styles))):
            began = time.perf_counter()
            number = self._next % len(styles)
            self._next = number + 1
            painted = engine.infer(padded, FrameStyle.still(styles.vectors[number]))
            with self._lock:
                awaited = styles.names[number] not in self._painted
                self._painted[styles.names[number]] = SizeRule.crop(painted, THUMBNAIL)
            took_s = time.perf_counter() - began
            share = SHARE if awaited else max(LEAST_SHARE, SHARE * self._spare())
            if stop.wait(took_s / share - took_s):
                return

    def close(self) -> None:
        """Free the engine, at once or when it is there."""
        self._frames.close()
        self._worker.stop.set()
        if self._started:
            self._worker.join()
        self._retire()
        self._background.close()


def thumbnail(pixels: Pixels) -> Pixels:
    """The middle of a picture, uint8 BGR (H, W, 3), as large as a thumbnail."""
    have = Size.of(pixels)
    scale = min(have.width / THUMBNAIL.width, have.height / THUMBNAIL.height)
    width, height = round(THUMBNAIL.width * scale), round(THUMBNAIL.height * scale)
    left, top = (have.width - width) // 2, (have.height - height) // 2
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    middle = pixels[top : top + height, left : left + width]
    small = cv2.resize(middle, (THUMBNAIL.width, THUMBNAIL.height), interpolation=method)
    return small.astype(np.uint8, copy=False)
