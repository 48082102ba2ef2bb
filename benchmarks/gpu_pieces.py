"""A folder as pieces of a compressed tar file, for machines that give back only small files."""

from __future__ import annotations

import tarfile
from pathlib import Path

PIECE_BYTES = 15 << 20
NAME = "training.tgz."


def split(folder: Path, out: Path) -> None:
    """The folder in OUT/training.tgz.0, .1, … in place of the pieces there; nothing of a missing folder.

    Of the sheets of a training the last one only.
    """
    if not folder.exists():
        return
    for piece in out.glob(f"{NAME}*"):
        piece.unlink()
    whole = folder.with_suffix(".tgz")
    with tarfile.open(whole, "w:gz", compresslevel=1) as tar:
        for path in sorted(folder.rglob("*")):
            sheets = sorted(path.parent.glob("sheet-*.jpg"))
            if path.is_file() and (path not in sheets or path == sheets[-1]):
                tar.add(path, path.relative_to(folder))
    with whole.open("rb") as file:
        number = 0
        while data := file.read(PIECE_BYTES):
            (out / f"{NAME}{number}").write_bytes(data)
            number += 1
    whole.unlink()


def join(out: Path, folder: Path) -> None:
    """What `split` does, undone; nothing where there are no pieces."""
    pieces = sorted(out.glob(f"{NAME}*"), key=lambda path: int(path.suffix[1:]))
    if not pieces:
        return
    whole = folder.with_suffix(".tgz")
    with whole.open("wb") as file:
        for piece in pieces:
            file.write(piece.read_bytes())
    with tarfile.open(whole) as tar:
        tar.extractall(folder, filter="data")
    whole.unlink()
