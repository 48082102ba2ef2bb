"""Passes the newest item from one thread to another."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from livestyle.core.closing import Closing

T = TypeVar("T")


class Latest(Closing, Generic[T]):
    """Holds the newest item only, so that a slow reader is never behind by more than one.

    One thread puts and one gets. As a context manager it belongs to the thread that puts, and is
    closed when that thread is done, however it ends.
    """

    def __init__(self, changed: threading.Condition | None = None) -> None:
        """changed: notified of every change. Several may share it, so that one wait covers all of them."""
        self._changed = changed or threading.Condition()
        self._item: T | None = None
        self._closed = False

    def put(self, item: T) -> None:
        """Leave `item` for the reader; an item that was not taken yet is lost. Never waits."""
        with self._changed:
            if not self._closed:
                self._item = item
                self._changed.notify_all()

    def get(self, timeout_s: float | None = None) -> T | None:
        """Take the newest item, waiting for one.

        None if none came within `timeout_s`, or if this is closed and empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._closed, timeout_s)
            item, self._item = self._item, None
            return item

    def close(self) -> None:
        """Accept no more items. The one that lies here can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def filled(self) -> bool:
        """Whether an item lies here."""
        with self._changed:
            return self._item is not None

    @property
    def ended(self) -> bool:
        """Whether this is closed and empty: `get` will never return an item again."""
        with self._changed:
            return self._closed and self._item is None
