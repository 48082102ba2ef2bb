"""Tasks one after the other, in this process."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from livestyle.offline.scheduler.scheduler import (
    Ended,
    Scheduler,
    Task,
    TaskProgress,
    Tool,
    WatchTasks,
    reason_of,
)


class OneProcess(Scheduler[Tool]):
    """`wait` does the work, in the caller's thread."""

    def __init__(self, open_tool: Callable[[], Tool], watch: WatchTasks = lambda _: None) -> None:
        super().__init__(open_tool, watch)
        self._waiting: Task[Tool] | None = None
        self._tool: Tool | None = None

    @property
    def room(self) -> int:
        return 1 - self.in_flight

    @property
    def in_flight(self) -> int:
        return int(self._waiting is not None)

    def submit(self, task: Task[Tool]) -> None:
        self._check_room()
        self._waiting = task

    def wait(self, timeout_s: float) -> list[Ended[Tool]]:
        """Does what was submitted, however long it takes; waits as long as it may only where nothing was."""
        task, self._waiting = self._waiting, None
        if task is None:
            time.sleep(timeout_s)
            return []
        where = socket.gethostname()
        try:
            if self._tool is None:
                self._tool = self._open_tool()
            result = task.run(
                self._tool, lambda done, total: self._watch(TaskProgress(task.name, done, total, where))
            )
        except Exception as error:
            return [Ended(task, reason=reason_of(error), where=where)]
        return [Ended(task, result, where=where)]

    def close(self) -> None:
        """The tool is whoever's who opened it."""
        self._waiting = self._tool = None
