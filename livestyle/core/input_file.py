"""Files that are read whole."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.errors import LivestyleError


def check_file(path: Path, expected: str = "a file") -> None:
    """LivestyleError unless `path` is a plain file with something in it; a pipe might never end."""
    try:
        if path.is_file() and path.stat().st_size:
            return
        found = _found(path)
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise LivestyleError(f"cannot read {path}: {found}") from error
    raise LivestyleError(f"cannot read {path}: {found} there; expected {expected}")


def _found(path: Path) -> str:
    """What lies where a file with something in it should."""
    if path.is_symlink() and not path.exists():
        return f"a link to {path.readlink()}, which leads to nothing,"
    if path.is_dir():
        return "a folder"
    if path.is_file():
        return "an empty file (0 bytes)"
    return "a device or pipe" if path.exists() else "nothing"


def read_file(path: Path) -> bytes:
    """The bytes of a plain file. LivestyleError as `check_file` raises it, and if it can't be read."""
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise LivestyleError(f"cannot read {path}: {error.strerror}") from error
