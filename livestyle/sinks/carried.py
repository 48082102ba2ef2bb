"""Tracks beside the picture, carried into a file as they are."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Protocol

import av
import av.error
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.rational import AVRational
from av.stream import Stream

from livestyle.sinks.video_writer import VideoWriter

NO_TEXT = b"\0\0"

ENDLESS = 2**32 - 1
"""FFmpeg's duration of a subtitle that stays until the next one; MP4 takes none so long."""

TICK = Fraction(1, 1000)


class Carried(Protocol):
    """A track that goes along. Used by the thread that writes."""

    def write(self, packet: Packet[Stream]) -> None:
        """Take one packet of the source's track; one that can't be read or held is counted in the writer's
        `lost`. LivestyleError where the disk refuses.
        """
        ...

    def finish(self) -> None:
        """Write what is still to be written, when no more packets come."""
        ...


class CopiedTrack:
    """Packets as they are, each later than the one before; in MP4 AAC has no heads, as it has in streams."""

    def __init__(self, writer: VideoWriter, template: Stream) -> None:
        """Before the writer starts. ValueError or FFmpegError where the container can't hold it."""
        self._writer = writer
        self._stream = add_like(writer, template)
        self._loose = writer.container in ("matroska", "webm")
        self._last: int | None = None
        self._end = 0
        self._bare: BitStreamFilterContext | None = None
        if not self._loose and isinstance(template, AudioStream) and template.codec_context.name == "aac":
            self._bare = BitStreamFilterContext("aac_adtstoasc", template)

    def write(self, packet: Packet[Stream]) -> None:
        base = packet.time_base
        try:
            packets = self._bare.filter(packet) if self._bare else [packet]
        except (av.error.FFmpegError, ValueError):
            self._writer.lost += 1
            return
        for one in packets:
            one.time_base = base
            self._write(one)

    def _write(self, packet: Packet[Stream]) -> None:
        if packet.dts is None:
            packet.dts = packet.pts
        if packet.dts is None:
            self._writer.lost += 1
            return
        base = self._stream.time_base
        assert base is not None
        packet.rescale_ts(AVRational(base))
        if packet.duration == ENDLESS:
            packet.duration = 0
        if self._last is not None:
            packet.dts = max(packet.dts, self._last + (0 if self._loose else 1))
        if packet.pts is None or packet.pts < packet.dts:
            packet.pts = packet.dts
        self._last, self._end = packet.dts, packet.pts + (packet.duration or 0)
        packet.stream = self._stream
        self._writer.mux(packet)

    def finish(self) -> None:
        end_text(self._writer, self._stream, self._end)


def add_like(writer: VideoWriter, template: Stream) -> Stream:
    """A track of the same codec, name and purpose; ValueError or FFmpegError where that can't be."""
    stream = writer.out.add_stream_from_template(template)
    stream.metadata.update(template.metadata)
    stream.disposition = template.disposition
    return stream


def end_text(writer: VideoWriter, stream: Stream, end: int) -> None:
    """Let the text of an MP4 be over at `end`, in ticks of the track.

    FFmpeg ends it with an empty sample as long as the last text was: an empty one of a tick goes before.
    """
    if end and stream.codec_context is not None and stream.codec_context.name == "mov_text":
        packet: Packet[Stream] = Packet(NO_TEXT)
        packet.stream, packet.time_base = stream, stream.time_base or TICK
        packet.pts, packet.dts, packet.duration = end, end, 1
        writer.mux(packet)


def holds(container: str, template: Stream) -> bool:
    """Whether a kind of file, by FFmpeg's name, can hold packets of a track as they are: one is begun.

    An MP4 has to say which loudspeakers PCM is for, and not every file says it.
    """
    context = template.codec_context
    layout = context.layout.name if isinstance(context, AudioCodecContext) else ""
    if container in ("mp4", "mov") and layout.endswith(" channels") and context.name.startswith("pcm_"):
        return False
    with io.BytesIO() as nowhere:
        out = av.open(nowhere, "w", format=container)
        try:
            stream = out.add_stream_from_template(template)
            out.start_encoding()
            if template.type == "data":
                out.mux_one(_one(stream))
            out.close()
            return template.type != "data" or _reads_back(nowhere, template)
        except (av.error.FFmpegError, ValueError, OSError):
            return False


def _one(stream: Stream) -> Packet[Stream]:
    packet: Packet[Stream] = Packet(bytes(8))
    packet.stream, packet.time_base = stream, TICK
    packet.pts = packet.dts = 0
    return packet


def _reads_back(file: io.BytesIO, template: Stream) -> bool:
    """Whether data is what it was: FFmpeg writes tracks of any into MOV, without saying of which kind."""
    file.seek(0)
    with av.open(file) as written:
        return bool(template.name) and [stream.name for stream in written.streams] == [template.name]
