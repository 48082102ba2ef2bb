"""What the user wants of a live session beside the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from livestyle.sinks.sink import Sink
from livestyle.ui.streaming import Streaming
from livestyle.ui.virtual_camera import VirtualCamera


@dataclass(frozen=True)
class SessionOptions:
    """What the user wants of a session beside the picture.

    record: a file to record into from the start; None = not until the key
    folder: where snapshots and recordings by key go; None = the user's pictures, the user's videos
    sound: a recording has the microphone's
    virtual_camera: what a key switches on and off; it may be on from the start
    stream: what goes to a server, if anything does
    max_frames, seconds: the end after so many shown frames, or so long; None = no end
    figures: the panel with the figures is shown from the start
    stopped: whether the run was ended from outside
    say: told what the terminal should say: engines taken over, files saved, what went wrong
    """

    open_recording: Callable[[Path], Sink]
    record: Path | None = None
    folder: Path | None = None
    sound: bool = False
    virtual_camera: VirtualCamera = field(default_factory=VirtualCamera)
    stream: Streaming = field(default_factory=Streaming)
    max_frames: int | None = None
    seconds: float | None = None
    figures: bool = False
    say: Callable[[str], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False
