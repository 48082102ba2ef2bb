"""A video file, painted: every frame at its own time, and all that it had beside its pictures."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from av.packet import Packet

from livestyle.core.config import Audio
from livestyle.core.errors import LivestyleError
from livestyle.core.errors import about as named
from livestyle.core.output_file import check_target, rescue
from livestyle.core.pipes import check_stdout, is_stdout
from livestyle.core.size import Size
from livestyle.model.controls import Values
from livestyle.offline.beside import Beside, moved, still_true
from livestyle.offline.demux import Demux, Item
from livestyle.offline.ordered import run_ordered
from livestyle.offline.painter import FilmPainter, FilmProgress
from livestyle.offline.shape import Shape, colors_of, painted_otherwise
from livestyle.offline.style_schedule import StyleSchedule
from livestyle.sinks.encoders import Encoding, container_of, encoder_name, keeps_shape
from livestyle.sinks.pipe_writer import open_writer
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter, told_of
from livestyle.sources.hardware import decoder_of
from livestyle.sources.video.container import frame_count, open_container
from livestyle.sources.video.tracks import described, film_track, left_out
from livestyle.stylizer.stylizer import Stylizer

WAITING_BYTES = 32_000_000
"""Pictures that wait between two threads take no more."""


@dataclass(frozen=True)
class TranscodeOptions:
    """How a video file is painted.

    styles:      names, parts of names, numbers, or 'all'; none = the model's first
    every_s:     with several styles: how long each lasts, in seconds of the video
    crossfade_s: how long a change takes
    controls:    by name, as the stylizer takes them; what isn't named is as it is set there
    max_side:    scale down until no side is longer, in px; None = as it is
    audio:       what becomes of the sound
    overwrite:   replace an output that exists
    track:       which picture track is painted, from 1; None = the one that a player would show
    """

    styles: tuple[str, ...] = ()
    every_s: float = 5.0
    crossfade_s: float = 1.0
    controls: Values = field(default_factory=dict)
    encoding: Encoding = field(default_factory=Encoding)
    max_side: int | None = None
    audio: Audio = Audio.AUTO
    overwrite: bool = False
    track: int | None = None


@dataclass(frozen=True)
class Transcoded:
    """What came of it. damaged: frames and packets skipped; carried: tracks beside the picture.

    codecs: what decoded and encoded it: 'h264 on cuda → h264_nvenc'
    """

    path: Path
    frames: int
    damaged: int
    carried: int
    size: Size
    seconds: float
    codecs: str


def transcode(
    source: Path,
    target: Path,
    stylizer: Stylizer,
    options: TranscodeOptions | None = None,
    progress: Callable[[FilmProgress], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> Transcoded:
    """Paint `source` into `target`, which appears whole or not at all.

    `source` may be what stdin has (see stdin_film); `target` '-' is stdout, where what was written stays.
    Every picture is painted and shown when it was, the earliest of pictures and sound at 0; where the
    file's clock jumps, all goes on where it was. Sound, subtitles, chapters, fonts and data go along,
    copied where `target` can hold them, else converted, else named as left out. The picture is turned
    upright; an odd side loses its last row or column; pictures of another shape than the first have
    bars. `progress` and `warn` are called in the caller's thread. LivestyleError where something can't
    be read or written; Ctrl+C keeps what is done as '<name>.partial<suffix>', says so by `warn`, and
    goes on as KeyboardInterrupt.
    """
    options = options or TranscodeOptions()
    encoder = encoder_name(options.encoding, container_of(target, options.encoding.encoder))
    if is_stdout(target):
        check_stdout()
    elif source.is_file():
        check_target(target, options.overwrite, source)
    schedule = StyleSchedule.of(stylizer.model.styles, options.styles, options.every_s, options.crossfade_s)
    stylizer.set_controls(options.controls)
    stylizer.reset()
    began = time.monotonic()

    def about(line: str) -> None:
        warn(f"{source.name}: {line}")

    with open_container(source, options.track) as container:
        stream = film_track(container, source, options.track)
        if left := left_out(container, stream):
            about(f"{described(stream)} is painted; left out: {left}; --track N takes another")
        demux = Demux(container, stream, source)
        for line in painted_otherwise(demux.first, stream):
            warn(f"{source.name} {line}")
        with named(source.name):
            shape = Shape(demux.first, stream, options.max_side, keeps_shape(encoder))
            stylizer.open(shape.size)
        size = shape.size.times(stylizer.model.card.scale)
        rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
        form = VideoFormat(size, demux.time_base, rate, colors_of(demux.first), shape.aspect)
        writer = open_writer(target, form, options.encoding, options.overwrite)
        for part in writer.left:
            if kept := rescue(part):
                warn(f"an earlier run to {target.name} was cut short; what it had is {kept}")
        paint = FilmPainter(stylizer, schedule, demux.time_base, shape, frame_count(stream), progress)
        try:
            beside = Beside(writer, container, stream, options.audio, demux.covers, about)
            chapters = moved(container.chapters(), demux.carry(beside.tracks))
            writer.set_metadata(still_true(container.metadata), chapters)
            writer.start()
            run_ordered(demux, paint, lambda item: _write(writer, item, beside), _waiting(size))
            beside.finish()
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
    lines = [*paint.seen, *demux.seen]
    if damaged := demux.damaged + writer.lost:
        lines.append(f"{damaged} damaged frames or packets were skipped")
    for line in lines:
        about(line)
    return Transcoded(
        writer.path, writer.frames, damaged, len(beside.tracks), size, time.monotonic() - began, codecs
    )


def _waiting(size: Size) -> int:
    """How many pictures may wait between two threads: four, and fewer of large ones."""
    return min(4, max(1, WAITING_BYTES // (3 * size.width * size.height)))


def _write(writer: VideoWriter, item: Item, beside: Beside) -> None:
    if isinstance(item, Packet):
        beside.tracks[item.stream_index].write(item)
    else:
        writer.write(item.pixels, item.pts, item.duration)
