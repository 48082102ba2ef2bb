"""Memory of large pictures, given back to the system when they are done with."""

from __future__ import annotations

import ctypes
import sys

MMAP_THRESHOLD = -3
"""M_MMAP_THRESHOLD of the C library's malloc.h."""

LARGE_BYTES = 1 << 20


def give_back() -> None:
    """Blocks over LARGE_BYTES go back to the system when they are freed, in this process, from now on.

    The GNU C library raises this limit to 32 MB as pictures come and go, and keeps them in pieces: 0.2 GB
    of a film of 4K. Without effect where there is another C library.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform.startswith("linux") else None
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, LARGE_BYTES)
