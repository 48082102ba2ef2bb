"""A thread that opens what takes long, while the work goes on without it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)


class Background(Generic[T]):
    """Opens one thing at a time on a thread of its own. The newest request wins; only `close` blocks.

    Any thread may call any method. What is taken belongs to the caller; what nobody takes is closed.
    """

    def __init__(self, name: str = "background") -> None:
        self._thread = ThreadPoolExecutor(1, name)
        self._lock = threading.Lock()
        self._coming: tuple[str, Future[T]] | None = None

    def prepare(self, what: str, make: Callable[[], T]) -> None:
        """Begin to `make` it, in place of what was asked for before and is not taken yet."""
        self.cancel()
        with self._lock:
            self._coming = what, self._thread.submit(make)

    @property
    def preparing(self) -> str:
        """What is being made or waits to be taken; empty = nothing."""
        coming = self._coming
        return coming[0] if coming else ""

    def take(self) -> T | None:
        """What was made, once; None until it is there. Raises what `make` raised, once."""
        with self._lock:
            if self._coming is None or not self._coming[1].done():
                return None
            (_, made), self._coming = self._coming, None
        return made.result()

    def retire(self, thing: T) -> None:
        """Close something on the thread, where it holds nobody up."""
        self._thread.submit(thing.close)

    def cancel(self) -> None:
        """Nothing is wanted any more. What is being made is closed when it is there."""
        with self._lock:
            coming, self._coming = self._coming, None
        if coming is not None and not coming[1].cancel():
            coming[1].add_done_callback(_close)

    def close(self) -> None:
        """Cancel and join the thread: waits for what is being made."""
        self.cancel()
        self._thread.shutdown()


def _close(made: Future[T]) -> None:
    if made.exception() is None:
        made.result().close()
