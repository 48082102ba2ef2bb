"""The promise about output files: whole under their name, or not there."""

from __future__ import annotations

import contextlib
from pathlib import Path

from livestyle.core.errors import LivestyleError


def part_of(path: Path) -> Path:
    """Where a file is written until it is whole: 'out.mp4.part' beside 'out.mp4'."""
    return path.with_name(f"{path.name}.part")


def partial_of(path: Path) -> Path:
    """What an unfinished but playable file is called: 'out.partial.mp4' beside 'out.mp4'."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def check_target(path: Path, overwrite: bool, source: Path | None = None) -> None:
    """Make sure, before work starts, that `path` can be written; nothing is left behind.

    LivestyleError where it is the source itself, exists (without `overwrite`), is a folder, or
    where its folder is missing or takes no files.
    """
    if source is not None and path.exists() and path.samefile(source):
        raise LivestyleError(f"{path} is input and output at once; choose another name for the output")
    if path.is_dir():
        raise LivestyleError(f"cannot write {path}: a folder is there; expected a file name")
    if path.exists() and not overwrite:
        raise LivestyleError(f"{path} exists already; choose another name or give --overwrite")
    if not path.parent.is_dir():
        raise LivestyleError(f"cannot write {path}: the folder {path.parent} does not exist; make it first")
    part = part_of(path)
    try:
        part.touch()
        part.unlink()
    except OSError as error:
        raise LivestyleError(f"cannot write into {path.parent}: {error.strerror}") from error


def write_text(path: Path, text: str) -> None:
    """Write whole or not at all; what is there is replaced. LivestyleError where the disk takes no file."""
    part = part_of(path)
    try:
        part.write_text(text, "utf-8")
        part.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise LivestyleError(f"cannot write {path}: {error.strerror}") from error
