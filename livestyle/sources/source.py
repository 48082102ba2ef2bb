"""Where frames come from."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Protocol, Self

from livestyle.core.frame import Frame
from livestyle.core.size import Size


@dataclass(frozen=True)
class SourceInfo:
    """What a source gives, as read back from it, not as asked for.

    name:      what to show: 'camera 0', 'holiday.mp4'
    size:      of its frames; a source of pictures may change it from frame to frame
    rate:      frames a second; None where it has none (a folder of pictures)
    format:    pixel or codec format: 'MJPG', 'h264', 'synthetic'
    frames:    how many there are; None where nobody knows
    time_base: seconds a unit of Frame.pts; None where frames carry no pts
    live:      frames that nobody reads are lost, and the newest is the one that counts
    """

    name: str
    size: Size
    rate: float | None
    format: str
    live: bool
    frames: int | None = None
    time_base: Fraction | None = None


@dataclass(frozen=True, slots=True)
class CaptureInfo:
    """What a camera says it gives, read back after it was asked."""

    name: str
    rate: float | None
    format: str


class Source(Protocol):
    """Gives frames until it ends. Opened by entering it; `read` is called by one thread.

    A source raises LivestyleError on entering where it can't be opened, and frees what it holds on
    leaving, whatever happened inside.
    """

    @property
    def info(self) -> SourceInfo:
        """Known once entered."""
        ...

    def read(self) -> Frame | None:
        """The next frame, or None at the end, then and ever after. Waits for it.

        The pixels are the caller's own. A live source gives the newest frame and skips those
        nobody asked for: their numbers are missing from Frame.index.
        """
        ...

    def stop(self) -> None:
        """The `read` that waits gives None soon, and so does every later one. Any thread; never waits."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
