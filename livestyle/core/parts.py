"""Parts, the temporary files that output is written to: how they are named, locked and renamed.

The part of 'out.mp4' is 'out.mp4.livestyle-4711.part', where 4711 is the process. It is locked while it is
written, so a part without a lock was left behind by a run that was killed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: nothing is locked there
    fcntl = None  # type: ignore[assignment]

PART = re.compile(r"(?P<name>.+)\.livestyle-(?P<pid>\d+)(?:-\d+)?\.part", re.DOTALL)
"""The name of a part."""

_LONGEST_NAME = 255
"""Bytes in a file name that common file systems allow."""

_TURNS, _TURN_S = 200, 0.01
"""How often `alone` tries to lock a folder, and how long it sleeps in between: two seconds in all."""


def _take(lock: int, shared: bool = False) -> None:
    """Lock an open file. BlockingIOError if another process holds it, OSError where there are no locks."""
    if fcntl is None:
        raise OSError(errno.ENOTSUP, "no locks here")
    fcntl.flock(lock, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def _short(name: str, room: int) -> str:
    """The name if it has at most `room` bytes; else its beginning, a hash and its suffix."""
    if len(os.fsencode(name)) <= room:
        return name
    path, digest = Path(name), hashlib.sha256(os.fsencode(name)).hexdigest()[:8]
    suffix = path.suffix if len(os.fsencode(path.suffix)) < 20 else ""
    left = room - len(digest) - 1 - len(os.fsencode(suffix))
    return f"{os.fsencode(name)[:left].decode('utf-8', 'ignore')}~{digest}{suffix}"


def _base(target: Path) -> str:
    return _short(target.name, _LONGEST_NAME - len(".livestyle-4194304-99.part"))


def create(target: Path) -> tuple[Path, int]:
    """A new empty part of `target`, and the descriptor that holds its lock."""
    number = 1
    while True:
        again = f"-{number}" if number > 1 else ""
        part = target.with_name(f"{_base(target)}.livestyle-{os.getpid()}{again}.part")
        try:
            lock = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            break
        except FileExistsError:
            number += 1
    with contextlib.suppress(OSError):  # a file system without locks
        _take(lock)
    return part, lock


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Lock a file while the block runs, and make it if need be. Gives False if another process holds it.

    Gives True on a file system without locks. OSError if the file can't be made.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        mine = True
        try:
            _take(lock)
        except BlockingIOError:
            mine = False
        except OSError:  # no locks here
            pass
        yield mine
    finally:
        os.close(lock)


def siblings_of(target: Path) -> dict[Path, int | None]:
    """The parts of `target`, each with the process that is writing it, or None."""
    matches = ((part, PART.fullmatch(part.name)) for part in sorted(target.parent.glob("*.part")))
    return {part: holder(part) for part, match in matches if match and match["name"] == _base(target)}


def holder(part: Path) -> int | None:
    """The process that is writing a part; None if it was left behind."""
    match = PART.fullmatch(part.name)
    assert match is not None
    pid = int(match["pid"])
    try:
        lock = os.open(part, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError:
        return pid
    try:
        _take(lock, shared=True)
        return None
    except BlockingIOError:
        return pid
    except OSError:  # a file system without locks
        return pid if Path("/proc", str(pid)).exists() else None
    finally:
        os.close(lock)


def move(part: Path, path: Path, overwrite: bool) -> None:
    """Rename `part` to `path`. FileExistsError if that exists and may not be replaced."""
    if overwrite:
        part.replace(path)
        return
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
        part.replace(path)
        return
    part.unlink()


def move_to_partial(part: Path, path: Path) -> Path:
    """Rename `part` to 'out.partial.mp4', or -2, -3, … where that is taken; returns the new path."""
    number = 1
    while True:
        end = f".partial{f'-{number}' if number > 1 else ''}{path.suffix}"
        kept = path.with_name(_short(path.stem, _LONGEST_NAME - len(os.fsencode(end))) + end)
        try:
            move(part, kept, overwrite=False)
            return kept
        except FileExistsError:
            number += 1


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other runs from making parts in this folder or looking for them; waits two seconds at most."""
    lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for _ in range(_TURNS):
            try:
                _take(lock)
                break
            except BlockingIOError:
                time.sleep(_TURN_S)
            except OSError:  # a file system without locks
                break
        yield
    finally:
        os.close(lock)
