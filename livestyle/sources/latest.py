"""A slot of depth one between two threads: the newest wins, so delay never builds up."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Latest(Generic[T]):
    """One thread puts, one takes. What is not taken in time is replaced by what comes next."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._item: T | None = None
        self._closed = False

    @property
    def ended(self) -> bool:
        """Closed and empty: `get` gives nothing ever again."""
        with self._condition:
            return self._closed and self._item is None

    def put(self, item: T) -> None:
        """Replace what lies here. Ignored once closed."""
        with self._condition:
            if not self._closed:
                self._item = item
                self._condition.notify_all()

    def get(self, timeout_s: float) -> T | None:
        """What lies here, waited for; None after `timeout_s` or once closed and empty."""
        with self._condition:
            self._condition.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Nothing more comes; whoever waits goes on. What lies here may still be taken."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
