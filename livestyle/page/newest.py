"""A slot of an event loop with many readers: for each of them the newest value wins."""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """Holds the newest item. Who is slow skips items, and delays nobody. Used by the loop's thread alone."""

    def __init__(self) -> None:
        self.number = 0
        """of the item, from 1 on; 0 = there was none yet"""
        self.item: T | None = None
        self._came = asyncio.Event()

    def put(self, item: T) -> None:
        self.item, self.number = item, self.number + 1
        self._came.set()
        self._came = asyncio.Event()

    async def after(self, number: int) -> tuple[int, T]:
        """The newest item with its number, which is above `number`: waits for it."""
        while self.item is None or self.number <= number:
            await self._came.wait()
        return self.number, self.item
