"""The frames of a stylizer between `submit` and `result`."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np

from livestyle.core.frame import Pixels
from livestyle.core.size import Size, SizeRule
from livestyle.model.frame_style import FrameStyle
from livestyle.runtime.film import Film


class Begun(NamedTuple):
    """Is a frame as a film takes it, with its size before padding."""

    pixels: Pixels
    style: FrameStyle
    size: Size


class Flight:
    """Keeps the frames started on a film, and the paintings that were not taken yet; the oldest first."""

    def __init__(self) -> None:
        self._begun: deque[Begun] = deque()
        self.painted: deque[Pixels] = deque()

    def __len__(self) -> int:
        return len(self._begun) + len(self.painted)

    def begin(self, film: Film, frame: Begun) -> None:
        film.submit(frame.pixels, frame.style)
        self._begun.append(frame)

    def finish(self, film: Film) -> None:
        """Wait for the oldest frame on the film; nothing to do where none is on it."""
        if self._begun:
            painted = film.result()
            self._keep(painted, self._begun.popleft())

    def finish_all(self, film: Film) -> None:
        while self._begun:
            self.finish(film)

    def paint_again(self, film: Film) -> None:
        """Paint all that is still in flight on another film."""
        while self._begun:
            frame = self._begun.popleft()
            film.submit(frame.pixels, frame.style)
            self._keep(film.result(), frame)

    def _keep(self, painted: Pixels, frame: Begun) -> None:
        self.painted.append(np.ascontiguousarray(SizeRule.crop(painted, frame.size)))
