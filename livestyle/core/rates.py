"""How many of something there may be in a second."""

from __future__ import annotations

import time
from collections import OrderedDict

BURST = 4
REMEMBERED = 1024
"""Addresses that are counted for; the one that was heard of longest ago is forgotten."""


class Bucket:
    """So many a second, and for a moment BURST times as many."""

    def __init__(self, rate: float) -> None:
        self._rate, self._left, self._at = rate, rate * BURST, time.monotonic()

    def empty(self) -> bool:
        """Whether none is left."""
        now = time.monotonic()
        self._left = min(self._rate * BURST, self._left + (now - self._at) * self._rate)
        self._at = now
        return self._left < 1

    def take(self) -> bool:
        """Use up one; False where none is left."""
        if self.empty():
            return False
        self._left -= 1
        return True


class Buckets:
    """One for each address."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._of: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, address: str) -> Bucket:
        bucket = self._of.setdefault(address, Bucket(self._rate))
        self._of.move_to_end(address)
        if len(self._of) > REMEMBERED:
            self._of.popitem(last=False)
        return bucket
