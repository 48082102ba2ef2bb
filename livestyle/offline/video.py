"""A video file, painted: every frame at its own time, sound and subtitles as they were."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import check_target, rescue
from livestyle.core.size import Size
from livestyle.model.controls import Values
from livestyle.offline.demux import Demux, Item, Picture
from livestyle.offline.ordered import run_ordered
from livestyle.offline.style_schedule import StyleSchedule
from livestyle.sinks.encoders import Encoding, container_of
from livestyle.sinks.video_file import even
from livestyle.sinks.video_writer import HD, SD, ColorTags, VideoFormat, VideoWriter, told_of
from livestyle.sources.hardware import decoder_of
from livestyle.sources.video.container import frame_count, hdr_name, matrix, open_container
from livestyle.sources.video.tracks import described, film_track, left_out
from livestyle.stylizer.stylizer import Stylizer

SOUND, TEXT = "audio", "subtitle"


@dataclass(frozen=True)
class TranscodeOptions:
    """How a video file is painted.

    styles:      names, parts of names, numbers, or 'all'; none = the model's first
    every_s:     with several styles: how long each lasts, in seconds of the video
    crossfade_s: how long a change takes
    controls:    by name, as the stylizer takes them; what isn't named is as it is set there
    max_side:    scale down until no side is longer, in px; None = as it is
    sound:       copy audio; without it, a file whose sound the container can't hold is an error
    overwrite:   replace an output that exists
    track:       which picture track is painted, from 1; None = the one that a player would show
    """

    styles: tuple[str, ...] = ()
    every_s: float = 5.0
    crossfade_s: float = 1.0
    controls: Values = field(default_factory=dict)
    encoding: Encoding = field(default_factory=Encoding)
    max_side: int | None = None
    sound: bool = True
    overwrite: bool = False
    track: int | None = None


@dataclass(frozen=True)
class Progress:
    """Frames painted so far, and how many there will be; None where the file doesn't say."""

    done: int
    total: int | None


@dataclass(frozen=True)
class Transcoded:
    """What came of it. damaged: frames and packets skipped; copied: audio and subtitle streams.

    codecs: what decoded and encoded it: 'h264 on cuda → h264_nvenc'
    """

    path: Path
    frames: int
    damaged: int
    copied: int
    size: Size
    seconds: float
    codecs: str


