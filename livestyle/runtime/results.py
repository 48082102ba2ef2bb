"""Memory for paintings, reused once nobody holds the painting in it any more."""

from __future__ import annotations

import weakref
from collections import deque

import numpy as np

from livestyle.core.frame import Pixels

KEPT = 8
"""How many pieces of memory wait for reuse; any more are given back to the system."""


class Results:
    """Copies paintings into reused memory: in fresh memory the page faults cost more than the copy.

    Any thread may drop a painting.
    """

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._shape = shape
        self._free: deque[bytearray] = deque(maxlen=KEPT)

    def copy(self, pixels: Pixels) -> Pixels:
        """A copy of uint8 `pixels` of the one shape; it and all views of it are the caller's own."""
        try:
            memory = self._free.pop()
        except IndexError:
            memory = bytearray(pixels.nbytes)
        # Views of an array have that array as their base as long as its own base is no array.
        found: Pixels = np.frombuffer(memory, np.uint8).reshape(self._shape)
        owner = found.base
        assert owner is not None
        weakref.finalize(owner, self._free.append, memory).atexit = False
        np.copyto(found, pixels)
        return found

    def clear(self) -> None:
        """Give what waits for reuse back to the system."""
        self._free = deque(maxlen=KEPT)  # what is held yet goes to the one before, and with it
