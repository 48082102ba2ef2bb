"""Keeps libraries from putting the threads of this process before all others."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_THREADS = Path("/proc/self/task")


@contextmanager
def usual_priority() -> Iterator[None]:
    """Within, a library may do what it likes; after, its new threads and the caller run as the caller did.

    SVT-AV1 asks for real time when it is root, as in a container: for its threads and for the one that opens
    the encoder, for good. Nothing else would get a turn then, other threads of Python among it. Does nothing
    but on Linux.
    """
    if not _THREADS.is_dir():
        yield
        return
    policy, order = os.sched_getscheduler(0), os.sched_getparam(0)
    before = _threads()
    try:
        yield
    finally:
        for thread in (0, *(_threads() - before)):
            with suppress(OSError):  # it has ended
                if os.sched_getscheduler(thread) != policy:
                    os.sched_setscheduler(thread, policy, order)


def _threads() -> set[int]:
    return {int(thread.name) for thread in _THREADS.iterdir()}
