"""Tasks and a tool for the tests of schedulers; processes and machines import them from here."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.offline.scheduler.scheduler import Tell


@dataclass
class Bench:
    """A tool; counts what was done with it."""

    folder: Path
    used: int = 0


@dataclass(frozen=True)
class OpenBench:
    """Opens a Bench, and leaves a file behind for each."""

    folder: Path

    def __call__(self) -> Bench:
        (self.folder / f"bench-{os.getpid()}-{time.monotonic_ns()}").touch()
        return Bench(self.folder)


@dataclass(frozen=True)
class BrokenBench:
    def __call__(self) -> Bench:
        raise LivestyleError("no bench here")


@dataclass(frozen=True)
class Chore:
    """Squares a number; what else it does is in the word.

    'fail', 'crash': errors. 'die': takes its process with it, the first time. 'always die'. 'slow': tells
    its steps until the file `go` is there.
    """

    number: int
    word: str = ""

    @property
    def name(self) -> str:
        return f"chore {self.number}"

    def run(self, tool: Bench, tell: Tell) -> object:
        tool.used += 1
        begun = tool.folder / f"begun-{self.number}"
        first = not begun.exists()
        begun.touch()
        if self.word == "fail":
            raise LivestyleError(f"cannot do {self.number}")
        if self.word == "crash":
            raise ValueError("a fault")
        if self.word == "always die" or (self.word == "die" and first):
            os._exit(7)
        done = 0
        while self.word == "slow" and not (tool.folder / "go").exists():
            done += 1
            tell(done, None)
            time.sleep(0.02)
        return self.number**2
