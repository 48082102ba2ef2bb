"""A sink for where the user wants the frames."""

from __future__ import annotations

from pathlib import Path

from livestyle.sinks.encoders import CONTAINERS, Encoding
from livestyle.sinks.images import ImagesSink
from livestyle.sinks.null import NullSink
from livestyle.sinks.sink import Sink
from livestyle.sinks.video_file import VideoFileSink


def open_sink(
    target: Path | None, rate: float = 30.0, encoding: Encoding | None = None, overwrite: bool = False
) -> Sink:
    """A video file for a name that ends like one, a folder of pictures for any other, nothing for None.

    Nothing is made before the sink is entered; that raises what the sink raises.
    """
    if target is None:
        return NullSink()
    if target.suffix.lower() in CONTAINERS:
        return VideoFileSink(target, rate, encoding, overwrite)
    return ImagesSink(target, overwrite=overwrite)
