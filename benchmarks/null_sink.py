"""Takes frames and keeps none: for measuring."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from livestyle.core.frame import Frame


class NullSink:
    """Counts what it is given.

    written: frames so far
    """

    def __init__(self) -> None:
        self.written = 0

    def write(self, frame: Frame) -> None:
        self.written += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
