"""A microphone, heard through PyAV where its FFmpeg has the system's sound."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np

from livestyle.core.background import LEAVE_S
from livestyle.core.errors import LivestyleError
from livestyle.core.sound import RATE_HZ, Sound

KINDS = {"darwin": ("avfoundation",), "win32": ("dshow",)}
LINUX = ("pulse", "alsa")
"""FFmpeg's names of what hears, the best first."""

WAITING_PIECES = 4096
"""Of what nobody takes, as in a pause, the oldest go: seconds to a minute, by the device's pieces."""

ALSA_FILES = {
    "ALSA_CONFIG_PATH": ("/usr/share/alsa/alsa.conf",),
    "ALSA_PLUGIN_DIR": ("/usr/lib/*-linux-gnu/alsa-lib", "/usr/lib64/alsa-lib", "/usr/lib/alsa-lib"),
}
"""What PyAV's ALSA looks for where it was built, and where systems have it."""


class Microphone:
    """Hears on a thread of its own while it is entered, which raises LivestyleError where none opens.

    One that goes away is told on the log, and gives no more.
    """

    def __init__(self, name: str = "") -> None:
        """name: as FFmpeg has it, such as hw:1 or the device's own; empty = the system's."""
        self._name = name
        self._pieces: deque[Sound] = deque(maxlen=WAITING_PIECES)
        self._over = threading.Event()

    def take(self) -> list[Sound]:
        """What was heard since the last call, in order; never waits."""
        return [self._pieces.popleft() for _ in range(len(self._pieces))]

    def __enter__(self) -> Self:
        container = self._open()
        self._over.clear()
        self._thread = threading.Thread(
            target=self._hear, args=(container,), name="livestyle-microphone", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join(LEAVE_S)

    def _open(self) -> av.container.InputContainer:
        why = []
        for kind, name in devices(self._name):
            try:
                with av.logging.Capture():
                    container = av.open(name, format=kind)
                if container.streams.audio:
                    return container
                container.close()
                why.append(f"{kind}: {name} has no sound")
            except (av.FFmpegError, OSError, ValueError) as error:
                why.append(f"{kind}: {getattr(error, 'strerror', None) or error}")
        causes = "; ".join(why) or "this FFmpeg hears no device"
        raise LivestyleError(
            f"no microphone opens ({causes}); leave out --microphone, or name another device"
        )

    def _hear(self, container: av.container.InputContainer) -> None:
        resampler = av.AudioResampler("s16", "stereo", RATE_HZ)
        begin_ns: int | None = None
        try:
            with container:
                for frame in container.decode(audio=0):
                    if self._over.is_set():
                        return
                    at_ns = round((frame.time or 0.0) * 1e9)
                    if begin_ns is None:  # the device's clock and ours, by what is heard first
                        length_ns = round(frame.samples / frame.sample_rate * 1e9)
                        begin_ns = time.monotonic_ns() - length_ns - at_ns
                    for part in resampler.resample(frame):
                        samples = part.to_ndarray().reshape(-1, 2).astype(np.int16, copy=False)
                        self._pieces.append(Sound(samples, begin_ns + at_ns))
        except (av.FFmpegError, OSError, ValueError) as error:
            logging.getLogger("livestyle").warning("the microphone went away: %s", error)


def devices(name: str) -> Iterator[tuple[str, str]]:
    """FFmpeg's kinds and names of what `name` may be, the best first; empty = the system's own."""
    _find_alsa()
    for kind in KINDS.get(sys.platform, LINUX):
        if kind not in av.formats_available:
            continue
        if kind == "avfoundation":
            yield kind, f":{name or 'default'}"
        elif kind == "dshow":
            yield from ((kind, f"audio={one}") for one in ([name] if name else _listed(kind)))
        else:
            yield kind, name or "default"


def _listed(kind: str) -> list[str]:
    """The sound devices of a kind that has no default; none where this PyAV can't list them."""
    listing = getattr(av, "enumerate_input_devices", lambda _: ())
    try:
        return [device.name for device in listing(kind) if "audio" in device.media_types]
    except (av.FFmpegError, ValueError):
        return []


def _find_alsa() -> None:
    for variable, places in ALSA_FILES.items():
        for place in places:
            found = next(Path("/").glob(place[1:]), None)
            if found is not None:
                os.environ.setdefault(variable, str(found))
