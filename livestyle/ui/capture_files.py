"""Snapshots and recordings: files the user makes by a key, written beside the display, not in its way."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from livestyle.core.errors import LivestyleError, told
from livestyle.core.frame import Frame, Pixels
from livestyle.core.output_file import check_target, make_folder
from livestyle.core.pipes import check_stdout, is_stdout
from livestyle.pipeline.live import PaintedFrame
from livestyle.pipeline.worker import Worker
from livestyle.sinks.images import save_image
from livestyle.sinks.sink import Sink

LONGEST_NAME = 120
"""Bytes of a style's name in the name of a file."""

PAUSE_SHOWN_NS = 33_000_000
"""What is left in the video of a pause."""

WAITING_FRAMES = 16
"""Frames a recording may lie behind before it leaves some out."""


def check_recording(path: Path, overwrite: bool, cameras: Sequence[str] = ()) -> None:
    """LivestyleError where no recording can be written to `path`, or to stdout, which is '-'.

    cameras: those of the run; one that is a file is never written over
    """
    if is_stdout(path):
        check_stdout()
        return
    for camera in cameras:
        check_target(path, overwrite, Path(camera) if Path(camera).is_file() else None)


def free_path(folder: Path, name: str, suffixes: tuple[str, ...]) -> Path:
    """folder/livestyle-DATE-TIME-name, with -2, -3, … where one of `suffixes` would meet a file.

    A file that another run is writing counts too. A long name is cut to what a file may be called.
    """
    name = os.fsencode(name)[:LONGEST_NAME].decode("utf-8", "ignore")
    stem = "-".join(part for part in ("livestyle", time.strftime("%Y%m%d-%H%M%S"), name) if part)
    number, path = 1, folder / stem
    taken = _names(folder)
    while any(other.startswith(path.name + suffix) for suffix in suffixes for other in taken):
        number += 1
        path = folder / f"{stem}-{number}"
    return path


def _names(folder: Path) -> list[str]:
    """The names of the files in a folder; none where it can't be read: writing there will say so."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names alone
    except OSError:
        return []


class Snapshots:
    """Writes paintings with their originals as PNG, one after the other on a thread of its own."""

    SUFFIXES = (".png", "-original.png")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "snapshots")
        self._running: list[Future[Path]] = []

    def save(self, painting: PaintedFrame, picture: Pixels) -> None:
        """Begin writing livestyle-DATE-TIME-STYLE.png and …-original.png; no file is overwritten.

        picture: what is seen of the painting. Nobody may write into it afterwards.
        """
        self._running.append(self._thread.submit(self._save, painting, picture))

    def news(self) -> list[str]:
        """What to tell the user about those done since the last call."""
        done = [future for future in self._running if future.done()]
        self._running = [future for future in self._running if future not in done]
        return [_told(future) for future in done]

    def _save(self, painting: PaintedFrame, picture: Pixels) -> Path:
        make_folder(self._folder)
        stem = free_path(self._folder, painting.style, self.SUFFIXES)
        for suffix, pixels in zip(self.SUFFIXES, (picture, painting.original.pixels), strict=True):
            save_image(stem.with_name(stem.name + suffix), pixels)
        return stem.with_name(stem.name + self.SUFFIXES[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()

    def finish(self) -> None:
        """Wait until every picture is written."""
        self._thread.shutdown()


def _told(future: Future[Path]) -> str:
    try:
        return f"Saved {future.result().absolute()}"
    except (LivestyleError, OSError, ValueError) as error:
        return told(error)


class Recording:
    """A video that is written on a thread of its own; where that is too slow, frames are left out."""

    def __init__(self, path: Path, open_sink: Callable[[Path], Sink]) -> None:
        """Starts at once. `open_sink` is called, and its sink used, on the recording's thread alone."""
        self.path = path
        self.paused = False
        self.left_out = 0
        self._began_ns: int | None = None
        self._last_ns = 0
        self._away_ns = 0
        self._resumes = False
        self._open_sink = open_sink
        self._frames: queue.Queue[Frame | None] = queue.Queue(WAITING_FRAMES)
        self._worker = Worker("recording", self._write)
        self._worker.start()

    def add(self, frame: Frame) -> None:
        """Take a frame of the picture; never waits. Nobody may write into its pixels afterwards."""
        if self.paused:
            self._resumes = True
            return
        now_ns = frame.captured_ns
        if self._began_ns is None:
            self._began_ns = now_ns
        elif self._resumes:
            self._away_ns += max(0, now_ns - self._last_ns - PAUSE_SHOWN_NS)
        self._resumes, self._last_ns = False, now_ns
        try:
            self._frames.put_nowait(replace(frame, cut_ns=self._away_ns))
        except queue.Full:
            self.left_out += 1

    @property
    def seconds(self) -> float:
        """How long it is, without pauses."""
        return 0.0 if self._began_ns is None else (self._last_ns - self._away_ns - self._began_ns) / 1e9

    @property
    def clock(self) -> str:
        """How long it is, as it is shown: '1:07', 'Paused  1:07'."""
        seconds = int(self.seconds)
        return f"{'Paused  ' if self.paused else ''}{seconds // 60}:{seconds % 60:02}"

    @property
    def failed(self) -> bool:
        """Whether it ended by itself; `finish` raises the cause."""
        return not self._worker.alive

    def finish(self) -> None:
        """Write what is waiting and close the file. Raises what went wrong on the thread."""
        while self._worker.alive:
            try:
                self._frames.put(None, timeout=0.1)
                break
            except queue.Full:
                continue
        self._worker.join()

    def _write(self, stop: threading.Event) -> None:
        with self._open_sink(self.path) as sink:
            while (frame := self._frames.get()) is not None:
                sink.write(frame)
