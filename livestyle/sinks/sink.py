"""Where painted frames go."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol, Self

from livestyle.core.frame import Frame


class Sink(Protocol):
    """Takes frames until it is left. Opened by entering it; `write` is called by one thread.

    Leaving without an exception finishes what was written; leaving with one keeps only what the
    sink promises to keep, never something half-written under the final name.
    """

    def write(self, frame: Frame) -> None:
        """Take one painted frame; the sink doesn't change or keep its pixels."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class SteadySink(Sink, Protocol):
    """Wants pictures at a steady rate of whoever calls it: the one before again where none came in time."""

    rate: float

    def repeat(self) -> None:
        """Send the picture before once more."""
        ...
