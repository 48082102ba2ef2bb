"""What a film has beside its pictures: what of it goes into the painted one, and in which form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import AttachmentStream, Disposition, Stream
from av.subtitles.stream import SubtitleStream

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.sinks.carried import Carried, CopiedTrack, holds
from livestyle.sinks.sound import ConvertedSound, sound_codec
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
    """Decides on every track but the picture's. Nothing is left out without being named.

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
        self._suffix = writer.path.suffix
        self._left: list[str] = []
        self._converted: list[str] = []
        numbers: dict[str, int] = {}
        _describe(writer.picture, picture)
        for stream in container.streams:
            numbers[stream.type] = numbers.get(stream.type, 0) + 1
            self._take(stream, numbers[stream.type], covers)
        if self._converted:
            warn(f"{self._suffix} can't hold {'; '.join(self._converted)}; .mkv keeps all as it is")
        if self._left:
            matroska = writer.container == "matroska"
            hint = "" if matroska else "; .mkv may keep more"
            warn(f"left out, as {self._suffix} can't hold it: {', '.join(self._left)}{hint}")

    def finish(self) -> None:
        """After the last packet."""
        for track in self.tracks.values():
            track.finish()

    def _take(self, stream: Stream, number: int, covers: Mapping[int, bytes]) -> None:
        if isinstance(stream, AudioStream):
            self._take_sound(stream, number)
        elif isinstance(stream, SubtitleStream):
            self._take_text(stream, number)
        elif stream.disposition & Disposition.attached_pic:
            if stream.index in covers:
                self._take_cover(stream, covers[stream.index])
        elif isinstance(stream, AttachmentStream):
            self._take_attachment(stream)
        elif stream.type != "video":
            self._take_data(stream, number)

    def _take_sound(self, stream: AudioStream, number: int) -> None:
        if self._audio is Audio.NONE:
            return
        codec, made = stream.codec_context.name, sound_codec(self._writer.container)
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
        self.tracks[stream.index] = ConvertedSound(self._writer, stream)
        if self._audio is Audio.AUTO:
            self._converted.append(f"sound {number} ({codec}) as it is: it is converted to {NAMES[made]}")

    def _take_text(self, stream: SubtitleStream, number: int) -> None:
        if self._copied(stream):
            return
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        try:
            self.tracks[stream.index] = ConvertedText(self._writer, stream)
        except (ValueError, AttributeError, av.error.FFmpegError):
            self._left.append(f"subtitles {number} ({codec})")
            return
        made = NAMES[TEXT_CODECS[self._writer.container]]
        self._converted.append(f"subtitles {number} ({codec}) as they are: they are converted to {made}")

    def _take_cover(self, stream: Stream, data: bytes) -> None:
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        if self._writer.container == "matroska" and codec in COVERS:
            self._writer.out.add_attachment(*COVERS[codec], data)
        elif not self._copied(stream):
            self._left.append(f"a cover ({codec})")

    def _take_attachment(self, stream: AttachmentStream) -> None:
        name = stream.metadata.get("filename", "an attachment")
        if self._writer.container == "matroska":
            self._writer.out.add_attachment(name, stream.mimetype or "application/octet-stream", stream.data)
        else:
            self._left.append(name)

    def _take_data(self, stream: Stream, number: int) -> None:
        if not self._copied(stream):
            what = stream.metadata.get("handler_name", "").strip() or stream.type
            self._left.append(f"data {number} ({what})")

    def _copied(self, stream: Stream) -> bool:
        if not holds(self._writer.container, stream):
            return False
        self.tracks[stream.index] = CopiedTrack(self._writer, stream)
        return True


def still_true(metadata: Mapping[str, str]) -> dict[str, str]:
    """What metadata says of the film, not of the file it lies in."""
    return {key: value for key, value in metadata.items() if not key.lower().startswith(ABOUT_THE_FILE)}


def moved(chapters: list[Chapter], by_s: Fraction) -> list[Chapter]:
    """Chapters so much earlier, none before 0."""
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
