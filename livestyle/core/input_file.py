"""Files that are read whole."""

from __future__ import annotations

from pathlib import Path

from livestyle.core.errors import LivestyleError


def check_file(path: Path, expected: str = "a file") -> None:
    """LivestyleError where there is no plain file: reading a pipe or a device might wait for ever."""
    try:
        if path.is_file():
            return
        found = "a folder" if path.is_dir() else "a device or pipe" if path.exists() else "nothing"
    except (OSError, ValueError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise LivestyleError(f"cannot read {path}: {found}") from error
    raise LivestyleError(f"cannot read {path}: {found} there; expected {expected}")


def read_file(path: Path) -> bytes:
    """What a plain file holds. LivestyleError as of `check_file`, and where it can't be read."""
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise LivestyleError(f"cannot read {path}: {error.strerror}") from error
