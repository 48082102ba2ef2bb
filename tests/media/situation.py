"""A situation: one small file of a kind that people have, and what each command makes of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.offline.clips import Clip, make

MAX_BYTES = 30_000
"""No file of a situation is larger."""


@dataclass(frozen=True)
class Outcome:
    """How a command ends, and what comes out of it; None = not looked at.

    code:   the exit code
    says:   patterns of what is said; without any, no warning and no error is said
    times:  when each frame is shown, in s, within two milliseconds
    ends_s: when the last one is over
    size:   (width, height)
    shape:  pixels of a width of one height: the sample aspect
    color:  mean of the first frame, BGR, within 8 of 255; of a picture with alpha BGRA
    tracks: kinds of the tracks beside the picture, in their order
    """

    code: int = 0
    says: tuple[str, ...] = ()
    times: Sequence[float] | None = None
    ends_s: float | None = None
    size: tuple[int, int] | None = None
    shape: float | None = None
    color: tuple[float, ...] | None = None
    tracks: tuple[str, ...] | None = None


def refused(*says: str) -> Outcome:
    """Exit code 2, these words, and no file."""
    return Outcome(2, says)


@dataclass(frozen=True)
class Situation:
    """One row of the corpus. The commands that it does not concern have no outcome.

    make:   writes the file, no larger than MAX_BYTES
    target, options: of `video`
    video:  `livestyle video FILE target`
    image:  `livestyle image FILE out.png`
    live:   `livestyle live --camera FILE`, two frames of it
    style:  `livestyle image --style-image FILE` of a photo
    photos: how many photos training takes of a folder with this file alone, as `train --content` does
    """

    name: str
    file: str
    make: Callable[[Path], object]
    target: str = "out.mkv"
    options: tuple[str, ...] = ()
    video: Outcome | None = None
    image: Outcome | None = None
    live: Outcome | None = None
    style: Outcome | None = None
    photos: int | None = None


def clip(*pts: int, **how: object) -> Callable[[Path], object]:
    """A maker: pictures at these times, in ms unless time_base says otherwise; see Clip."""
    return lambda path: make(path, Clip(pts, **how))  # type: ignore[arg-type]


def ffmpeg(*arguments: str) -> Callable[[Path], object]:
    """A maker: FFmpeg with these arguments before the file's name."""

    def run(path: Path) -> None:
        command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, str(path)]
        subprocess.run(command, check=True, timeout=60, cwd=path.parent)

    return run


def encoded(suffix: str, pixels: NDArray[np.integer[Any] | np.floating[Any]], *flags: int) -> bytes:
    """A picture file as OpenCV writes it."""
    good, data = cv2.imencode(suffix, pixels, flags)
    assert good
    return data.tobytes()


def written(data: bytes | Callable[[], bytes]) -> Callable[[Path], object]:
    """A maker: these bytes."""
    return lambda path: path.write_bytes(data if isinstance(data, bytes) else data())


def animation(path: Path, colors: Sequence[tuple[int, ...]], durations_ms: Sequence[int]) -> None:
    """GIF, APNG, WebP or AVIF by its suffix: one colour a picture, 80x64."""
    found = cv2.Animation()
    found.frames = [np.full((64, 80, len(color)), color, np.uint8) for color in colors]
    found.durations = list(durations_ms)
    assert cv2.imwriteanimation(str(path), found)
