"""One video file in the making: painted pictures, copied packets, and the promise about its name."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from livestyle.core.ending import uninterrupted
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import OutputFile, explained
from livestyle.core.size import Size
from livestyle.core.sound import RATE_HZ, Samples
from livestyle.sinks.encoders import (
    MUXER_OPTIONS,
    Encoding,
    container_of,
    encoder_name,
    encoder_options,
    pixel_format,
)

HEAD_BYTES = 1 << 16
"""More than what is written at the beginning of a file when it is completed."""


@dataclass(frozen=True)
class ColorTags:
    """How pixels are coded; the range is always the limited one.

    matrix: of RGB to YUV. tag, primaries, transfer: AVColorSpace, …Primaries, …TransferCharacteristic.
    """

    matrix: Colorspace
    tag: int
    primaries: int
    transfer: int


HD = ColorTags(Colorspace.ITU709, 1, 1, 1)
SD = ColorTags(Colorspace.ITU601, 6, 6, 6)


@dataclass(frozen=True)
class VideoFormat:
    """What a video is. `rate` guides the encoder; when a frame is shown is said by its own pts alone."""

    size: Size
    time_base: Fraction
    rate: Fraction
    color: ColorTags = HD
    sample_aspect: Fraction = Fraction(1)


class VideoWriter:
    """Writes an OutputFile; `finish` checks it and gives it its name. Used by one thread at a time.

    Add the streams to copy, `start`, write, then exactly one of `finish`, `keep` and `discard`.
    Every method raises LivestyleError where the encoder or the disk refuses.

    frames: pictures written so far. lost: copied packets the container would not take
    file:   what is written; its `left` are parts of earlier runs
    refused: the encoder or the disk took no more
    """

    def __init__(
        self, path: Path, form: VideoFormat, encoding: Encoding | None = None, overwrite: bool = False
    ) -> None:
        """`form.size` must be even on both sides."""
        container, encoding = container_of(path), encoding or Encoding()
        name = encoder_name(encoding, container)
        options = encoder_options(name, encoding)
        self.encoder = name
        self.path = path
        self.frames = 0
        self.lost = 0
        self.refused = False
        self._form = form
        self._reformatter = VideoReformatter()
        self._pix_fmt = pixel_format(name)
        av.logging.set_libav_level(av.logging.PANIC)
        os.environ.setdefault("SVT_LOG", "0")
        self.file = OutputFile(path, overwrite)
        with self._clear_errors():
            self._out = av.open(
                str(self.file.part), "w", format=container, container_options=MUXER_OPTIONS.get(container, {})
            )
        try:
            stream = self._out.add_stream(name, rate=form.rate, options=options)
        except ValueError:
            self.discard()
            raise LivestyleError(
                f"{path.suffix} can't hold what {name} makes; choose .mkv, or another --encoder"
            ) from None
        assert isinstance(stream, VideoStream)
        self._stream = stream
        self._sound: AudioStream | None = None
        self._heard = 0
        self._set_up(form)

    def _set_up(self, form: VideoFormat) -> None:
        context = self._stream.codec_context
        context.width, context.height = form.size.width, form.size.height
        context.pix_fmt = self._pix_fmt
        context.time_base = form.time_base
        context.sample_aspect_ratio = form.sample_aspect
        context.color_range = ColorRange.MPEG
        context.colorspace = form.color.tag
        context.color_primaries = form.color.primaries
        context.color_trc = form.color.transfer

    def add_copy(self, template: Stream) -> Stream | None:
        """A stream that packets of `template` can be copied to; None where the container can't hold it."""
        try:
            stream = self._out.add_stream_from_template(template)
        except (ValueError, av.error.FFmpegError):
            return None
        stream.metadata.update(template.metadata)
        stream.disposition = template.disposition
        return stream

    def add_sound(self) -> None:
        """A track of what is heard, in AAC, or Opus where the container is WebM. Before `start`."""
        codec = "libopus" if self._out.format.name == "webm" else "aac"
        stream = self._out.add_stream(codec, rate=RATE_HZ, layout="stereo")
        assert isinstance(stream, AudioStream)
        self._sound = stream

    def write_sound(self, samples: Samples) -> None:
        """Encode int16 (n, 2), RATE_HZ, which follow those before; the first are at time 0."""
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = RATE_HZ, self._heard
        frame.time_base = Fraction(1, RATE_HZ)
        self._heard += len(samples)
        with self._clear_errors():
            assert self._sound is not None
            self._out.mux(self._sound.encode(frame))

    def set_metadata(self, metadata: dict[str, str]) -> None:
        """Title, date and the like of the whole file. Before `start`."""
        self._out.metadata.update(metadata)

    def start(self) -> None:
        """Open the encoder and write the head, so that what can't work fails before work starts."""
        name = self._stream.codec_context.name
        try:
            self._out.start_encoding()
        except (av.error.FFmpegError, OSError, ValueError) as error:
            said = av.logging.get_last_error()[1]
            cause = said[2].strip() if said else str(error)
            raise LivestyleError(
                f"cannot write {self.path} with {name} at {self._form.size}: {cause}; try --encoder libx264"
            ) from error

    def write(self, pixels: Pixels, pts: int, duration: int = 0) -> None:
        """Encode uint8 BGR (H, W, 3) of the format's size, shown at `pts` (in units of its time base)."""
        frame = self._reformatter.reformat(
            VideoFrame.from_ndarray(pixels, "bgr24"),
            format=self._pix_fmt,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=self._form.color.matrix,
            dst_color_range=ColorRange.MPEG,
            interpolation=Interpolation.BILINEAR | Interpolation.ACCURATE_RND,
            threads=1,
        )
        frame.pts, frame.time_base, frame.duration = pts, self._form.time_base, duration
        with self._clear_errors():
            self._out.mux(self._stream.encode(frame))
        self.frames += 1

    def copy(self, packet: Packet[Stream], stream: Stream) -> None:
        """Write a packet as it is. One whose times the container refuses is counted in `lost`."""
        packet.stream = stream
        with self._clear_errors():
            try:
                self._out.mux_one(packet)
            except av.error.FFmpegError as error:
                if error.errno != errno.EINVAL:
                    raise
                self.lost += 1

    @uninterrupted()
    def finish(self) -> None:
        """Complete the file, read it back, and give it its name.

        Where it can't be completed, what can be played of it is kept, and the error says where.
        """
        size, head = self._as_it_is()
        try:
            self._complete()
        except LivestyleError as error:
            kept = self._salvage(size, head)
            raise LivestyleError(f"{error}{told_of(kept)}") from error
        except BaseException:
            self.discard()
            raise
        self.file.commit()

    @uninterrupted()
    def keep(self) -> Path | None:
        """Complete what there is as 'out.partial.mp4'; None, and no file, where there is nothing."""
        size, head = self._as_it_is()
        try:
            self._complete()
            return self.file.keep()
        except LivestyleError:
            return self._salvage(size, head)

    def discard(self) -> None:
        """Close and delete what was written."""
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
            self._out.close()
        self.file.discard()

    def _as_it_is(self) -> tuple[int, bytes]:
        """Length and beginning of the file: what completing it changes."""
        try:
            with self.file.part.open("rb") as file:
                return self.file.part.stat().st_size, file.read(HEAD_BYTES)
        except OSError:
            return 0, b""

    def _salvage(self, size: int, head: bytes) -> Path | None:
        """Keep the file as it was before completing it failed, where a frame of it can be played."""
        try:
            with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
                self._out.close()
            with self.file.part.open("r+b") as file:
                file.truncate(size)
                file.write(head)
                file.flush()
                file.truncate(_sound_bytes(self.file.part, size))
            if _count(self.file.part):
                return self.file.keep()
        except (LivestyleError, av.error.FFmpegError, OSError, ValueError, IndexError):
            pass
        self.discard()
        return None

    def _complete(self) -> None:
        with self._clear_errors():
            self._out.mux(self._stream.encode(None))
            if self._sound is not None and self._heard:
                self._out.mux(self._sound.encode(None))
            self._out.close()
            found = _count(self.file.part)
        if found != self.frames or not found:
            raise LivestyleError(
                f"{self.path} did not come out whole: {found} of {self.frames} frames are in it"
            )

    @contextlib.contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (av.error.FFmpegError, OSError, ValueError) as error:
            self.refused = True
            raise LivestyleError(
                f"cannot write {self.path} after {self.frames} frames: {explained(error)}"
            ) from error


def told_of(kept: Path | None) -> str:
    """What an error says of the part that could be kept."""
    return f"; what there was until then is {kept}" if kept else ""


def _sound_bytes(path: Path, size: int) -> int:
    """The length of a file of `size` bytes up to a picture that is cut off."""
    with av.open(str(path)) as file:
        cut = (packet.pos for packet in file.demux(video=0) if packet.is_corrupt and packet.pos is not None)
        return next(cut, size)


def _count(path: Path) -> int:
    """How many pictures a file holds, by reading it."""
    with av.open(str(path)) as file:
        return sum(1 for packet in file.demux(video=0) if packet.size)
