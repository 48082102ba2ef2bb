"""Files that are read whole."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.errors import LivestyleError


def check_file(path: Path, expected: str = "a file") -> None:
    """LivestyleError unless `path` is a plain file: reading a pipe or a device might never end."""
    try:
        if path.is_file():
            return
        found = "a folder" if path.is_dir() else "a device or pipe" if path.exists() else "nothing"
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise LivestyleError(f"cannot read {path}: {found}") from error
    raise LivestyleError(f"cannot read {path}: {found} there; expected {expected}")


def read_file(path: Path) -> bytes:
    """The bytes of a plain file. LivestyleError as `check_file` raises it, and if it can't be read."""
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise LivestyleError(f"cannot read {path}: {error.strerror}") from error
