"""A camera that gives as many frames as it is told, and an engine that notes what it is given."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from types import TracebackType
from typing import ClassVar, Self

import numpy as np

from livestyle.core.config import Precision
from livestyle.core.frame import Frame
from livestyle.core.size import Size
from livestyle.model.styles import Vector
from livestyle.runtime.engine import Engine, EngineInfo
from livestyle.runtime.film import Tensors
from livestyle.sources.source import SourceInfo


class NotingEngine(Engine):
    """Paints a flat picture of the frame's own first pixel; `notes` holds the time and style of each call."""

    name = "noting"
    opened: ClassVar[int] = 0
    notes: ClassVar[list[tuple[float, Vector]]] = []

    @property
    def info(self) -> EngineInfo:
        return EngineInfo("Noting 1.0", "nothing", Precision.F32, 1)

    def _open_impl(self) -> None:
        type(self).opened += 1

    def _close_impl(self) -> None:
        pass

    def _infer_impl(self, feed: Tensors) -> Tensors:
        self.notes.append((time.monotonic(), feed["style"][0].copy()))
        pixels = feed["frame"]
        passed_on = {name.replace("state_", "next_"): array for name, array in feed.items()}
        return {**passed_on, "stylized": np.full_like(pixels, pixels[0, 0, 0])}


class FakeCamera:
    """Frame n is filled with n, at `rate`; it ends after `frames`, or with `error` if there is one.

    From frame `changes` on its frames are of `then`.
    """

    def __init__(self, frames: int = 10**9, rate: float = 100.0, error: Exception | None = None) -> None:
        self.changes, self.then = 10**9, Size(96, 64)
        self.info = SourceInfo("fake", Size(64, 64), rate, "numbers", live=True)
        self._frames, self._pause_s, self._error = frames, 1 / rate, error
        self._left = threading.Event()
        self._next = 0

    def read(self) -> Frame | None:
        if self._left.is_set():
            return None
        if self._next >= self._frames:
            if self._error:
                raise self._error
            return None
        self._left.wait(self._pause_s)
        index, self._next = self._next, self._next + 1
        size = self.then if index >= self.changes else Size(64, 64)
        self.info = replace(self.info, size=size)
        pixels = np.full((size.height, size.width, 3), index % 256, np.uint8)
        return Frame(pixels, index, time.monotonic_ns())

    def stop(self) -> None:
        self._left.set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
