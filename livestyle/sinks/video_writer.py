"""One video file in the making: painted pictures, packets of other tracks, and the promise about its name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
from av.container import OutputContainer
from av.packet import Packet
from av.stream import Stream

from livestyle.core.ending import uninterrupted
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.core.output_file import OutputFile, explained
from livestyle.core.priority import usual_priority
from livestyle.core.sound import Samples
from livestyle.sinks.encoders import (
    MUXER_OPTIONS,
    RAW_VIDEO,
    Encoding,
    container_of,
    encoder_name,
    encoder_options,
)
from livestyle.sinks.picture_encoder import PictureEncoder
from livestyle.sinks.salvage import as_it_is, count_pictures, restore
from livestyle.sinks.sound_encoder import SoundEncoder
from livestyle.sinks.video_format import VideoFormat

if TYPE_CHECKING:
    from av.container.core import Chapter

REFUSED = (av.error.ArgumentError, av.error.InvalidDataError, av.error.PatchWelcomeError)
"""What a container raises for a packet that it can't hold, such as a damaged one."""

GIVE_UP_AFTER = 100
"""Packets in a row that a container refuses, after which it is no use to go on."""


class VideoWriter:
    """Writes an OutputFile; `finish` checks it and gives it its name. Used by one thread at a time.

    Add the other tracks to `out`, `start`, write, then exactly one of `finish`, `keep` and `discard`.
    Every method raises LivestyleError where the encoder or the disk refuses.

    out:     FFmpeg's container. container: its name for the kind
    picture: the track of the pictures
    frames:  pictures written so far. lost: packets of other tracks that the container would not take
    left:    parts of earlier runs that wrote this file
    refused: the encoder or the disk took no more
    """

    def __init__(
        self,
        path: Path,
        form: VideoFormat,
        encoding: Encoding | None = None,
        overwrite: bool = False,
        encoded: Stream | None = None,
    ) -> None:
        """`form.size` must be even on both sides.

        encoded: a track of which packets are muxed, in the place of pictures to be encoded and written
        """
        encoding = encoding or Encoding()
        self.container = container_of(path, encoding.encoder)
        name = encoder_name(encoding, self.container)
        options = encoder_options(name, encoding, form.size)
        self.encoder = name
        self.path = path
        self.frames = 0
        self.left: tuple[Path, ...] = ()
        self.lost = 0
        self.refused = False
        self._refusals = 0
        self._form = form
        av.logging.set_libav_level(av.logging.PANIC)
        os.environ.setdefault("SVT_LOG", "0")
        with self._clear_errors():
            self.out = self._open_out(overwrite)
        self._encoder: PictureEncoder | None = None
        self.picture: Stream
        try:
            if encoded is not None:
                self.picture = self.out.add_stream_from_template(encoded, opaque=True)
            else:
                self._encoder = PictureEncoder(self.out, name, options, form)
                self.picture = self._encoder.stream
        except ValueError:
            self.discard()
            raise LivestyleError(
                f"{path.suffix} can't hold what {name} makes; choose .mkv, or another --encoder"
            ) from None
        self._sound: SoundEncoder | None = None

    @property
    def keeps_times(self) -> bool:
        """Whether what is written says when each picture is shown; else each follows the one before."""
        return self.container != RAW_VIDEO

    def _open_out(self, overwrite: bool) -> OutputContainer:
        self._file = OutputFile(self.path, overwrite)
        self.left = self._file.left
        return av.open(
            str(self._file.part),
            "w",
            format=self.container,
            container_options=MUXER_OPTIONS[self.container],
        )

    def add_sound(self) -> None:
        """A track of what is heard, in AAC, or Opus where the container is WebM. Before `start`."""
        self._sound = SoundEncoder(self.out, self.container)

    def write_sound(self, samples: Samples) -> None:
        """Encode int16 (n, 2), RATE_HZ, which follow those before; the first are at time 0."""
        assert self._sound is not None
        with self._clear_errors():
            self.out.mux(self._sound.encode(samples))

    def set_metadata(self, metadata: dict[str, str], chapters: Iterable[Chapter] = ()) -> None:
        """Title, date and the like of the whole file, and its chapters. Before `start`."""
        self.out.metadata.update(metadata)
        self.out.set_chapters(list(chapters))

    def start(self) -> None:
        """Open the encoder and write the head, so that what can't work fails before work starts."""
        try:
            with usual_priority():
                self.out.start_encoding()
        except (av.error.FFmpegError, OSError, ValueError) as error:
            said = av.logging.get_last_error()[1]
            cause = said[2].strip() if said else str(error)
            raise LivestyleError(
                f"cannot write {self.path} with {self.encoder} at {self._form.size}: {cause}; "
                "try --encoder libx264"
            ) from error

    def write(self, pixels: Pixels, pts: int, duration: int = 0) -> None:
        """Encode uint8 BGR (H, W, 3) of the format's size, shown at `pts` (in units of its time base).

        duration: how long, where it is the last; 0 = as long as the one before
        """
        assert self._encoder is not None
        with self._clear_errors():
            for packet in self._encoder.encode(pixels, pts, duration):
                self.mux(packet)
        self.frames += 1

    def mux(self, packet: Packet[Stream]) -> None:
        """Write a packet of a track of `out`. One that the container refuses is counted in `lost`.

        FFmpeg sorts packets by time first, so the one refused may be an earlier one; that no picture is
        missing is seen at the end.
        """
        with self._clear_errors():
            try:
                self.out.mux_one(packet)
                self._refusals = 0
            except REFUSED:
                self.lost += 1
                self._refusals += 1
                if self._refusals > GIVE_UP_AFTER:
                    raise

    @uninterrupted()
    def finish(self) -> None:
        """Complete the file, read it back, and give it its name.

        Where it can't be completed, what can be played of it is kept, and the error says where.
        """
        size, head = as_it_is(self._file.part)
        try:
            self._complete()
        except LivestyleError as error:
            kept = self._salvage(size, head)
            raise LivestyleError(f"{error}{told_of(kept)}") from error
        except BaseException:
            self.discard()
            raise
        self._file.commit()

    @uninterrupted()
    def keep(self) -> Path | None:
        """Complete what there is as 'out.partial.mp4'; None, and no file, where there is nothing."""
        size, head = as_it_is(self._file.part)
        try:
            self._complete()
            return self._file.keep()
        except LivestyleError:
            return self._salvage(size, head)

    def discard(self) -> None:
        """Close and delete what was written."""
        with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
            self.out.close()
        self._file.discard()

    def _salvage(self, size: int, head: bytes) -> Path | None:
        """Keep the file as it was before completing it failed, where a frame of it can be played."""
        try:
            with contextlib.suppress(av.error.FFmpegError, OSError, ValueError):
                self.out.close()
            restore(self._file.part, size, head)
            if count_pictures(self._file.part):
                return self._file.keep()
        except (LivestyleError, av.error.FFmpegError, OSError, ValueError, IndexError):
            pass
        self.discard()
        return None

    def _complete(self) -> None:
        with self._clear_errors():
            self._end()
            found = count_pictures(self._file.part)
        if found != self.frames or not found:
            raise LivestyleError(
                f"{self.path} did not come out whole: {found} of {self.frames} frames are in it"
            )

    def _end(self) -> None:
        """Write what the encoders still hold, and the end of the file."""
        for packet in self._encoder.flush() if self._encoder else ():
            self.mux(packet)
        if self._sound is not None:
            self.out.mux(self._sound.flush())
        self.out.close()

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
