"""Grabs from one connection to a camera, on a thread of its own, for as long as it holds."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable

from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Frame
from livestyle.core.latest import Latest
from livestyle.sources.camera.connection import Capture, Request
from livestyle.sources.source import CaptureInfo

OpenCapture = Callable[[Request], Capture]


class Grabber:
    """Opens the camera after `delay_s` and puts every frame it gives into a slot; the newest wins.

    Once opening or grabbing fails, or after `stop`, it closes the camera and is over; it never
    starts again. `error` says why it is over, where it was not stopped. Frames count from 0.
    """

    def __init__(self, request: Request, open_capture: OpenCapture, delay_s: float = 0.0) -> None:
        self.frames: Latest[Frame] = Latest()
        self.error: LivestyleError | None = None
        self.info: CaptureInfo | None = None
        self._request, self._open, self._delay_s = request, open_capture, delay_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="livestyle-grab", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.frames.ended

    @property
    def running(self) -> bool:
        """Its thread lives, be it stuck."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Ask it to end; returns at once."""
        self._stopped.set()
        self.frames.close()

    def join(self, seconds: float) -> None:
        """Wait for its thread to end, at most so long: stuck in a driver, it ends with the process."""
        self._thread.join(max(0.0, seconds))

    def _run(self) -> None:
        try:
            if not self._stopped.wait(self._delay_s):
                self._grab()
        except LivestyleError as error:
            self.error = error
        except Exception as error:
            self.error = LivestyleError(f"camera {self._request.label} failed: {error}")
        finally:
            self.frames.close()

    def _grab(self) -> None:
        capture = self._open(self._request)
        try:
            for index in itertools.count():
                seen = None if self._stopped.is_set() else capture.next()
                if seen is None:
                    break
                self.info = self.info or capture.info
                self.frames.put(Frame(seen[0], index, seen[1]))
        finally:
            capture.close()
        if not self._stopped.is_set():
            raise LivestyleError(f"camera {self._request.label} gives no more pictures")
