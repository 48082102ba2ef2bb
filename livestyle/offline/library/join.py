"""Painted pieces joined to one film, without encoding anything anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Self

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.progress import Report
from livestyle.core.size import Size
from livestyle.offline.beside import Beside, moved, still_true
from livestyle.offline.library.pieces import Piece
from livestyle.offline.painter import FilmProgress
from livestyle.offline.video import TranscodeOptions, transcode
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.picture_encoder import PictureTimes
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter
from livestyle.stylizer.stylizer import Stylizer

REST_SIDE_PX = 64
"""Sides of the blank pictures in the place of the painted ones."""


class Blank(Stylizer):
    """Paints everything black, without an engine."""

    def open(self, size: Size) -> Self:
        return self

    def submit(self, pixels: Pixels) -> None:
        scale = self.model.card.scale
        self._flight.painted.append(np.zeros((pixels.shape[0] * scale, pixels.shape[1] * scale, 3), np.uint8))


def copy_rest(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions,
    progress: Callable[[FilmProgress], None],
    warn: Report,
) -> None:
    """All of a film but what its pictures show: blank ones, each at its time, and what is beside them.

    It comes of `transcode`: times, sound and all that is told of the film are those of the film painted
    whole. LivestyleError as there.
    """
    webm = target.suffix.lower() == ".webm"
    encoding = Encoding("libvpx-vp9", 60) if webm else Encoding("libx264", 51, "ultrafast")
    small = replace(options, max_side=REST_SIDE_PX, encoding=encoding, controls={}, overwrite=True)
    transcode(source, target, Blank(stylizer.model), small, progress, warn)


def join(rest: Path, parts: Sequence[Path], pieces: Sequence[Piece], target: Path) -> int:
    """Put the pictures of the pieces in the places of the blank ones of `rest`; gives how many there are.

    Packets are copied. LivestyleError where the numbers of pictures differ, or those of the pieces were not
    encoded alike.
    """
    with av.open(str(rest)) as whole, av.open(str(parts[0])) as first:
        blank, painted = whole.streams.video[0], first.streams.video[0]
        times = _Times(rest, pieces)
        rate = blank.average_rate or Fraction(25)
        form = VideoFormat(Size(painted.width, painted.height), times.base, rate)
        writer = VideoWriter(target, form, overwrite=True, encoded=painted)
        try:
            assert isinstance(writer.picture, VideoStream)
            writer.picture.time_base = times.base
            writer.picture.codec_context.framerate = rate
            beside = Beside(writer, whole, blank, Audio.COPY, {}, lambda _: None)
            writer.set_metadata(still_true(whole.metadata), moved(whole.chapters(), Fraction(0)))
            writer.start()
            pictures = times.timed(_packets(parts, pieces, painted))
            for packet in whole.demux():
                if packet.stream_index == blank.index and packet.size:
                    picture = next(pictures)
                    picture.stream = writer.picture
                    writer.mux(picture)
                    writer.frames += 1
                elif packet.stream_index in beside.tracks and packet.dts is not None:
                    beside.tracks[packet.stream_index].write(packet)
            beside.finish()
        except BaseException:
            writer.discard()
            raise
        writer.finish()
        return writer.frames


class _Times:
    """When the pictures of `rest` are shown, for those of the pieces. base: of these times, in s."""

    def __init__(self, rest: Path, pieces: Sequence[Piece]) -> None:
        with av.open(str(rest)) as file:
            base = file.streams.video[0].time_base
            assert base is not None
            self.base = base
            shown = sorted((packet.pts or 0, packet.duration or 0) for packet in _read(file))
        if len(shown) != sum(piece.pictures for piece in pieces):
            raise LivestyleError(
                f"{rest} has {len(shown)} pictures, its pieces {sum(piece.pictures for piece in pieces)}"
            )
        self._times = PictureTimes(1)
        for pts, duration in shown:
            self._times.add(pts, duration)

    def timed(self, packets: Iterator[tuple[Packet[Stream], int, int]]) -> Iterator[Packet[Stream]]:
        """Packets with the numbers of their pictures, and how many pictures they are decoded early."""
        for number, (packet, index, delay) in enumerate(packets, 1):
            packet.pts, packet.dts, packet.duration = self._times.of(index, delay)
            packet.time_base = self.base
            if number == self._times.count:  # players take the end of the file from it
                packet.dts, packet.duration = packet.pts, self._times.end - packet.pts
            yield packet


def _packets(
    parts: Sequence[Path], pieces: Sequence[Piece], like: VideoStream
) -> Iterator[tuple[Packet[Stream], int, int]]:
    """Of one piece after the other: each packet, the number of its picture in the film, the delay."""
    begun = 0
    delay = max(_delay(part) for part in parts)
    for part, piece in zip(parts, pieces, strict=True):
        with av.open(str(part)) as file:
            stream = file.streams.video[0]
            if stream.codec_context.extradata != like.codec_context.extradata:
                raise LivestyleError(f"{part} is encoded otherwise than the first piece")
            packets = _read(file)
            if len(packets) != piece.pictures:
                raise LivestyleError(f"{part} has {len(packets)} pictures; expected {piece.pictures}")
            for packet, rank in zip(packets, _ranks(packets), strict=True):
                yield packet, begun + rank, delay
        begun += piece.pictures


def _read(file: InputContainer) -> list[Packet[Stream]]:
    """The packets of the pictures, in the file's order."""
    stream: Stream = file.streams.video[0]
    return [packet for packet in file.demux(stream) if packet.size]


def _delay(part: Path) -> int:
    """How many pictures are decoded before the first of them may be shown."""
    with av.open(str(part)) as file:
        ranks = _ranks(_read(file))
    return max(number - rank for number, rank in enumerate(ranks))


def _ranks(packets: Sequence[Packet[Stream]]) -> list[int]:
    """The places of packets in the order in which they are shown."""
    order = sorted(range(len(packets)), key=lambda number: packets[number].pts or 0)
    ranks = [0] * len(packets)
    for rank, number in enumerate(order):
        ranks[number] = rank
    return ranks
