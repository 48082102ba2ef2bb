"""A thread that hands its exception to whoever waits for it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence


class Worker:
    """Runs `work(stop)` on a thread of its own; `stop` is set when nobody wants the rest.

    `work` looks at `stop` between its steps and returns soon once it is set. An exception ends the
    thread and is raised again by `join`. Start it once; whoever starts it joins it.
    """

    def __init__(self, name: str, work: Callable[[threading.Event], None]) -> None:
        self.stop = threading.Event()
        self.error: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def join(self, limit_s: float | None = None) -> None:
        """Wait for the end, or at most so long; raise what `work` raised, once."""
        self._thread.join(limit_s)
        error, self.error = self.error, None
        if error is not None:
            raise error

    def _run(self) -> None:
        try:
            self._work(self.stop)
        except BaseException as error:
            self.error = error


def stop_all(workers: Sequence[Worker]) -> None:
    """Join every thread, then raise the first exception there was."""
    for worker in workers:
        worker.stop.set()
    with contextlib.ExitStack() as stack:
        for worker in reversed(workers):
            stack.callback(worker.join)
