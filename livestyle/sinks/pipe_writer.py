"""A film to stdout: Matroska, or raw BGR24."""

from __future__ import annotations

import contextlib
from pathlib import Path

import av
import av.error
from av.container import OutputContainer

from livestyle.core.errors import LivestyleError
from livestyle.core.pipes import StdoutFile, is_stdout
from livestyle.sinks.encoders import Encoding
from livestyle.sinks.video_format import VideoFormat
from livestyle.sinks.video_writer import VideoWriter

OPTIONS = {"matroska": {"cluster_time_limit": "100", "flush_packets": "1", "avoid_negative_ts": "disabled"}}
"""The reader has each picture a tenth of a second later, at most."""


class PipeWriter(VideoWriter):
    """Has no name to give and nothing to read back: what is written is with the reader."""

    def finish(self) -> None:
        """Write what is left, and let the reader see the end."""
        with self._clear_errors():
            self._end()
        self._stdout.close()

    def keep(self) -> Path | None:
        """As `finish`, as far as the reader takes it; None where it has gone."""
        try:
            self.finish()
        except LivestyleError:
            self.discard()
            return None
        return self.path

    def discard(self) -> None:
        """Let the reader see the end; what it has is its own."""
        with contextlib.suppress(LivestyleError, av.error.FFmpegError, OSError, ValueError):
            self.out.close()
        self._stdout.close()

    def _open_out(self, overwrite: bool) -> OutputContainer:
        self.path = Path("stdout")
        self._stdout = StdoutFile()
        options = OPTIONS.get(self.container, {})
        return av.open(self._stdout, "w", format=self.container, container_options=options)


def open_writer(
    path: Path, form: VideoFormat, encoding: Encoding | None = None, overwrite: bool = False
) -> VideoWriter:
    """A VideoWriter for a file, or for stdout where the path is '-'."""
    if is_stdout(path):
        return PipeWriter(path, form, encoding)
    return VideoWriter(path, form, encoding, overwrite)
