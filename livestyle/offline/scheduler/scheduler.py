"""The interface of all schedulers: tasks go in as there is room, what came of them comes out in any order."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeAlias, TypeVar

from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError, told

Tool = TypeVar("Tool")
Uses = TypeVar("Uses", contravariant=True)

Tell: TypeAlias = Callable[[int, int | None], None]
"""Told how much of a task is done, and of how much; None where that isn't known."""

ATTEMPTS = 3
"""How often a task is begun whose place is lost each time."""


class Task(Protocol[Uses]):
    """A description of work that can be pickled. Run twice, it does the same: places can be lost."""

    @property
    def name(self) -> str:
        """Unlike any other task's of this run."""
        ...

    def run(self, tool: Uses, tell: Tell) -> object:
        """Do it; gives what can be pickled. LivestyleError where it can't be done."""
        ...


@dataclass(frozen=True)
class Ended(Generic[Tool]):
    """What came of a task.

    result: what it gave; None where it failed
    reason: why it failed, else ''
    where:  the place that it ran in: a machine, a process
    lost:   the place is gone, by no fault of the task as far as is known
    attempts: how often it was begun
    """

    task: Task[Tool]
    result: object = None
    reason: str = ""
    where: str = ""
    lost: bool = False
    attempts: int = 1


@dataclass(frozen=True)
class TaskProgress:
    """How far a task is, and where it runs."""

    name: str
    done: int
    total: int | None
    where: str


WatchTasks: TypeAlias = Callable[[TaskProgress], None]


class Scheduler(Closing, Generic[Tool]):
    """Runs tasks at places; each place has a tool of its own, opened there once and used one task at a time.

    Used by one thread. Leaving its with block cancels what is in flight: nothing more comes of it.
    """

    def __init__(self, open_tool: Callable[[], Tool], watch: WatchTasks = lambda _: None) -> None:
        """open_tool: can be pickled; where it fails, so does every task of that place, for that reason.

        watch: called by `wait`, in the caller's thread.
        """
        self._open_tool = open_tool
        self._watch = watch

    @property
    @abstractmethod
    def room(self) -> int:
        """How many tasks may be submitted now; 0 as well while places are being opened."""

    @property
    @abstractmethod
    def in_flight(self) -> int:
        """Tasks submitted that have not come out of `wait`."""

    @abstractmethod
    def submit(self, task: Task[Tool]) -> None:
        """Begin a task. LivestyleError where there is no room."""

    @abstractmethod
    def wait(self, timeout_s: float) -> list[Ended[Tool]]:
        """What has ended since; waits for one at most so long, less where a place opens."""

    def _check_room(self) -> None:
        if self.room < 1:
            raise LivestyleError(f"{self.in_flight} tasks are in flight and there is room for no more")


def run_all(
    scheduler: Scheduler[Tool],
    tasks: deque[Task[Tool]],
    more: Callable[[], bool] = lambda: False,
    look_s: float = 0.5,
) -> Iterator[Ended[Tool]]:
    """Run tasks, in the order in which there is room for them; gives what became of each as it ends.

    Whoever iterates may append to `tasks`. A task whose place is lost is begun again elsewhere. more: asked
    every `look_s` at least; it may append too, and says whether to wait for more when all is done.
    """
    begun: dict[str, int] = {}
    while more() or tasks or scheduler.in_flight:
        while tasks and scheduler.room:
            task = tasks.popleft()
            begun[task.name] = begun.get(task.name, 0) + 1
            scheduler.submit(task)
        for ended in scheduler.wait(look_s):
            if ended.lost and begun[ended.task.name] < ATTEMPTS:
                tasks.appendleft(ended.task)
            else:
                yield replace(ended, attempts=begun.pop(ended.task.name))


def reason_of(error: Exception) -> str:
    """Why a task failed: what a LivestyleError says, of anything else its kind too."""
    if isinstance(error, LivestyleError | OSError):
        return told(error)
    return f"{type(error).__name__}: {error}"
