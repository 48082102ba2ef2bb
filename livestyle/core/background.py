"""Opens what takes long on a thread of its own, while the work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Generic, Protocol, TypeVar


class Closable(Protocol):
    def close(self) -> None: ...


T = TypeVar("T", bound=Closable)

LEAVE_S = 0.3
"""How long `end` waits. What a library can't cancel runs on, and its result is closed when it comes."""


class Background(Generic[T]):
    """Opens one thing at a time on a thread of its own; the newest request wins.

    Only `close` blocks, for LEAVE_S at most. Any thread may call any method. What is taken belongs to the
    caller; what nobody takes is closed.
    """

    def __init__(self, name: str = "background") -> None:
        self._thread = ThreadPoolExecutor(1, f"livestyle-{name}")
        self._last: Future[T] | Future[None] | None = None
        self._lock = threading.Lock()
        self._coming: tuple[str, Future[T]] | None = None

    def prepare(self, what: str, make: Callable[[], T]) -> None:
        """Start to `make` it. An earlier request whose result was not taken yet is cancelled."""
        self.cancel()
        with self._lock:
            self._coming = what, self._thread.submit(make)
            self._last = self._coming[1]

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
        self._last = self._thread.submit(thing.close)

    def cancel(self) -> None:
        """Drop the request. What is being made is closed as soon as it is ready."""
        with self._lock:
            coming, self._coming = self._coming, None
        if coming is not None and not coming[1].cancel():
            coming[1].add_done_callback(_close)

    def close(self) -> None:
        """Cancel, and join the thread if it is done within LEAVE_S."""
        self.cancel()
        end(self._thread, self._last)


def end(pool: ThreadPoolExecutor, last: Future[Any] | None) -> None:
    """Accept no more tasks; join the pool of one thread if `last`, its last task, is done within LEAVE_S."""
    pool.shutdown(wait=False)
    if last is None or wait([last], LEAVE_S).done:
        pool.shutdown()


def _close(made: Future[T]) -> None:
    if made.exception() is None:
        made.result().close()
