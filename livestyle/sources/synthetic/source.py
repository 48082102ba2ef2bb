"""A camera that needs no camera: a drawn scene at a steady rate."""

from __future__ import annotations

import re
import threading
import time
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.size import MAX_SIDE_PX, MIN_SIDE_PX, Size
from livestyle.sources.source import SourceInfo
from livestyle.sources.synthetic.scene import Scene
from livestyle.sources.synthetic.stamp import Stamp, draw_stamp

NAME = "synthetic"
DEFAULT_SIZE = Size(640, 480)
DEFAULT_RATE = 30.0
MAX_RATE = 1000.0


class SyntheticSource:
    """A moving scene; picture n is the same in every run and is due n / rate seconds after entering.

    Frame.captured_ns is when the frame was due; frames that nobody reads in time are never drawn.
    stamped: the frame's index and capture time are drawn into its corner (see stamp.py)
    """

    def __init__(self, size: Size = DEFAULT_SIZE, rate: float = DEFAULT_RATE, stamped: bool = False) -> None:
        """LivestyleError for a size outside 64 to 8192 px a side or a rate outside 0 to 1000."""
        if min(size.width, size.height) < MIN_SIDE_PX or max(size.width, size.height) > MAX_SIDE_PX:
            raise LivestyleError(f"bad size {size}; expected {MIN_SIDE_PX} to {MAX_SIDE_PX} px a side")
        if not 0 < rate <= MAX_RATE:
            raise LivestyleError(f"bad rate {rate:g}; expected above 0, at most {MAX_RATE:g}")
        self._size, self._rate, self._stamped = size, rate, stamped
        self._scene: Scene | None = None
        self._left = threading.Event()
        self._start_ns = 0
        self._next = 0

    @classmethod
    def parse(cls, spec: str, size: Size | None = None, rate: float | None = None) -> Self:
        """'synthetic', 'synthetic:1280x720', 'synthetic:1280x720@60' or 'synthetic@60'.

        What the text leaves open is `size` and `rate`, then 640x480 at 30. LivestyleError for other text.
        """
        match = re.fullmatch(rf"{NAME}(?::([^@]+))?(?:@(\d+(?:\.\d+)?))?", spec.strip().lower())
        if match is None:
            raise LivestyleError(f"bad camera {spec!r}; expected for example {NAME}:1280x720@60")
        chosen_size = Size.parse(match[1]) if match[1] else size or DEFAULT_SIZE
        return cls(chosen_size, float(match[2]) if match[2] else rate or DEFAULT_RATE)

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(NAME, self._size, self._rate, NAME, live=True)

    def read(self) -> Frame | None:
        if self._scene is None:
            raise LivestyleError("the synthetic camera is not open; use it in a with block")
        newest = int((time.monotonic_ns() - self._start_ns) * self._rate / 1e9)
        index = max(self._next, newest)
        due_ns = self._start_ns + round(index / self._rate * 1e9)
        if self._left.wait(max(0, due_ns - time.monotonic_ns()) / 1e9):
            return None
        self._next = index + 1
        pixels = self._scene.at(index / self._rate)
        if self._stamped:
            draw_stamp(pixels, Stamp(index % 2**32, due_ns // 1000))
        return Frame(pixels, index, due_ns)

    def stop(self) -> None:
        self._left.set()

    def __enter__(self) -> Self:
        self._scene = self._scene or Scene(self._size)
        self._left.clear()
        self._next = 0
        self._start_ns = time.monotonic_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left.set()
