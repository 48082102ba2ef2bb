"""One file or a folder of them: which output goes with which input, and going on after a failure."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from livestyle.core.errors import LivestyleError, PartlyDoneError, said_of
from livestyle.core.output_file import make_folder
from livestyle.core.packages import NO_MEMORY
from livestyle.core.progress import Report

Pair = tuple[Path, Path]

NAMED = 20
"""So many files that are left out are named."""


@dataclass(frozen=True)
class Kinds:
    """Which files of a folder are taken, and what becomes of them.

    readable, writable: suffixes; what can be read but not written gets the suffix `other`
    name: what they are called, in the plural
    """

    readable: Collection[str]
    writable: Collection[str]
    other: str
    name: str

    def output(self, path: Path) -> str:
        """The name of an input's output."""
        return path.name if path.suffix.lower() in self.writable else path.with_suffix(self.other).name


def pairs(
    source: Path, target: Path, kinds: Kinds, say: Report = lambda _: None, empty: bool = False
) -> list[Pair]:
    """Each input with its output: one file to one file, or a folder's files to names alike in a folder.

    A file goes into a `target` that is a folder under its own name. The folder is made. Inputs whose
    outputs would have one name get their own suffix into it: a.ppm beside a.png becomes a-ppm.png.
    say: told what lies in the folder and is none of the kinds: also folders, pipes, links to nothing.
    LivestyleError where there is nothing to do (unless a folder may be `empty`), or a folder would be
    written into itself.
    """
    if not source.is_dir():
        return [(source, target / kinds.output(source) if target.is_dir() else target)]
    found = sorted(p for p in source.iterdir() if not p.name.startswith("."))
    files = [p for p in found if p.suffix.lower() in kinds.readable and p.is_file()]
    # realpath, because Path.resolve raises RuntimeError where links lead to each other
    own = os.path.realpath(target)
    others = [p.name for p in found if p not in files and os.path.realpath(p) != own]
    expected = f"expected {', '.join(sorted(kinds.readable))}"
    if not files and not empty:
        raise LivestyleError(f"nothing to paint in {source}; {expected}")
    if others:
        more = f" and {len(others) - NAMED} more" if len(others) > NAMED else ""
        say(f"left out, not taken for {kinds.name}: {', '.join(others[:NAMED])}{more}; {expected}")
    make_folder(target)
    if target.samefile(source):
        raise LivestyleError(f"{target} is input and output at once; choose another folder for the output")
    return [(path, target / out) for path, out in zip(files, _apart(files, kinds.output), strict=True)]


def _apart(files: Sequence[Path], name: Callable[[Path], str]) -> list[str]:
    """A name for each output, no two alike, in capitals or not. LivestyleError where that can't be had."""
    plain = [name(path) for path in files]
    counts = Counter(out.lower() for out in plain)
    names = [
        out
        if counts[out.lower()] == 1 or out == path.name
        else f"{path.stem}-{path.suffix[1:]}{Path(out).suffix}"
        for path, out in zip(files, plain, strict=True)
    ]
    twice = [out for out, count in Counter(out.lower() for out in names).items() if count > 1]
    if twice:
        raise LivestyleError(f"two inputs would become {twice[0]}; rename one of them")
    return names


def each(
    jobs: Sequence[Pair],
    work: Callable[[Path, Path], None],
    console: Console,
    advance: Callable[[], None] = lambda: None,
    how: str = "",
) -> None:
    """Do every job of a folder; those that fail are reported and counted.

    `advance` is called after each; at the end it is said how many are done, `how`, and where.
    PartlyDoneError at the end where any failed.
    """
    failed = 0
    for source, target in jobs:
        try:
            work(source, target)
        except (LivestyleError, MemoryError) as error:
            failed += 1
            said = str(error) if isinstance(error, LivestyleError) else NO_MEMORY
            console.print(f"error: {said_of(source.name, said)}", style="red", soft_wrap=True)
        advance()
    done = f"{len(jobs) - failed} of {len(jobs)}" if failed else f"{len(jobs)}"
    files = "file" if len(jobs) == 1 else "files"
    console.print(f"{done} {files} painted{how}: {jobs[0][1].parent}", soft_wrap=True)
    if failed:
        raise PartlyDoneError(f"{failed} of {len(jobs)} {files} could not be painted")
