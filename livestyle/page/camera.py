"""The camera of a browser as a source: it takes the place of this machine's while a page sends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from livestyle.core.frame import Frame, Pixels
from livestyle.core.latest import Latest
from livestyle.core.size import Size
from livestyle.sources.camera.reconnecting import draw_notice
from livestyle.sources.source import Source, SourceInfo

NAME = "browser"
"""What --camera calls it, and the figures."""

NOTICE_S = 0.25
SIZE = Size(640, 480)
"""The size of the picture that is shown until a camera comes."""


class BrowserSource:
    """Gives the pictures of the page that has the loan; without one, those of another source or a notice.

    Pictures of browsers have sizes of their own. One page has the loan at a time, the last that asked for it.
    """

    def __init__(self, other: Source | None) -> None:
        """other: entered and left with this one; None = there is no camera but the browsers'."""
        self._other = other
        self._pictures: Latest[Pixels] = Latest()
        self._changed = threading.Condition()
        self._holder: object = None
        self._lost: Callable[[], None] = _nothing
        self._left = False
        self._index = -1
        self._size = SIZE

    @property
    def info(self) -> SourceInfo:
        if self._holder is None and self._other is not None:
            return self._other.info
        return SourceInfo(NAME, self._size, None, NAME, live=True)

    def lend(self, holder: object, lost: Callable[[], None]) -> None:
        """Show the pictures of `holder` from now on. lost: called when another gets the loan. Any thread."""
        with self._changed:
            before, self._holder = self._holder, holder
            tell, self._lost = self._lost, lost
            self._changed.notify_all()
        if before is not None and before is not holder:
            tell()

    def give_back(self, holder: object) -> None:
        """The end of a loan, where `holder` has it. Any thread."""
        with self._changed:
            if self._holder is holder:
                self._holder, self._lost = None, _nothing
                self._changed.notify_all()

    def put(self, holder: object, pixels: Pixels) -> None:
        """A picture of the holder, uint8 BGR (H, W, 3), this source's from now on; others' are dropped."""
        if holder is self._holder:
            self._pictures.put(pixels)

    def read(self) -> Frame | None:
        while not self._left:
            if self._holder is not None:
                frame = self._borrowed()  # None where the loan has ended meanwhile
            else:
                frame = self._own()
                if frame is None and self._other is not None:
                    return None
            if frame is not None:
                return frame
        return None

    def _borrowed(self) -> Frame | None:
        pixels = self._pictures.get(NOTICE_S)
        if self._holder is None or self._left:
            return None
        if pixels is None:
            return self._notice()
        self._size = Size.of(pixels)
        return self._numbered(Frame(pixels, 0, time.monotonic_ns()))

    def _own(self) -> Frame | None:
        if self._other is not None:
            frame = self._other.read()
            return None if frame is None else self._numbered(frame)
        with self._changed:
            self._changed.wait_for(lambda: self._holder is not None or self._left, NOTICE_S)
        return None if self._holder is not None or self._left else self._notice()

    def _notice(self) -> Frame:
        step = self._index + 1
        text, name = "No camera yet", "the page can send one"
        return self._numbered(
            Frame(draw_notice(self._size, text, name, step), 0, time.monotonic_ns(), notice=True)
        )

    def _numbered(self, frame: Frame) -> Frame:
        """Number the frames of all cameras in one series, in the order in which they are shown."""
        self._index += 1
        return Frame(frame.pixels, self._index, frame.captured_ns, notice=frame.notice)

    def stop(self) -> None:
        self._left = True
        self._pictures.close()
        with self._changed:
            self._changed.notify_all()
        if self._other is not None:
            self._other.stop()

    def __enter__(self) -> Self:
        self._left = False
        if self._other is not None:
            self._other.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._other is not None:
            self._other.__exit__(kind, error, trace)


def _nothing() -> None:
    pass
