"""Writes into a training's work folder while it runs: a line for each step, a sheet now and then."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.workshop.training.loop import Note

LOG = "log.jsonl"
SHEET_EVERY = 500


def logged(
    steps: Iterator[Note], work: Path, last: int, sheet: Callable[[Path], None], every: int = SHEET_EVERY
) -> Iterator[Note]:
    """Hand every note on, written to log.jsonl; `sheet` writes sheet-N.jpg every so many steps and last.

    LivestyleError where the folder takes no more.
    """
    with writable(work), (work / LOG).open("a", encoding="utf-8") as log:
        for note in steps:
            log.write(json.dumps({"step": note.step, **note.terms}) + "\n")
            if note.step % every == 0 or note.step == last:
                log.flush()
                sheet(work / f"sheet-{note.step:06d}.jpg")
            yield note


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Make the folder. LivestyleError instead of OSError, here and within."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise LivestyleError(f"cannot write into {folder}: {error.strerror or error}") from error
