"""Writes files: under its name a file is whole or not there, and only one run at a time writes it.

Everything that livestyle writes goes through here. Data goes to a part beside the target (parts.py), which
is created exclusively and locked while it is written. Only `rescue` and `replacing` touch parts that earlier
runs left, and no file of any other name is ever removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from livestyle.core.errors import LivestyleError
from livestyle.core.parts import PART, alone, create, holder, move, move_to_partial, siblings_of

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class OutputFile:
    """One file that is being written. Write to `part`, then call exactly one of `commit`, `keep`, `discard`.

    path: the file's final path; a link is followed, and stays a link
    part: the file to write to; it exists from the start, empty, and nobody else uses it
    left: parts that earlier runs left behind when they wrote this file; see `rescue`
    """

    def __init__(self, path: Path, overwrite: bool = False, source: Path | None = None) -> None:
        """LivestyleError as `check_target` raises it, also where another run is writing `path`."""
        check_target(path, overwrite, source)
        self.path = _followed(path)
        self._overwrite = overwrite
        with _errors(path), alone(self.path.parent):
            siblings = siblings_of(self.path)
            _refuse_held(path, siblings)
            self.left = tuple(siblings)
            self.part, self._lock = create(self.path)

    def commit(self) -> None:
        """Give the file its final name. LivestyleError if that fails; then the part is discarded.

        If another file took the name meanwhile and may not be replaced, this one is kept as `keep`
        does it, and the error says where.
        """
        try:
            with _errors(self.path):
                os.fsync(self._lock)
                move(self.part, self.path, self._overwrite)
        except FileExistsError:
            kept = self.keep()
            raise LivestyleError(
                f"{self.path} was made by something else meanwhile; what was written is {kept}"
            ) from None
        except BaseException:
            self.discard()
            raise
        self._release()

    def keep(self) -> Path:
        """Rename the part to 'out.partial.mp4', or -2, -3, … where that is taken; returns the new path."""
        with _errors(self.path):
            kept = move_to_partial(self.part, self.path)
        self._release()
        return kept

    def discard(self) -> None:
        """Delete the part; does nothing after `commit` or `keep`."""
        if self._lock >= 0:
            with contextlib.suppress(OSError):
                self.part.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        os.close(self._lock)
        self._lock = -1


def check_target(path: Path, overwrite: bool, source: Path | None = None) -> None:
    """Make sure, before work starts, that `path` can be written; nothing is made, changed or removed.

    LivestyleError where it is the source itself (a link to it too), exists (without `overwrite`), is no
    plain file, is being written by another run, or where its folder is missing or takes no files.
    """
    with _errors(path):
        _check_name(path, overwrite, source)
        target = _followed(path)
        if not target.parent.is_dir():
            raise LivestyleError(
                f"cannot write {path}: the folder {target.parent} does not exist; make it first"
            )
        with alone(target.parent):
            _refuse_held(path, siblings_of(target))
        try:
            tempfile.TemporaryFile(dir=target.parent).close()
        except OSError as error:
            raise LivestyleError(f"cannot write into {target.parent}: {explained(error)}") from error


@contextlib.contextmanager
def replacing(path: Path, overwrite: bool = True) -> Iterator[Path]:
    """Gives a part to write a small file to; it is renamed to `path` when the block succeeds, else deleted.

    An existing file is replaced; of two runs at once the last wins. LivestyleError where the file can't be
    written, or exists and `overwrite` is False. Parts that earlier runs left behind are removed.
    """
    target = _followed(path)
    with _errors(path):
        with alone(target.parent):
            for old in (part for part, process in siblings_of(target).items() if process is None):
                old.unlink(missing_ok=True)
            part, lock = create(target)
        try:
            yield part
            with part.open("rb") as file:
                os.fsync(file.fileno())
            move(part, target, overwrite)
        except FileExistsError:
            raise LivestyleError(f"{path} exists already; choose another name or give --overwrite") from None
        finally:
            part.unlink(missing_ok=True)
            os.close(lock)


def write_bytes(path: Path, data: bytes, overwrite: bool = True) -> None:
    """Write `data` whole or not at all, as `replacing` does it. LivestyleError where it can't be written."""
    with replacing(path, overwrite) as part:
        part.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` in UTF-8, as `write_bytes` does it."""
    write_bytes(path, text.encode("utf-8"))


def make_folder(path: Path) -> None:
    """Make a folder unless it exists; LivestyleError if it can't be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LivestyleError(f"cannot make the folder {path}: {error.strerror}") from error


def check_folder(path: Path) -> None:
    """Make a folder where there is none; LivestyleError where it can't be made or takes no files."""
    make_folder(path)
    try:
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise LivestyleError(f"cannot write into {path}: {explained(error)}") from error


def abandoned(folder: Path) -> list[Path]:
    """The parts in a folder that killed runs left behind, oldest first."""
    with _errors(folder), alone(folder):
        found = [part for part in folder.glob("*.part") if PART.fullmatch(part.name) and not holder(part)]
        return sorted(found, key=lambda part: part.stat().st_mtime)


def rescue(part: Path) -> Path | None:
    """Rename a part that was left behind to 'out.partial.mp4', or -2, -3, …; returns the new path.

    None if it is gone, in use again, or empty; an empty one is removed.
    """
    match = PART.fullmatch(part.name)
    if match is None:
        raise LivestyleError(f"{part} is not a file that livestyle left unfinished")
    with _errors(part), alone(part.parent):
        if not part.exists() or holder(part):
            return None
        if not part.stat().st_size:
            part.unlink()
            return None
        return move_to_partial(part, part.with_name(match["name"]))


def explained(error: Exception) -> str:
    """The error text of the system or of FFmpeg, with a remedy for a full disk."""
    text = getattr(error, "strerror", None) or str(error)
    return f"{text}; make room or choose another place" if getattr(error, "errno", None) in _FULL else text


def _check_name(path: Path, overwrite: bool, source: Path | None) -> None:
    if source is not None and path.exists() and source.exists() and path.samefile(source):
        raise LivestyleError(f"{path} is input and output at once; choose another name for the output")
    if path.is_dir():
        raise LivestyleError(f"cannot write {path}: a folder is there; expected a file name")
    if path.exists() and not path.is_file():
        raise LivestyleError(f"cannot write {path}: a device or pipe is there; expected a file name")
    if path.exists() and not overwrite:
        raise LivestyleError(f"{path} exists already; choose another name or give --overwrite")


def _refuse_held(path: Path, siblings: dict[Path, int | None]) -> None:
    for process in siblings.values():
        if process is not None:
            raise LivestyleError(
                f"{path} is being written by another run (process {process}); wait, or choose another name"
            )


def _followed(path: Path) -> Path:
    return Path(os.path.realpath(path)) if path.is_symlink() else path


@contextlib.contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise LivestyleError(f"cannot write {path}: {explained(error)}") from error
