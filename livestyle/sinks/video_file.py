"""Frames to a video file, each shown at the time it was seen: for recording what is live."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from shutil import disk_usage
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.core.bars import contain
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.output_file import check_target
from livestyle.core.pipes import check_stdout, is_stdout
from livestyle.core.size import Size
from livestyle.core.sound import Ear
from livestyle.sinks.encoders import Encoding, container_of
from livestyle.sinks.pipe_writer import open_writer
from livestyle.sinks.sound_track import SoundTrack
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter, told_of

TIME_BASE = Fraction(1, 90_000)

CHECK_FRAMES, SPARE_BYTES, INDEX_BYTES = 15, 8_000_000, 64
"""How often the disk is asked for its room, and what it must have to complete a file: the pictures in
the encoder, and the index, so much a frame."""


class VideoFileSink:
    """The first frame sets the size (an odd side loses its last row or column); others get bars in it.

    Times come from Frame.captured_ns, without what Frame.cut_ns leaves out. Entering raises LivestyleError
    where the file can't be written or nothing be heard. Left without an exception or by Ctrl+C, the file is
    whole under its name; left by another exception, what there is becomes 'name.partial.mp4', which a
    LivestyleError then says. Without a frame there is no file.
    """

    def __init__(
        self,
        path: Path,
        rate: float = 30.0,
        encoding: Encoding | None = None,
        overwrite: bool = False,
        ear: Ear | None = None,
    ) -> None:
        """rate: frames a second, about; it guides the encoder alone. ear: entered and left with the sink."""
        self.path = path
        self._rate = Fraction(rate).limit_denominator(1001)
        self._encoding = encoding
        self._overwrite = overwrite
        self._ear = ear
        self._sound: SoundTrack | None = None
        self._writer: VideoWriter | None = None
        self._size = Size(0, 0)
        self._start_ns = 0
        self._last_pts = -1

    @property
    def written(self) -> int:
        """Frames written so far."""
        return self._writer.frames if self._writer else 0

    def write(self, frame: Frame) -> None:
        """LivestyleError too where the disk is about to be full: while the file can still be completed."""
        writer = self._writer or self._open(frame)
        if self._ear is not None and self._sound is not None:
            self._sound.add(self._ear.take(), frame)
        base = TIME_BASE if writer.keeps_times else 1 / self._rate
        pts = round((frame.captured_ns - frame.cut_ns - self._start_ns) / (base * 1_000_000_000))
        if pts > self._last_pts:
            self._check_room(writer.frames)
            first = (
                pts if writer.keeps_times else self._last_pts + 1
            )  # else each moment has to have a picture
            for at in range(first, pts + 1):
                writer.write(self._fit(frame.pixels), at)
            self._last_pts = pts

    def __enter__(self) -> Self:
        container_of(self.path)
        if is_stdout(self.path):
            check_stdout()
        else:
            check_target(self.path, self._overwrite)
        if self._ear is not None:
            self._ear.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        writer, self._writer = self._writer, None
        if self._ear is not None:
            self._ear.__exit__(kind, error, trace)
        if writer is None:
            return
        if error is None or isinstance(error, KeyboardInterrupt):
            writer.finish()
            return
        kept = writer.keep()
        if kept is not None and isinstance(error, LivestyleError):
            raise LivestyleError(f"{error}{told_of(kept)}") from error

    def _open(self, frame: Frame) -> VideoWriter:
        self._size = Size.of(frame.pixels).even()
        self._start_ns = frame.captured_ns
        form = VideoFormat(self._size, TIME_BASE, self._rate)
        writer = open_writer(self.path, form, self._encoding, self._overwrite)
        try:
            if self._ear is not None:
                writer.add_sound()
                self._sound = SoundTrack(self._start_ns, writer.write_sound)
            writer.start()
        except LivestyleError:
            writer.discard()
            raise
        self._writer = writer
        return writer

    def _check_room(self, frames: int) -> None:
        if frames % CHECK_FRAMES or is_stdout(self.path):
            return
        try:
            free = disk_usage(self.path.parent).free
        except OSError as error:
            raise LivestyleError(f"cannot write {self.path}: {error.strerror}") from error
        if free < SPARE_BYTES + frames * INDEX_BYTES:
            raise LivestyleError(f"the disk of {self.path} is full; make room or choose another place")

    def _fit(self, pixels: Pixels) -> Pixels:
        if Size.of(pixels).even() != self._size:
            return contain(pixels, self._size)
        return np.ascontiguousarray(pixels[: self._size.height, : self._size.width])
