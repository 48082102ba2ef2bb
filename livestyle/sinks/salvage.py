"""Video files read back: whether they are whole, and what of them can be played."""

from __future__ import annotations

from pathlib import Path

import av

HEAD_BYTES = 1 << 16
"""More than what is written at the beginning of a file when it is completed."""


def as_it_is(path: Path) -> tuple[int, bytes]:
    """Length and beginning of a file: what completing it changes."""
    try:
        with path.open("rb") as file:
            return path.stat().st_size, file.read(HEAD_BYTES)
    except OSError:
        return 0, b""


def restore(path: Path, size: int, head: bytes) -> None:
    """The file as `as_it_is` found it, without a picture that is cut off."""
    with path.open("r+b") as file:
        file.truncate(size)
        file.write(head)
        file.flush()
        file.truncate(_sound_bytes(path, size))


def count_pictures(path: Path) -> int:
    """How many pictures a file holds, by reading it."""
    with av.open(str(path)) as file:
        return sum(1 for packet in file.demux(video=0) if packet.size and not packet.is_discard)


def _sound_bytes(path: Path, size: int) -> int:
    """The length of a file of `size` bytes up to a picture that is cut off."""
    with av.open(str(path)) as file:
        cut = (packet.pos for packet in file.demux(video=0) if packet.is_corrupt and packet.pos is not None)
        return next(cut, size)
