"""A sink that notes what it gets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.frame import Frame


class ListSink:
    """Keeps the index of every frame; `close` tells how it was left."""

    def __init__(self, path: Path, write: Callable[[Frame], None] = lambda _: None) -> None:
        self.indices: list[int] = []
        self._path, self._write = path, write

    def write(self, frame: Frame) -> None:
        self._write(frame)
        self.indices.append(frame.index)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._path.write_text(" ".join(map(str, self.indices)))
