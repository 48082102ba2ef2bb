"""Tasks in several processes of this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any, Generic

from livestyle.core.ending import die_with_parent
from livestyle.offline.scheduler.scheduler import (
    Ended,
    Scheduler,
    Task,
    TaskProgress,
    Tool,
    WatchTasks,
    reason_of,
)

TELL_S = 0.1
"""How often a process tells how far it is."""

GOODBYE_S = 5.0
"""How long a process that is told to end may take, before it is killed."""


class Processes(Scheduler[Tool]):
    """A fixed number of processes, each started when first needed; one that dies is replaced.

    When this process dies, however it does, they die with it.
    """

    def __init__(
        self, open_tool: Callable[[], Tool], watch: WatchTasks = lambda _: None, *, count: int
    ) -> None:
        super().__init__(open_tool, watch)
        self._count = count
        self._idle: list[_Process[Tool]] = []
        self._busy: list[_Process[Tool]] = []

    @property
    def room(self) -> int:
        return self._count - len(self._busy)

    @property
    def in_flight(self) -> int:
        return len(self._busy)

    def submit(self, task: Task[Tool]) -> None:
        self._check_room()
        process = self._idle.pop() if self._idle else _Process(self._open_tool)
        self._busy.append(process)
        process.begin(task)

    def wait(self, timeout_s: float) -> list[Ended[Tool]]:
        if not self._busy:
            time.sleep(timeout_s)
            return []
        until = time.monotonic() + timeout_s
        ended: list[Ended[Tool]] = []
        while not ended and (left_s := until - time.monotonic()) > 0:
            heard = wait([process.line for process in self._busy], left_s)
            for process in [one for one in self._busy if one.line in heard]:
                ended += self._hear(process)
        return ended

    def _hear(self, process: _Process[Tool]) -> list[Ended[Tool]]:
        task = process.task
        assert task is not None
        try:
            message = process.line.recv()
        except (EOFError, OSError):
            self._busy.remove(process)
            return [Ended(task, reason=f"its process {process.died()}", where=process.where, lost=True)]
        if message[0] == "step":
            self._watch(TaskProgress(task.name, message[1], message[2], process.where))
            return []
        self._busy.remove(process)
        self._idle.append(process)
        return [Ended(task, message[1], message[2], process.where)]

    def close(self) -> None:
        processes, self._idle, self._busy = self._idle + self._busy, [], []
        for process in processes:
            process.end()
        for process in processes:
            process.join()


class _Process(Generic[Tool]):
    """One process, and the line to it."""

    def __init__(self, open_tool: Callable[[], Tool]) -> None:
        context = multiprocessing.get_context("spawn")
        self.line, other = context.Pipe()
        self.task: Task[Tool] | None = None
        self._process: SpawnProcess = context.Process(target=_serve, args=(other, open_tool), daemon=True)
        self._process.start()
        other.close()
        self.where = f"{socket.gethostname()}/{self._process.pid}"

    def begin(self, task: Task[Tool]) -> None:
        self.task = task
        with contextlib.suppress(OSError):  # it is dead; the next look at the line says so
            self.line.send(task)

    def died(self) -> str:
        """How a process ended whose line is."""
        self.join()
        code = self._process.exitcode or 0
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def end(self) -> None:
        self._process.terminate()

    def join(self) -> None:
        self._process.join(GOODBYE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.line.close()


def _serve(line: Connection[Any, Any], open_tool: Callable[[], Any]) -> None:
    """What a process does: tasks as they come, until its line or its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's, which ends this one
    die_with_parent()
    tool: Any = None
    while True:
        try:
            task = line.recv()
        except EOFError:
            return
        try:
            if tool is None:
                tool = open_tool()
            answer = "end", task.run(tool, _Teller(line)), ""
        except Exception as error:
            answer = "end", None, reason_of(error)
        line.send(answer)


class _Teller:
    """Tells over a line how far a task is, not too often."""

    def __init__(self, line: Connection[Any, Any]) -> None:
        self._line = line
        self._told_at = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self._told_at >= TELL_S:
            self._told_at = now
            self._line.send(("step", done, total))
