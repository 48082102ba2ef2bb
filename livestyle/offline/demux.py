"""A video file taken apart: pictures to paint, packets of other tracks, on one timeline from 0 on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.frame import Pixels
from livestyle.offline.timeline import Timeline
from livestyle.sources.video.container import PROBED_BYTES, BgrDecoder, late_tracks
from livestyle.sources.video.decoder import PictureDecoder
from livestyle.sources.video.display_times import DisplayTimes

GIVE_UP_AFTER = 100
"""Errors in a row after which the rest of a file counts as lost."""

MPEG_TICK_S = Fraction(1, 90_000)

PRIMING_S = Fraction(1, 10)
"""Sound that begins so little before 0 only fills the decoder, as AAC's does; it moves nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, uint8 BGR (H, W, 3), with their times in units of the stream's time base, refined."""

    pixels: Pixels
    pts: int
    duration: int


Item: TypeAlias = "Picture | Packet[Stream]"


class Demux:
    """Iterate once, on one thread: every picture that can be decoded, with a pts above the last one's,
    and every packet of the streams that are carried along. The earliest of all these is at 0.

    first:    the first picture as decoded, known from the start: its tags say what the file is
    covers:   pictures attached to the file as they lie in it, by the index of their stream
    damaged:  pictures and packets that could not be read and were skipped, so far
    repeated: pictures that had a time no later than the one before, and were shown a tick later
    timeline: knows where the file's clock jumped
    """

    def __init__(self, container: InputContainer, stream: VideoStream, path: Path) -> None:
        """LivestyleError where no picture can be decoded."""
        self.covers: dict[int, bytes] = {}
        self.damaged = 0
        self.repeated = 0
        self.time_base = fine_time_base(stream)
        rate = stream.average_rate or stream.guessed_rate
        self._usual_step = 1 / rate if rate else Fraction(1, 25)
        self.timeline = Timeline(stream, container.format.name, self._usual_step)
        self._path = path
        self._format, self._tracks = container.format.name, len(container.streams)
        self._container = container
        self._stream = stream
        self._base = stream.time_base or Fraction(1, 90_000)
        self._carried: Collection[int] = ()
        self._start = Fraction(0)
        self._shown = DisplayTimes(stream)
        self._to_bgr = BgrDecoder()
        self._last_pts: int | None = None
        self._end = 0
        self._decoder = PictureDecoder(stream, path)
        self._items = self._read()
        self._early: list[VideoFrame | Packet[Stream]] = []
        self.first = self._peek()

    def __iter__(self) -> Iterator[Item]:
        for item in self._early:
            yield from self._give(item)
        self._early.clear()
        for item in self._items:
            yield from self._give(item)

    @property
    def seen(self) -> list[str]:
        """What was noticed of the file's times, in lines."""
        lines = []
        if jumps := self.timeline.jumps:
            at = ", ".join(f"{float(jump - self._start):.2f} s" for jump in jumps[:3])
            times = "1 time" if len(jumps) == 1 else f"{len(jumps)} times"
            lines.append(
                f"its clock jumps {times} (at {at}{', …' if jumps[3:] else ''}); the film goes on there"
            )
        if self.repeated:
            pictures = "1 picture" if self.repeated == 1 else f"{self.repeated} pictures"
            lines.append(f"{pictures} had the time of the one before, and follow it now")
        if late := late_tracks(self._path, self._format, self._tracks):
            behind = f"behind the first {PROBED_BYTES // 10**6} MB of the file"
            lines.append(f"left out: {', '.join(late)}; it begins {behind}")
        return lines

    def carry(self, carried: Collection[int]) -> Fraction:
        """Give the packets of these streams too; returns what is subtracted from all times, in s."""
        self._carried = carried
        self._start = self._earliest()
        return self._start

    def _peek(self) -> VideoFrame:
        for item in self._items:
            self._early.append(item)
            if isinstance(item, VideoFrame):
                return item
        raise self._decoder.nothing()

    def _earliest(self) -> Fraction:
        """When the first of what is carried starts, in s of the file."""
        pictures = (self._shown.of(self.first) or 0) * self._base
        others = [
            stream.start_time * stream.time_base
            for stream in self._container.streams
            if stream.index in self._carried and stream.start_time is not None and stream.time_base
        ]
        start = min([pictures, *others])
        return Fraction(0) if -PRIMING_S < start < 0 <= pictures else start

    def _give(self, item: VideoFrame | Packet[Stream]) -> Iterator[Item]:
        if not isinstance(item, VideoFrame):
            if item.stream_index in self._carried:
                yield _earlier(item, self._start)
            return
        pts = self._shown.of(item)
        shown = self._end if pts is None else round((pts * self._base - self._start) / self.time_base)
        if self._last_pts is not None and shown <= self._last_pts:
            self.repeated += 1
            shown = self._last_pts + 1
        lasts = item.duration * self._base if item.duration else self._usual_step
        duration = max(1, round(lasts / self.time_base))
        self._last_pts, self._end = shown, shown + duration
        yield Picture(self._to_bgr(item), shown, duration)

    def _read(self) -> Iterator[VideoFrame | Packet[Stream]]:
        for packet in self._packets():
            if packet.stream.disposition & Disposition.attached_pic and packet.stream is not self._stream:
                self.covers.setdefault(packet.stream_index, bytes(packet))
                continue
            if packet.stream.index != self._stream.index:  # stream_index is 0 in every packet that flushes
                yield packet
                continue
            self._shown.saw(packet)
            try:
                frames = self._decoder.decode(packet)
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
        """All packets on the timeline; the empty ones at the end of those to decode among them."""
        for packet in self._demuxed():
            if packet.size:
                yield from self.timeline.place(packet)
            elif packet.stream.index == self._stream.index:
                yield packet
        yield from self.timeline.rest()

    def _demuxed(self) -> Iterator[Packet[Stream]]:
        errors = 0
        wanted = [s for s in self._container.streams if s is self._stream or _goes_along(s)]
        while errors < GIVE_UP_AFTER:
            try:
                for packet in self._container.demux(wanted):
                    errors = 0
                    yield packet
                return
            except IndexError:  # of PyAV at the end, where there are more tracks than at first
                return
            except (av.error.FFmpegError, ValueError):
                errors += 1
                self.damaged += errors == 1


def fine_time_base(stream: VideoStream) -> Fraction:
    """The stream's, divided so that a tick is about a millisecond: pictures fit between those that repeat.

    One finer than MPEG's is MPEG's: MP4 holds no gap of more than 2^31 ticks.
    """
    base = max(stream.time_base or MPEG_TICK_S, MPEG_TICK_S)
    parts = min(round(base * 1000), 65_535 // base.denominator)
    return base / max(1, parts)


def _goes_along(stream: Stream) -> bool:
    """Whether a track beside the picture may be carried: any but another film."""
    return stream.type != "video" or bool(stream.disposition & Disposition.attached_pic)


def _earlier(packet: Packet[Stream], by_s: Fraction) -> Packet[Stream]:
    ticks = round(by_s / packet.time_base)
    packet.pts = None if packet.pts is None else packet.pts - ticks
    packet.dts = None if packet.dts is None else packet.dts - ticks
    return packet
