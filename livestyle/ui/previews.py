"""Small pictures of files, read on a thread of their own: a folder of photos holds nobody up."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from livestyle.core.background import end
from livestyle.core.closing import Closing
from livestyle.core.errors import LivestyleError
from livestyle.core.frame import Pixels
from livestyle.sources.images import load_image

SIDE_PX = 320
"""The longer side of a preview."""

MOST = 200
"""The most previews that are kept."""


class Previews(Closing):
    """Used by the display thread. No call waits; `close` does, for not more than a moment."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "livestyle-previews")
        self._lock = threading.Lock()
        self._known: dict[Path, Pixels | None] = {}
        self._wanted: list[Path] = []
        self._running: Future[None] | None = None

    def of(self, path: Path) -> Pixels | None:
        """The picture in a file, uint8 BGR, not larger than SIDE_PX; None = not read yet, or it can't be."""
        with self._lock:
            return self._known.get(path)

    def want(self, paths: Iterable[Path]) -> None:
        """Read these next, in this order, and nothing that was wanted before."""
        with self._lock:
            self._wanted = [path for path in paths if path not in self._known]
            if self._wanted and (self._running is None or self._running.done()):
                self._running = self._thread.submit(self._read)

    def forget(self) -> None:
        """Read every file anew: it may have changed."""
        with self._lock:
            self._known.clear()

    def _read(self) -> None:
        while True:
            with self._lock:
                path = next((path for path in self._wanted if path not in self._known), None)
            if path is None:
                return
            small = _small(path)
            with self._lock:
                self._known[path] = small
                for old in list(self._known)[:-MOST]:
                    del self._known[old]

    def close(self) -> None:
        self.want(())
        end(self._thread, self._running)


def _small(path: Path) -> Pixels | None:
    try:
        pixels = load_image(path)
    except (LivestyleError, OSError):
        return None
    scale = min(1.0, SIDE_PX / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
