"""Work on the way, as the terminal shows it: bars, the losses of a training, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Step(Protocol):
    """What one step gave: its number and its terms."""

    @property
    def step(self) -> int: ...
    @property
    def terms(self) -> Mapping[str, float]: ...


def plain_bar(console: Console) -> Progress:
    """A bar that leaves nothing behind, and is not there where nobody looks."""
    return Progress(console=console, transient=True, disable=not console.is_terminal)


def warn(console: Console, text: str) -> None:
    """Print a warning in yellow, above a bar where there is one."""
    console.print(f"warning: {text}", style="yellow", markup=False, soft_wrap=True)


def follow(
    notes: Iterable[Step], steps: int, console: Console, title: str, memory: float = 0.0
) -> Iterator[Step]:
    """Hand every note on and draw it: a bar, the terms and the time left.

    memory: share of the past in the terms that are shown, 0 = as they are, 0.98 = running means.
    """
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    means: dict[str, float] = {}
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(title, total=steps)
        for note in notes:
            for key, value in note.terms.items():
                means[key] = memory * means.get(key, value) + (1 - memory) * value
            text = "  ".join(f"{key} {value:.3f}" for key, value in means.items())
            progress.update(task, completed=note.step, description=text)
            yield note
