"""A live session without one, as its guests have it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from livestyle.core.errors import LivestyleError

T = TypeVar("T")


class PromptDesk:
    """Does at once what it is asked, on the thread that asks, one after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def ask(self, act: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._lock:
            try:
                future.set_result(act())
            except LivestyleError as error:
                future.set_exception(error)
        return future
