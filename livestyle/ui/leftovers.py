"""Recordings that an earlier run could not finish: found at the next start, and given a name."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import av

from livestyle.core.errors import LivestyleError
from livestyle.core.output_file import abandoned, rescue
from livestyle.sinks.encoders import CONTAINERS


def rescued(folders: Iterable[Path]) -> list[str]:
    """Name what was left in these folders 'out.partial.mp4'; gives what to tell the user."""
    lines = []
    for folder in sorted({folder.absolute() for folder in folders}):
        with contextlib.suppress(LivestyleError):
            lines += [line for part in abandoned(folder) if (line := _rescued(part))]
    return lines


def _rescued(part: Path) -> str:
    name = part.name.rpartition(".livestyle-")[0]
    if Path(name).suffix.lower() not in CONTAINERS:
        return ""
    kept = rescue(part)
    return f"{name} was cut off in an earlier run; what there is: {kept} ({_length(kept)})" if kept else ""


def _length(path: Path) -> str:
    """'12 s', by reading the times in the file."""
    try:
        with av.open(str(path)) as file:
            times = [
                packet.pts * packet.time_base for packet in file.demux(video=0) if packet.pts is not None
            ]
    except (av.FFmpegError, ValueError, IndexError):
        return "it can't be played"
    return f"{float(max(times) - min(times)):.0f} s" if times else "it can't be played"
