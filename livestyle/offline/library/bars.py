"""How far a folder is, on the terminal: the whole, and every film or piece that is being painted."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from livestyle.core.closing import Closing
from livestyle.core.errors import said_of
from livestyle.core.progress_bar import warn
from livestyle.offline.library.manifest import Entry, FileState
from livestyle.offline.library.tasks import JoinPieces, Painted
from livestyle.offline.scheduler.scheduler import Ended, TaskProgress
from livestyle.stylizer.stylizer import Stylizer


class LibraryBars(Closing):
    """A line for each film that is done; bars only where the console is a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.completed:.0f} {task.fields[unit]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._whole = self._progress.add_task("all films", total=None, unit="films")
        self._tasks: dict[str, TaskID] = {}
        self._pictures: Counter[str] = Counter()
        self._progress.start()

    def films(self, done: int, total: int) -> None:
        """How many films are done, of how many."""
        self._progress.update(self._whole, completed=done, total=total)

    def step(self, step: TaskProgress) -> None:
        """How far one task is, and where."""
        if step.name not in self._tasks:
            text = f"{step.name} on {step.where}"
            self._tasks[step.name] = self._progress.add_task(text, total=step.total, unit="pictures")
        self._progress.update(self._tasks[step.name], completed=step.done, total=step.total)

    def ended(self, ended: Ended[Stylizer]) -> None:
        """Remove the bar of a task that has ended."""
        if ended.task.name in self._tasks:
            self._progress.remove_task(self._tasks.pop(ended.task.name))
        if isinstance(ended.result, Painted) and not isinstance(ended.task, JoinPieces):
            self._pictures[ended.where] += ended.result.frames

    def film(self, entry: Entry, painted: Painted | None) -> None:
        """Print what became of a film."""
        for warning in painted.warnings if painted else ():
            warn(self._console, warning)
        if entry.state is FileState.FAILED:
            self._console.print(f"error: {said_of(entry.file, entry.reason)}", style="red", soft_wrap=True)
        elif painted is not None:
            rate = painted.frames / painted.seconds if painted.seconds else 0.0
            self._console.print(
                f"{entry.output}: {painted.frames} frames, {rate:.1f} fps · {painted.about}", soft_wrap=True
            )

    def close(self) -> None:
        """Says which place painted how many pictures, where there was more than one."""
        self._progress.stop()
        for where, pictures in sorted(self._pictures.items()) if len(self._pictures) > 1 else ():
            self._console.print(f"{where}: {pictures} pictures", soft_wrap=True)
