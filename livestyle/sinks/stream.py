"""Pictures to a server: RTMP, RTSP, UDP, SRT."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import numpy as np

from livestyle.core.address import advice, shown_server
from livestyle.core.bars import contain
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame, Pixels
from livestyle.core.size import Size
from livestyle.core.sound import Ear, Samples, Sound
from livestyle.sinks.sender import CONNECT_S, StreamOrder, serve
from livestyle.sinks.sound_track import SoundTrack

TAKES_S = 10.0
"""How long a server may take for a picture until it counts as dead."""

STARTS_S = 20.0
"""How long the sending process may take to load on a busy machine."""

LOOK_S = 0.1
"""How often it is looked whether the stream was given up meanwhile."""

LATE_NS = 500_000_000
"""What a microphone hears comes later than its picture, by less than this; what is missing is silence."""

GOODBYE_S = 0.2
NOTHING: Samples = np.zeros((0, 2), np.int16)


class StreamSink:
    """A connection to a server, of one size and rate; other pictures get bars in it.

    H.264, and AAC of what an ear hears, or silent, since services of streams refuse what has no sound.
    Entering starts a process, which connects. `write` and `repeat` wait until it takes a picture, and raise
    LivestyleError where it takes no more. Whoever calls them keeps about the rate; times are the clock's.

    name:      of the server, as it may be shown
    connected: the server has answered
    """

    def __init__(self, address: str, size: Size, rate: float, ear: Ear | None = None) -> None:
        """size: an odd side loses its last row or column. ear: entered and left with the sink."""
        self.name = shown_server(address)
        self.size = size.even()
        self.rate = rate
        self.connected = False
        self._order = StreamOrder(address, self.size, rate)
        self._ear = ear
        self._pixels: Pixels = np.zeros((self.size.height, self.size.width, 3), np.uint8)
        self._age_ns = 0
        self._given_up = threading.Event()
        self._heard: list[Samples] = []

    def write(self, frame: Frame) -> None:
        self._age_ns = time.monotonic_ns() - frame.captured_ns
        self._pixels = np.ascontiguousarray(contain(frame.pixels, self.size))
        self.repeat()

    def repeat(self) -> None:
        """Send the picture before once more; black where there was none."""
        if self._waited():
            pts = self._next_pts()
            sound = self._sound_until(pts)
            with self._clear_errors():
                self._line.send(pts)
                self._line.send_bytes(sound)
                self._line.send_bytes(self._pixels.reshape(-1).data)

    def give_up(self) -> None:
        """Have nobody wait any more; from any thread."""
        self._given_up.set()

    def __enter__(self) -> Self:
        if self._ear is not None:
            self._ear.__enter__()
        context = multiprocessing.get_context("spawn")
        self._line, other = context.Pipe()
        self._process = context.Process(
            target=serve, args=(other, self._order), name="livestyle-stream", daemon=True
        )
        self._process.start()
        other.close()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.close()
        self._process.join(GOODBYE_S)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        if self._ear is not None:
            self._ear.__exit__(kind, error, trace)

    def _waited(self) -> bool:
        """Whether the process wants a picture, for which it is waited; False once it is given up."""
        patience_s = TAKES_S if self.connected else STARTS_S + CONNECT_S
        until = time.monotonic() + patience_s
        with self._clear_errors():
            while not self._line.poll(LOOK_S):
                if self._given_up.is_set():
                    return False
                if time.monotonic() > until:
                    raise LivestyleError(
                        f"the stream to {self.name} hangs: nothing is taken for {patience_s:g} s"
                    )
            problem = self._line.recv()
        if problem:
            raise LivestyleError(f"no stream goes to {self.name}: {problem}{advice(self._order.address)}")
        if not self.connected:
            self.connected = True
            self._began_ns, self._pts = time.monotonic_ns(), -1
            self._sound = SoundTrack(self._began_ns - self._age_ns, self._heard.append)
        return True

    def _next_pts(self) -> int:
        """In pictures: that of the clock, but later than the one before."""
        now = round((time.monotonic_ns() - self._began_ns) * self.rate / 1e9)
        self._pts = max(self._pts + 1, now)
        return self._pts

    def _sound_until(self, pts: int) -> bytes:
        """int16 samples that follow those before; where nothing was heard silence."""
        seen_ns = self._began_ns - self._age_ns + round(pts / self.rate * 1e9)
        silent = Sound(NOTHING, seen_ns if self._ear is None else seen_ns - LATE_NS)
        heard = [*(self._ear.take() if self._ear else ()), silent]
        self._sound.add(heard, Frame(self._pixels, pts, seen_ns))
        samples = b"".join(piece.tobytes() for piece in self._heard)
        self._heard.clear()
        return samples

    @contextlib.contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (EOFError, OSError) as error:  # the process is gone: by itself where nobody answered
            why = "what sent it was killed" if self.connected else f"it does not answer in {CONNECT_S:g} s"
            raise LivestyleError(f"no stream goes to {self.name}: {why}") from error
