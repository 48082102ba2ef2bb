"""Every item, in order, with reading, working and writing at the same time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from livestyle.pipeline.worker import Worker

Queued = TypeVar("Queued")
Result = TypeVar("Result")

POLL_S = 0.2
"""How often a waiting thread looks around; Windows delivers Ctrl+C only between waits."""


def run_ordered(
    source: Iterable[Queued],
    work: Callable[[Iterable[Queued]], Iterable[Result]],
    sink: Callable[[Result], None],
    depth: int = 4,
) -> None:
    """Give every item of `source` to `work` and every result of that to `sink`, in order.

    `source` runs on a thread of its own, `sink` on another, `work` in the caller; it may take some
    items before it gives the first result. Up to `depth` items wait between two of them. Returns when
    all is written. An exception in any of the three ends reading; what was read before an end of
    `source`, and given before an end of `work` (Ctrl+C among them), is still written; then it is
    raised here. Both threads are joined always.
    """
    read, done = Queue[Queued](depth), Queue[Result](depth)

    def reading(_: threading.Event) -> None:
        try:
            for item in source:
                if not read.put(item):
                    return
        finally:
            read.end()

    def writing(_: threading.Event) -> None:
        try:
            for result in done:
                sink(result)
        finally:
            done.end(drop=True)

    reader, writer = Worker("read", reading), Worker("write", writing)
    reader.start()
    writer.start()
    try:
        for result in work(read):
            if not done.put(result):
                break
    finally:
        read.end(drop=True)
        done.end()
        _join_all(reader, writer)


class Queue(Generic[Queued]):
    """Holds up to `depth` items between two threads, until it is ended."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._items: deque[Queued] = deque()
        self._changed = threading.Condition()
        self._ended = False

    def put(self, item: Queued) -> bool:
        """Wait for room and add; False, and not added, once the queue has ended."""
        with self._changed:
            while len(self._items) >= self._depth and not self._ended:
                self._changed.wait(POLL_S)
            if not self._ended:
                self._items.append(item)
                self._changed.notify_all()
            return not self._ended

    def end(self, drop: bool = False) -> None:
        """Take no more; what waits is still given out unless it is dropped."""
        with self._changed:
            self._ended = True
            if drop:
                self._items.clear()
            self._changed.notify_all()

    def __iter__(self) -> Iterator[Queued]:
        while True:
            with self._changed:
                while not self._items and not self._ended:
                    self._changed.wait(POLL_S)
                if not self._items:
                    return
                item = self._items.popleft()
                self._changed.notify_all()
            yield item


def _join_all(*workers: Worker) -> None:
    """Join every one, Ctrl+C or not; then raise what the last of them raised."""
    errors: list[BaseException] = []
    for worker in workers:
        while worker.alive or worker.error is not None:
            try:
                worker.join()
            except KeyboardInterrupt:
                continue
            except BaseException as error:
                errors.append(error)
    if errors:
        raise errors[-1]
