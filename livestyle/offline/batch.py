"""One file or a folder of them: which output goes with which input, and going on after a failure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from rich.console import Console

from livestyle.core.errors import LivestyleError, PartlyDoneError
from livestyle.core.output_file import make_folder

Pair = tuple[Path, Path]


def pairs(
    source: Path,
    target: Path,
    readable: Collection[str],
    writable: Collection[str],
    other: str,
    empty: bool = False,
) -> list[Pair]:
    """Each input with its output: one file to one file, or a folder's files to names alike in a folder.

    readable, writable: suffixes; an input that can be read but not written gets the suffix `other`.
    A file goes into a `target` that is a folder under its own name. The folder is made. Inputs whose
    outputs would have one name get their own suffix into it: a.ppm beside a.png becomes a-ppm.png.
    LivestyleError where there is nothing to do (unless it may be `empty`), or a folder would be written
    into itself.
    """

    def name(path: Path) -> str:
        return path.name if path.suffix.lower() in writable else path.with_suffix(other).name

    if not source.is_dir():
        return [(source, target / name(source) if target.is_dir() else target)]
    files = sorted(p for p in source.iterdir() if p.is_file() and p.suffix.lower() in readable)
    files = [p for p in files if not p.name.startswith(".")]
    if not files and not empty:
        raise LivestyleError(f"nothing to paint in {source}; expected {', '.join(sorted(readable))}")
    make_folder(target)
    if target.samefile(source):
        raise LivestyleError(f"{target} is input and output at once; choose another folder for the output")
    return [(path, target / out) for path, out in zip(files, _apart(files, name), strict=True)]


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
) -> None:
    """Do every job; one alone raises its own error, of many those that fail are reported and counted.

    `advance` is called after each of many. PartlyDoneError at the end where any failed.
    """
    if len(jobs) == 1:
        return work(*jobs[0])
    failed = 0
    for source, target in jobs:
        try:
            work(source, target)
        except LivestyleError as error:
            failed += 1
            console.print(f"error: {error}", style="red", soft_wrap=True)
        advance()
    if failed:
        raise PartlyDoneError(f"{failed} of {len(jobs)} files could not be painted")
    return None
