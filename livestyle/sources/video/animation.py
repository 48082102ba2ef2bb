"""Animations that FFmpeg doesn't read: WebP."""

from __future__ import annotations

import io
import warnings
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from livestyle.core.errors import LivestyleError
from livestyle.sources.picture import MAX_PIXELS

STILL_MS = 100
"""How long a picture is shown whose file says no time; browsers do so."""


def is_webp(path: Path) -> bool:
    """Whether a file begins as WebP does."""
    with path.open("rb") as file:
        head = file.read(12)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


def as_film(path: Path) -> io.BytesIO:
    """A WebP animation as a lossless matroska film in memory, with its times and its transparency.

    LivestyleError where it is damaged, one picture only, or too large.
    """
    film = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as file, av.open(film, "w", format="matroska") as out:
                _check(file, path)
                _write(file, out)
    except LivestyleError:
        raise
    except Exception as error:  # of damaged files Pillow raises what its readers happen to
        raise LivestyleError(f"cannot read {path}: {error}; expected a video file") from error
    film.seek(0)
    return film


def _check(file: Image.Image, path: Path) -> None:
    if getattr(file, "n_frames", 1) < 2:
        raise LivestyleError(f"{path} is one picture; `livestyle image` paints it")
    if file.width * file.height > MAX_PIXELS:
        raise LivestyleError(f"{path} is {file.width}x{file.height}; expected at most {MAX_PIXELS} px in all")


def _write(file: Image.Image, out: av.container.OutputContainer) -> None:
    base = Fraction(1, 1000)
    stream = out.add_stream("ffv1", rate=25)
    assert isinstance(stream, VideoStream)
    stream.width, stream.height, stream.pix_fmt = file.width, file.height, "bgra"
    stream.time_base = stream.codec_context.time_base = base
    start = 0
    for number in range(file.n_frames):  # type: ignore[attr-defined]
        file.seek(number)
        frame = VideoFrame.from_ndarray(np.asarray(file.convert("RGBA")), "rgba")
        frame.pts, frame.time_base = start, base
        frame.duration = int(file.info.get("duration") or STILL_MS)
        for packet in stream.encode(frame):
            packet.duration = frame.duration
            out.mux(packet)
        start += frame.duration
    out.mux(stream.encode(None))
