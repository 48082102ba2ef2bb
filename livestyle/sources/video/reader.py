"""Decodes a video file that nobody vouches for, one frame after the other."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
from av.packet import Packet

from livestyle.core.bars import contain
from livestyle.core.errors import LivestyleError
from livestyle.core.fit import stretch
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.sources.hardware import decoder_of
from livestyle.sources.video.container import BgrDecoder, open_container, upright_aspect
from livestyle.sources.video.decoder import BAD_DATA, PictureDecoder
from livestyle.sources.video.display_times import DisplayTimes
from livestyle.sources.video.tracks import film_track

GIVE_UP_AFTER = 100
"""Errors of the container in a row after which the rest of the file counts as lost."""


@cache
def _tell(path: Path, size: Size) -> None:
    """Once, also of a clip that is played over and over."""
    logging.getLogger("livestyle").warning(
        "%s: the picture becomes %s; it is shown whole, with bars", path.name, size
    )


class VideoReader:
    """One open video file. LivestyleError where it is none, holds no picture or is too large.

    size:    of its first frame, upright and in square pixels; frames of another size have bars in it
    codec:   what decodes it: 'h264', or 'h264 on cuda'
    damaged: packets and frames that could not be decoded and were skipped, so far
    """

    def __init__(self, path: Path) -> None:
        self.damaged = 0
        self._path = path
        self._container = open_container(path)
        try:
            self._stream = film_track(self._container, path)
            self._to_bgr = BgrDecoder()
            self._decoder = PictureDecoder(self._stream, path)
            self._decoded = self._decode()
            self._first = next(self._decoded, None)
            if self._first is None:
                raise self._decoder.nothing()
            self._aspect = upright_aspect(self._stream, self._first)
            self._seen = Size.of(self._to_bgr(self._first))
            self.size = self._seen.squared(self._aspect)
        except BaseException:
            self._container.close()
            raise
        self.codec = decoder_of(self._stream)
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or 0) or None
        self.frames = self._stream.frames or None
        self.time_base = self._stream.time_base or Fraction(1, av.time_base)

    def next(self) -> av.VideoFrame | None:
        """The next frame that can be decoded, its pts always set; None at the end."""
        frame, self._first = self._first or next(self._decoded, None), None
        return frame

    def pixels(self, frame: av.VideoFrame) -> Pixels:
        """A decoded frame as uint8 BGR of `size`, upright, the caller's own."""
        pixels = self._to_bgr(frame)
        size = Size.of(pixels)
        if size != self._seen:
            self._seen = size
            _tell(self._path, size)
        return contain(stretch(pixels, size.squared(self._aspect)), self.size)

    def close(self) -> None:
        self._container.close()

    def _decode(self) -> Iterator[av.VideoFrame]:
        end, shown = 0, DisplayTimes(self._stream)
        for packet in self._packets():
            shown.saw(packet)
            try:
                frames = self._decoder.decode(packet)
            except BAD_DATA:
                self.damaged += 1
                continue
            for frame in frames:
                if not isinstance(frame, av.VideoFrame) or frame.is_corrupt:
                    self.damaged += 1
                    continue
                pts = shown.of(frame)
                frame.pts = end if pts is None else pts
                end = frame.pts + (frame.duration or 1)
                yield frame

    def _packets(self) -> Iterator[Packet[Any]]:
        errors = 0
        while errors < GIVE_UP_AFTER:
            try:
                for packet in self._container.demux(self._stream):
                    errors = 0
                    yield packet
                return
            except BAD_DATA:
                errors += 1
                self.damaged += 1


def opened(reader: VideoReader | None, path: Path) -> VideoReader:
    """The reader of a source that was entered. LivestyleError for None: the source was not."""
    if reader is None:
        raise LivestyleError(f"{path} is not open; use it in a with block")
    return reader
