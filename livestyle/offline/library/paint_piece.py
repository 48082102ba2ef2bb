"""One piece of a film painted, its pictures alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from livestyle.core.errors import LivestyleError
from livestyle.offline.demux import Demux, Item, Picture
from livestyle.offline.library.pieces import Piece
from livestyle.offline.ordered import run_ordered
from livestyle.offline.painter import FilmPainter, FilmProgress
from livestyle.offline.shape import Shape, colors_of
from livestyle.offline.style_schedule import StyleSchedule
from livestyle.offline.video import TranscodeOptions
from livestyle.sinks.encoders import container_of, encoder_name, keeps_shape
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter
from livestyle.sources.hardware import decoder_of
from livestyle.sources.video.container import BgrDecoder, open_container
from livestyle.sources.video.tracks import film_track
from livestyle.stylizer.stylizer import Stylizer


def paint_piece(
    source: Path,
    target: Path,
    piece: Piece,
    stylizer: Stylizer,
    options: TranscodeOptions,
    progress: Callable[[FilmProgress], None],
) -> str:
    """Paint the pictures of a piece into `target`, replaced if it is there, from 0 on; gives how.

    They are as `transcode` would paint them; what is held at the cut comes of the pictures before it.
    LivestyleError as `transcode`, and where there are not as many pictures as the piece has.
    """
    encoder = encoder_name(options.encoding, container_of(target))
    schedule = StyleSchedule.of(stylizer.model.styles, options.styles, options.every_s, options.crossfade_s)
    stylizer.set_controls(options.controls)
    stylizer.reset()
    with open_container(source, options.track) as container:
        first = Demux(container, film_track(container, source, options.track), source).first
    with open_container(source, options.track) as container:
        stream = film_track(container, source, options.track)
        shape = Shape(first, stream, options.max_side, keeps_shape(encoder))
        stylizer.open(shape.size)
        size = shape.size.times(stylizer.model.card.scale)
        base = stream.time_base or Fraction(1, 90_000)
        rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
        form = VideoFormat(size, base, rate, colors_of(first), shape.aspect)
        total = piece.pictures
        paint = FilmPainter(stylizer, schedule, base, shape, total, progress, piece.first)
        writer = VideoWriter(target, form, options.encoding, overwrite=True)
        try:
            writer.start()
            run_ordered(_pictures(container, stream, piece), paint, lambda item: _write(writer, item, piece))
            if writer.frames != piece.pictures:
                raise LivestyleError(
                    f"{source} has {writer.frames} pictures where its packets tell of {piece.pictures}"
                )
        except BaseException:
            writer.discard()
            raise
        finally:
            stylizer.drop()
        writer.finish()
        return f"{size}, {decoder_of(stream)} → {writer.encoder}"


def _pictures(container: InputContainer, stream: VideoStream, piece: Piece) -> Iterator[Picture]:
    """From `warm` on to the end."""
    to_bgr = BgrDecoder()
    for frame in _from_keyframe(container, stream, piece):
        if frame.pts is None or frame.pts < piece.warm or frame.is_corrupt:
            continue
        if piece.end is not None and frame.pts >= piece.end:
            return
        yield Picture(to_bgr(frame), frame.pts, frame.duration or 0)


def _from_keyframe(container: InputContainer, stream: VideoStream, piece: Piece) -> Iterable[VideoFrame]:
    """Decoded from a picture that is no later than `warm`."""
    container.seek(piece.seek, stream=stream)
    frames = container.decode(stream)
    first = next(frames, None)
    if first is not None and first.pts is not None and first.pts <= piece.warm:
        return chain([first], frames)
    container.seek(piece.first, stream=stream)  # an index that leads elsewhere: from the start
    return container.decode(stream)


def _write(writer: VideoWriter, item: Item, piece: Piece) -> None:
    if isinstance(item, Picture) and item.pts >= piece.start:
        writer.write(item.pixels, item.pts - piece.start, item.duration)
