"""Decodes the pictures of a file; where a device fails in the middle of one, the CPU goes on."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError
from livestyle.core.pipes import stdin_film
from livestyle.sources.hardware import device
from livestyle.sources.video.container import open_container, reason
from livestyle.sources.video.tracks import film_track, picture_tracks

BAD_DATA = (av.error.FFmpegError, ValueError, IndexError)
"""What PyAV raises for damaged files; IndexError for packets of a stream that it does not know."""

HEVC = b"\0\0\0\1\x40\1"
"""How a stream of HEVC begins: with what FFmpeg, told to write one into AVI, doesn't call HEVC."""

UNNAMED_HEVC = (
    "they are HEVC without its name; `ffmpeg -c:v hevc -i IN.avi -c copy -tag:v HEVC OUT.avi` gives it"
)


class PictureDecoder:
    """Decodes packets of one track, in the order of the file; not those of stdin twice.

    The first packet that a device can't decode is the CPU's, with all since the keyframe before the last:
    a device keeps some pictures back. No picture is given twice. One line says what happened.
    """

    def __init__(self, stream: VideoStream, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._on_device = stream.codec_context.is_hwaccel and stdin_film(str(path)) is None
        self._before: list[Packet[Any]] = []
        self._since: list[Packet[Any]] = []
        self._last: int | None = None
        self._first: tuple[int, bytes] | None = None

    def decode(self, packet: Packet[Any]) -> list[VideoFrame]:
        """The pictures that are whole with this packet; one of BAD_DATA where it is damaged."""
        self._first = self._first or (packet.size, bytes(packet)[: len(HEVC)])
        if not self._on_device:
            return list(self._stream.codec_context.decode(packet))
        if packet.is_keyframe:
            self._before, self._since = self._since, []
        self._since.append(packet)
        try:
            frames = list(self._stream.codec_context.decode(packet))
        except av.error.EOFError:
            raise
        except BAD_DATA as error:
            return self._go_on(error)
        self._last = max((pts for pts in map(_pts, frames) if pts is not None), default=self._last)
        return frames

    def nothing(self) -> LivestyleError:
        """Why no picture came of the packets so far, as well as that can be known."""
        context = self._stream.codec_context
        size, begins = self._first or (0, b"")
        bits = context.format.padded_bits_per_pixel if context.format else 0
        if context.name == "rawvideo" and 0 < size < bits * context.width * context.height // 8:
            cause = UNNAMED_HEVC if begins == HEVC else "it breaks off, or its codec was given no name"
            return LivestyleError(
                f"{self._path} calls its pictures uncompressed, but {size} bytes hold none of "
                f"{context.width}x{context.height}: {cause}"
            )
        return LivestyleError(
            f"{self._path} holds no picture that can be decoded ({context.name}); is the file complete?"
        )

    def _go_on(self, error: Exception) -> list[VideoFrame]:
        """What the CPU makes of the packets that are kept, but for pictures that were given."""
        logging.getLogger("livestyle").warning(
            "%s: %s fails in the middle (%s); the CPU decodes the rest",
            *(self._path.name, device(), reason(error)),
        )
        self._on_device = False
        container = self._stream.container
        assert isinstance(container, InputContainer)
        indices = [track.index for track in picture_tracks(container)]
        number = indices.index(self._stream.index) + 1
        self._stream = film_track(open_container(self._path, number, on_device=False), self._path, number)
        frames: list[VideoFrame] = []
        *kept, last = self._before + self._since
        for packet in kept:
            try:
                frames += self._stream.codec_context.decode(packet)
            except BAD_DATA:  # it was the device's, and counted then
                continue
        frames += self._stream.codec_context.decode(last)
        return [f for f in frames if self._last is None or (pts := _pts(f)) is None or pts > self._last]


def _pts(frame: VideoFrame) -> int | None:
    return frame.pts if frame.pts is not None else frame.dts
