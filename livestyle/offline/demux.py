"""A video file taken apart: pictures to paint, packets to copy, in the file's order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.sources.video.container import BgrDecoder

GIVE_UP_AFTER = 100
"""Errors in a row after which the rest of a file counts as lost."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, uint8 BGR (H, W, 3), with their times in units of the stream's time base."""

    pixels: Pixels
    pts: int
    duration: int


Item: TypeAlias = "Picture | Packet[Stream]"


class Demux:
    """Iterate once, on one thread: every picture that can be decoded, with a pts above the last one's,
    and every packet of the streams to copy.

    first:   the first picture as decoded, known from the start: its tags say what the file is
    copied:  set before iterating to the indices of the streams whose packets are wanted
    damaged: pictures and packets that could not be read and were skipped, so far
    """

    def __init__(self, container: InputContainer, stream: VideoStream, path: Path) -> None:
        """LivestyleError where no picture can be decoded."""
        self.copied: Collection[int] = ()
        self.damaged = 0
        self._container = container
        self._stream = stream
        self._to_bgr = BgrDecoder()
        self._last_pts: int | None = None
        self._end = 0
        self._items = self._read()
        self._early: list[VideoFrame | Packet[Stream]] = []
        self.first = self._peek(path)

    def __iter__(self) -> Iterator[Item]:
        for item in self._early:
            yield from self._give(item)
        self._early.clear()
        for item in self._items:
            yield from self._give(item)

    def _peek(self, path: Path) -> VideoFrame:
        for item in self._items:
            self._early.append(item)
            if isinstance(item, VideoFrame):
                return item
        raise LivestyleError(f"{path} holds no picture that can be decoded; is the file complete?")

    def _give(self, item: VideoFrame | Packet[Stream]) -> Iterator[Item]:
        if not isinstance(item, VideoFrame):
            if item.stream_index in self.copied:
                yield item
            return
        pts = item.pts if item.pts is not None else item.dts
        pts = self._end if pts is None else pts
        if self._last_pts is not None and pts <= self._last_pts:
            self.damaged += 1
            return
        self._last_pts, self._end = pts, pts + (item.duration or 1)
        yield Picture(self._to_bgr(item), pts, item.duration or 0)

    def _read(self) -> Iterator[VideoFrame | Packet[Stream]]:
        for packet in self._packets():
            if packet.stream.index != self._stream.index:  # stream_index is 0 in every packet that flushes
                if packet.size and packet.dts is not None:
                    yield packet
                continue
            try:
                frames = self._stream.decode(packet)
            except av.error.EOFError:
                continue
            except (av.error.FFmpegError, ValueError):
                self.damaged += 1
                continue
            for frame in frames:
                if frame.is_corrupt or not frame.width:
                    self.damaged += 1
                else:
                    yield frame

    def _packets(self) -> Iterator[Packet[Stream]]:
        errors = 0
        wanted = [s for s in self._container.streams if s is self._stream or s.type in ("audio", "subtitle")]
        while errors < GIVE_UP_AFTER:
            try:
                for packet in self._container.demux(wanted):
                    errors = 0
                    yield packet
                return
            except (av.error.FFmpegError, ValueError, IndexError):  # IndexError: a stream it does not know
                errors += 1
                self.damaged += errors == 1
