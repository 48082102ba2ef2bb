"""What a film has beside its pictures: what of it goes into the painted one, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import av.error
from av.audio.codeccontext import AudioCodecContext
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.stream import AttachmentStream, Discard, Disposition, Stream
from av.subtitles.stream import SubtitleStream

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.sinks.carried import Carried, CopiedTrack, holds
from livestyle.sinks.encoders import RAW_VIDEO, sound_codec
from livestyle.sinks.sound import ConvertedSound
from livestyle.sinks.text import TEXT_CODECS, ConvertedText
from livestyle.sinks.video_writer import VideoWriter

if TYPE_CHECKING:
    from av.container.core import Chapter

NAMES = {"aac": "AAC", "libopus": "Opus", "mov_text": "mov_text", "subrip": "SubRip", "webvtt": "WebVTT"}
COVERS = {"mjpeg": ("cover.jpg", "image/jpeg"), "png": ("cover.png", "image/png")}
ABOUT_THE_FILE = (
    *("duration", "number_of_", "bps", "_statistics_", "encoder", "vendor_id", "rotate"),
    *("major_brand", "minor_version", "compatible_brands"),
)
"""Beginnings of what is said, in small letters, of the file as it was: no longer true."""


class Beside:
    """Decides on every track but the picture's. What is converted or left out is named.

    tracks: those whose packets are carried, by their index in the source
    """

    def __init__(
        self,
        writer: VideoWriter,
        container: InputContainer,
        picture: Stream,
        audio: Audio,
        covers: Mapping[int, bytes],
        warn: Callable[[str], None],
    ) -> None:
        """Before `writer` starts. LivestyleError where the sound can't be had as `audio` asks."""
        self.tracks: dict[int, Carried] = {}
        self._writer = writer
        self._audio = audio
        self._covers = covers
        self._suffix = writer.path.suffix or f"a pipe of {writer.container}"
        self._said: list[str] = []
        self._converted: dict[str, ConvertedSound] = {}
        self._warn = warn
        self._kept_elsewhere = False
        _describe(writer.picture, picture)
        numbers: dict[str, int] = {}
        for stream in container.streams:
            numbers[stream.type] = numbers.get(stream.type, 0) + 1
            if stream.index != picture.index and not stream.discard & Discard.all:  # the text of chapters
                self._take(stream, numbers[stream.type])
        if self._said:
            hint = "; .mkv keeps it as it is" if self._kept_elsewhere else ""
            warn(f"{self._suffix} can't hold {', '.join(self._said)}{hint}")

    def finish(self) -> None:
        """After the last packet."""
        for track in self.tracks.values():
            track.finish()
        for what, sound in self._converted.items():
            if not sound.heard:
                self._warn(f"none of {what} can be decoded: it is silent in the painted film; .mkv keeps it")

    def _take(self, stream: Stream, number: int) -> None:
        if self._writer.container == RAW_VIDEO:
            self._say(f"{stream.type} {number} (left out)", True)
        elif isinstance(stream, AudioStream):
            self._take_sound(stream, number)
        elif isinstance(stream, SubtitleStream):
            self._take_text(stream, number)
        elif stream.disposition & Disposition.attached_pic:
            self._take_cover(stream)
        elif isinstance(stream, AttachmentStream):
            self._take_attachment(stream)
        elif stream.type != "video":
            self._take_data(stream, number)

    def _take_sound(self, stream: AudioStream, number: int) -> None:
        if self._audio is Audio.NONE:
            return
        codec, made = codec_name(stream), sound_codec(self._writer.container)
        if self._audio is Audio.AAC and made != "aac":
            raise LivestyleError(f"{self._suffix} can't hold AAC; choose .mp4 or .mkv, or leave --audio out")
        wanted = self._audio is not Audio.AAC or codec == "aac"
        if wanted and self._copied(stream):
            return
        if self._audio is Audio.COPY:
            raise LivestyleError(
                f"{self._suffix} can't hold {codec} sound (track {number}) as it is; choose .mkv, "
                "leave --audio out to convert it, or give --audio none"
            )
        if not isinstance(stream.codec_context, AudioCodecContext):
            self._say(f"sound {number} (unknown, left out)", False)
            return
        self.tracks[stream.index] = converted = ConvertedSound(self._writer, stream)
        self._converted[f"sound {number} ({codec})"] = converted
        if self._audio is Audio.AUTO:
            self._say(f"sound {number} ({codec}, converted to {NAMES[made]})", True)

    def _take_text(self, stream: SubtitleStream, number: int) -> None:
        if self._copied(stream):
            return
        codec = codec_name(stream)
        kept_elsewhere = holds("matroska", stream)
        try:
            self.tracks[stream.index] = ConvertedText(self._writer, stream)
        except (ValueError, AttributeError, av.error.FFmpegError):
            self._say(f"subtitles {number} ({codec}, left out)", kept_elsewhere)
        else:
            made = NAMES[TEXT_CODECS[self._writer.container]]
            self._say(f"subtitles {number} ({codec}, converted to {made})", kept_elsewhere)

    def _take_cover(self, stream: Stream) -> None:
        """FFmpeg writes no cover into a fragmented MP4."""
        codec = codec_name(stream)
        if self._writer.container == "matroska" and codec in COVERS and stream.index in self._covers:
            self._writer.out.add_attachment(*COVERS[codec], self._covers[stream.index])
        else:
            self._say(f"a cover ({codec}, left out)", codec in COVERS)

    def _take_attachment(self, stream: AttachmentStream) -> None:
        name = stream.metadata.get("filename", "an attachment")
        if self._writer.container == "matroska":
            self._writer.out.add_attachment(name, stream.mimetype or "application/octet-stream", stream.data)
        else:
            self._say(f"{name} (left out)", True)

    def _take_data(self, stream: Stream, number: int) -> None:
        """Gives a timecode to the picture's track; FFmpeg stores it as the kind of file does."""
        if timecode := stream.metadata.get("timecode"):
            self._writer.picture.metadata.setdefault("timecode", timecode)
        elif not self._copied(stream):
            what = stream.metadata.get("handler_name", "").strip() or stream.type
            self._say(f"data {number} ({what}, left out)", False)

    def _copied(self, stream: Stream) -> bool:
        if not holds(self._writer.container, stream):
            return False
        self.tracks[stream.index] = CopiedTrack(self._writer, stream)
        return True

    def _say(self, what: str, kept_elsewhere: bool) -> None:
        """Name what was left out or converted. kept_elsewhere: .mkv could hold it as it is."""
        self._said.append(what)
        self._kept_elsewhere |= kept_elsewhere and self._writer.container != "matroska"


def codec_name(stream: Stream) -> str:
    """FFmpeg's name of what decodes a track."""
    return stream.codec_context.name if isinstance(stream.codec_context, CodecContext) else "unknown"


def still_true(metadata: Mapping[str, str]) -> dict[str, str]:
    """The entries of metadata that describe the film, and not the file that it lies in."""
    return {key: value for key, value in metadata.items() if not key.lower().startswith(ABOUT_THE_FILE)}


def moved(chapters: list[Chapter], by_s: Fraction) -> list[Chapter]:
    """The chapters, `by_s` earlier; none begins before 0."""
    found: list[Chapter] = []
    for chapter in chapters:
        ticks = round(by_s / (chapter["time_base"] or 1))
        start, end = (max(0, chapter[when] - ticks) for when in ("start", "end"))
        found.append({**chapter, "start": start, "end": end})
    return found


def _describe(made: Stream, picture: Stream) -> None:
    """Language, name, timecode and purpose of the picture's track."""
    made.metadata.update(still_true(picture.metadata))
    made.disposition = picture.disposition
