"""Where films lie until they are whole: a folder for each version of an input and each way to paint it."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path

from livestyle.core.output_file import abandoned, make_folder
from livestyle.offline.library.manifest import Fingerprint

SCRATCH_NAME = ".livestyle"


def scratch_of(root: Path, file: str, source: Fingerprint, recipe: str) -> Path:
    """The folder for an input of this name, as it is now, painted by a recipe; it need not exist.

    What lies there under its final name is whole, and what it would be if it were painted again.
    """
    version = f"{source.size}-{source.changed_ns}-{recipe}"
    return root / SCRATCH_NAME / f"{_short_hash(file)}-{_short_hash(version)}"


def prepare(scratch: Path, fresh: bool) -> None:
    """Make the folder. What there is for other versions of the file is removed; with `fresh`, all there is.

    LivestyleError where the disk refuses.
    """
    for folder in scratch.parent.glob(f"{scratch.name.partition('-')[0]}-*"):
        if fresh or folder != scratch:
            shutil.rmtree(folder, ignore_errors=True)
    make_folder(scratch)


def sweep(scratch: Path) -> None:
    """Remove what runs that were ended have left unfinished."""
    for part in (*abandoned(scratch), *scratch.glob("*.partial*")):
        part.unlink(missing_ok=True)


def remove(scratch: Path) -> None:
    """Take it away, and the folder that it lies in when it was the last there."""
    shutil.rmtree(scratch, ignore_errors=True)
    with contextlib.suppress(OSError):
        scratch.parent.rmdir()


def remove_all(root: Path) -> None:
    """Take away all there is of any film."""
    shutil.rmtree(root / SCRATCH_NAME, ignore_errors=True)


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:12]
