"""Films with subtitles that are pictures."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

from tests.media.recorders import H264, PICTURES, TEN_S
from tests.media.situation import Outcome, Situation, ffmpeg

SEEN = Outcome()
SHOWN_AT, OVER_AT = 9_000, 27_000
"""In ticks of MPEG."""


def pgs() -> bytes:
    """A white box of 8x4, from 0.1 to 0.3 s, as a Blu-ray has it."""
    pixels = (b"\1" * 8 + b"\0\0") * 4
    window = bytes([1]) + struct.pack(">BHHHH", 0, 10, 10, 8, 4)
    palette = bytes([0, 0, 1, 235, 128, 128, 255])
    box = struct.pack(">HBB", 0, 0, 0xC0) + (len(pixels) + 4).to_bytes(3, "big") + struct.pack(">HH", 8, 4)
    shows = struct.pack(">HHBHBBBBHBBHH", 96, 64, 16, 0, 0x80, 0, 0, 1, 0, 0, 0, 10, 10)
    ends = struct.pack(">HHBHBBBB", 96, 64, 16, 1, 0, 0, 0, 0)
    first = ((0x16, shows), (0x17, window), (0x14, palette), (0x15, box + pixels), (0x80, b""))
    last = ((0x16, ends), (0x17, window), (0x80, b""))
    return b"".join(
        b"PG" + struct.pack(">IIBH", time, 0, kind, len(data)) + data
        for time, parts in ((SHOWN_AT, first), (OVER_AT, last))
        for kind, data in parts
    )


def subtitled(codec: str) -> Callable[[Path], object]:
    """A maker: a film with the box in one of FFmpeg's codecs for it."""

    def run(path: Path) -> None:
        box = path.with_name("box.sup")
        box.write_bytes(pgs())
        ffmpeg(*PICTURES, "-i", box.name, "-map", "0", "-map", "1", *H264, "-c:s", codec)(path)
        box.unlink()

    return run


SUBTITLES = (
    Situation(
        "subtitles_of_a_disc",
        "film.mkv",
        subtitled("copy"),
        video=Outcome(times=TEN_S, tracks=("subtitle",)),
        live=SEEN,
    ),
    Situation(
        "subtitles_of_a_disc_to_mp4",
        "film.mkv",
        subtitled("copy"),
        target="out.mp4",
        video=Outcome(times=TEN_S, tracks=(), says=(r"subtitles 1 \(pgssub, left out\); \.mkv",)),
    ),
    Situation(
        "subtitles_without_an_end_to_mp4",
        "film.mkv",
        subtitled("dvdsub"),
        target="out.mp4",
        video=Outcome(times=TEN_S, tracks=("subtitle",)),
        live=SEEN,
    ),
)
