"""Subtitles in text that a file can't hold as they are, written in its own form."""

from __future__ import annotations

import av.error
from av.packet import Packet
from av.rational import AVRational
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from livestyle.sinks.carried import end_text
from livestyle.sinks.video_writer import VideoWriter

TEXT_CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}
"""The subtitles of each kind of file."""


MAX_BYTES = 32_768
"""No subtitle is longer; FFmpeg's encoders take the square of that in time."""


class ConvertedText:
    """The track read as text and written in the file's own form; of its looks, what that form has."""

    def __init__(self, writer: VideoWriter, template: SubtitleStream) -> None:
        """Before the writer starts. FFmpegError or ValueError where it is no text, or can't be read."""
        reader = template.codec_context
        if (
            not reader.codec.text_sub or reader.name == "cc_dec"
        ):  # captions say when they end in a later packet
            raise ValueError(f"{reader.name} is no text")
        reader.open(strict=False)
        self._writer = writer
        self._end = 0
        self._reader = reader
        stream = writer.out.add_stream(TEXT_CODECS[writer.container])
        assert isinstance(stream, SubtitleStream)
        self._stream = stream
        self._stream.codec_context.subtitle_header = reader.subtitle_header
        self._stream.metadata.update(template.metadata)
        self._stream.disposition = template.disposition

    def write(self, packet: Packet[Stream]) -> None:
        if packet.pts is None or packet.size > MAX_BYTES:
            self._writer.lost += 1
            return
        try:
            read = self._reader.decode2(packet)
            text = self._stream.codec_context.encode_subtitle(read) if read else None
        except (av.error.FFmpegError, ValueError):
            self._writer.lost += 1
            return
        if text is None or not text.size:
            return
        text.pts = text.dts = packet.pts
        text.duration, text.time_base = packet.duration, packet.time_base
        text.stream = self._stream
        base = self._stream.time_base
        assert base is not None
        text.rescale_ts(AVRational(base))
        self._end = max(self._end, (text.pts or 0) + (text.duration or 0))
        self._writer.mux(text)

    def finish(self) -> None:
        end_text(self._writer, self._stream, self._end)