def transcode(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> Transcoded:
    """Paint `source` into `target`, which appears whole or not at all.

    Every pts is kept; audio and subtitle packets are copied as they are; the picture is turned
    upright; an odd side loses its last row or column. `progress` and `warn` are called in the
    caller's thread. LivestyleError where something can't be read or written; Ctrl+C keeps what is
    done as '<name>.partial<suffix>', says so by `warn`, and goes on as KeyboardInterrupt.
    """
    options = options or TranscodeOptions()
    container_of(target)
    if source.is_file():
        check_target(target, options.overwrite, source)
    schedule = StyleSchedule.of(stylizer.model.styles, options.styles, options.every_s, options.crossfade_s)
    stylizer.set_controls(options.controls)
    stylizer.reset()
    began = time.monotonic()
    with open_container(source, options.track) as container:
        stream = film_track(container, source, options.track)
        if left := left_out(container, stream):
            warn(f"{source.name}: {described(stream)} is painted; left out: {left}; --track N takes another")
        demux = Demux(container, stream, source)
        hdr = hdr_name(demux.first)
        if hdr:
            warn(f"{source.name} is {hdr} video; it is painted as if it were SDR, and looks paler or darker")
        size = _output_size(demux.first, options.max_side)
        stylizer.open(size)
        scale = stylizer.model.card.scale
        writer = VideoWriter(
            target, _format(demux.first, stream, size.times(scale)), options.encoding,
            overwrite=options.overwrite,
        )  # fmt: skip
        for part in writer.file.left:
            if kept := rescue(part):
                warn(f"an earlier run to {target.name} was cut short; what it had is {kept}")
        try:
            copies = _prepare(writer, container, options, warn)
            demux.copied = copies.keys()
            paint = _Painter(stylizer, schedule, stream, size, progress)
            run_ordered(demux, paint, lambda item: _write(writer, item, copies))
        except KeyboardInterrupt:
            kept = writer.keep()
            warn(f"stopped; {writer.frames} frames are in {kept}" if kept else "stopped; nothing was written")
            raise
        except LivestyleError as error:
            if not writer.refused:
                writer.discard()
                raise
            raise LivestyleError(f"{error}{told_of(writer.keep())}") from error
        except BaseException:
            writer.discard()
            raise
        finally:
            stylizer.drop()
        codecs = f"{decoder_of(stream)} → {writer.encoder}"
        writer.finish()
    damaged = demux.damaged + writer.lost
    if damaged:
        warn(f"{source.name}: {damaged} damaged frames or packets were skipped")
    return Transcoded(
        target, writer.frames, damaged, len(copies), size.times(scale), time.monotonic() - began, codecs
    )


class _Painter:
    """Paints pictures in the style of their time; packets pass between them."""

    def __init__(
        self,
        stylizer: Stylizer,
        schedule: StyleSchedule,
        stream: VideoStream,
        size: Size,
        progress: Callable[[Progress], None],
    ) -> None:
        self._stylizer = stylizer
        self._schedule = schedule
        self._time_base = stream.time_base or Fraction(1)
        self._size = size
        self._progress = progress
        self._total = frame_count(stream)
        self._done = 0
        self._first_pts: int | None = None

    def __call__(self, items: Iterable[Item]) -> Iterator[Item]:
        """Every item in order; as many pictures as the stylizer takes are in flight."""
        begun: deque[Item] = deque()
        for item in items:
            if isinstance(item, Picture):
                self._begin(item)
            begun.append(item)
            while begun and (not isinstance(begun[0], Picture) or self._full):
                yield self._finish(begun.popleft())
        while begun:
            yield self._finish(begun.popleft())

    @property
    def _full(self) -> bool:
        return self._stylizer.in_flight >= self._stylizer.depth

    def _begin(self, picture: Picture) -> None:
        if self._first_pts is None:
            self._first_pts = picture.pts
        seconds = float((picture.pts - self._first_pts) * self._time_base)
        self._stylizer.style_vector = self._schedule.at(seconds)
        self._stylizer.submit(_fit(picture.pixels, self._size))

    def _finish(self, item: Item) -> Item:
        if not isinstance(item, Picture):
            return item
        painted = self._stylizer.result()
        self._done += 1
        self._progress(Progress(self._done, max(self._total, self._done) if self._total else None))
        return Picture(painted, item.pts, item.duration)


def _write(writer: VideoWriter, item: Item, copies: dict[int, Stream]) -> None:
    if isinstance(item, Packet):
        writer.copy(item, copies[item.stream_index])
    else:
        writer.write(item.pixels, item.pts, item.duration)


def _prepare(
    writer: VideoWriter, container: InputContainer, options: TranscodeOptions, warn: Callable[[str], None]
) -> dict[int, Stream]:
    """Set up what is copied, by its index in the source, and start the file."""
    copies: dict[int, Stream] = {}
    for stream in container.streams:
        if stream.type not in (SOUND, TEXT) or (stream.type == SOUND and not options.sound):
            continue
        copy = writer.add_copy(stream)
        codec = stream.codec_context.name if stream.codec_context else "unknown"
        if copy is not None:
            copies[stream.index] = copy
        elif stream.type == SOUND:
            raise LivestyleError(
                f"{writer.path.suffix} can't hold {codec} sound as it is; choose .mkv, or give --no-sound"
            )
        else:
            warn(f"{writer.path.suffix} can't hold {codec} subtitles as they are; left out (.mkv may)")
    writer.set_metadata(dict(container.metadata))
    writer.start()
    return copies


def _format(frame: VideoFrame, stream: VideoStream, size: Size) -> VideoFormat:
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    aspect = stream.sample_aspect_ratio or Fraction(1)
    if abs(frame.rotation) == 90:
        aspect = 1 / aspect
    base = stream.time_base or Fraction(1, 90_000)
    return VideoFormat(size, base, min(Fraction(rate), Fraction(240)), _color(frame), aspect)


def _color(frame: VideoFrame) -> ColorTags:
    """The source's own tags; HDR becomes BT.709; what is untagged gets what goes with its matrix."""
    if hdr_name(frame):
        return HD
    kind = matrix(frame)
    usual = SD if kind == SD.matrix else HD
    unknown = (0, 2)
    tag, primaries, transfer = int(frame.colorspace), int(frame.color_primaries), int(frame.color_trc)
    return ColorTags(
        kind,
        usual.tag if tag in unknown else tag,
        usual.primaries if primaries in unknown else primaries,
        usual.transfer if transfer in unknown else transfer,
    )


def _output_size(frame: VideoFrame, max_side: int | None) -> Size:
    turned = abs(frame.rotation) == 90
    size = Size(frame.height, frame.width) if turned else Size(frame.width, frame.height)
    longest = max(size.width, size.height)
    if max_side and longest > max_side:
        size = Size(round(size.width * max_side / longest), round(size.height * max_side / longest))
    return even(size)


def _fit(pixels: Pixels, size: Size) -> Pixels:
    """Cropped by a row or column, or scaled."""
    if even(Size.of(pixels)) == size:
        return np.ascontiguousarray(pixels[: size.height, : size.width])
    resized = cv2.resize(pixels, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return resized.astype(np.uint8, copy=False)
