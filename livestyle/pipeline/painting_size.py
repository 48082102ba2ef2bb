"""Decides in which size frames are painted: the camera's, or what a governor or the strokes ask for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from livestyle.core.size import Size
from livestyle.model.controls import STROKE
from livestyle.pipeline.governor import Governor

HALF, LINES = 0.5, 240
"""Smaller than half of each side only from a camera that has so many lines left then: more is not paint."""


class PaintingSize:
    """Is one for all cameras of a pipeline. Used by the thread that paints; `now` and `figures` are for any.

    Strokes twice as large are those of a picture half as large. The smaller of the two sizes counts; the
    governor is told how long a frame would take in its own. At a step the film begins anew, as at a cut:
    strokes hang on a size, and two sizes of them would be seen at once for half a second.
    """

    def __init__(
        self, governor: Governor | None = None, stroke: Callable[[], float] = lambda: STROKE.default
    ) -> None:
        """governor: None = no rate is held. stroke: how large the strokes are to be, from 1 up."""
        self.counts = True
        """how long frames take tells how fast they are painted; not while another engine is prepared"""
        self._governor = governor
        self._stroke = stroke
        self._stays = False
        self._for_strokes = False
        self._camera: Size | None = None
        self._size: Size | None = None
        self._ended = 0.0
        self._frames: Counter[Size] = Counter()

    def of(self, camera: Size) -> Size:
        """The size in which the next frame of a camera of this size is painted."""
        if self._size is None:
            self._size = camera.paintable()
        elif camera != self._camera:
            self._size = _part(camera, self._share)
        if camera != self._camera and self._governor is not None:
            self._governor.least = min(HALF, LINES / min(camera.width, camera.height))
        self._camera = camera
        return self._size

    @property
    def wanted(self) -> Size | None:
        """The size in which frames are to be painted once an engine for it is there; None = as they are."""
        if self._camera is None or self._stays:
            return None
        size = _part(self._camera, self._share)
        return None if size == self._size else size

    @property
    def _share(self) -> float:
        """Of each side of the camera's picture that is wanted."""
        return min(self._governor.wanted if self._governor else 1.0, 1 / self._stroke())

    def painted(self, size: Size, began: float, ended: float) -> None:
        """A frame was painted in this size; from when to when, in seconds of time.perf_counter()."""
        self._frames[size] += 1
        took_s, self._ended = ended - max(began, self._ended), ended
        governor = self._governor
        if governor is None or self._camera is None or not self.counts:
            return
        governor.note(ended, took_s * (governor.share * self._camera.width / size.width) ** 2)
        if governor.wanted != governor.share and self.wanted is None:  # the strokes are as large anyhow
            governor.took_over(ended, governor.wanted)

    def took_over(self, size: Size) -> None:
        """Frames are painted in this size, which was wanted, from the next one on."""
        self._size = size
        self._for_strokes |= self._stroke() > STROKE.default
        if self._governor is not None:
            self._governor.took_over(time.perf_counter(), self._governor.wanted)

    def forget(self) -> None:
        """Another engine paints: how long frames took tells nothing any more."""
        if self._governor is not None:
            self._governor.forget(time.perf_counter())

    def stay(self) -> None:
        """Go on in the size that there is, for good: another can't be had."""
        self._stays = True
        if self._governor is not None:
            self._governor.stay()

    @property
    def now(self) -> Size | None:
        """In which size frames are painted now; None where it is the camera's."""
        size, camera = self._size, self._camera
        return None if size is None or camera is None or size == camera.paintable() else size

    def summary(self) -> str:
        """What the user is told at the end; empty where no frame was painted smaller to hold the rate."""
        governor, total = self._governor, sum(self._frames.values())
        if governor is None or not governor.steps or not total:
            return ""
        sizes = sorted(self._frames.items(), reverse=True)
        shares = ", ".join(f"{100 * count / total:.0f} % in {size}" for size, count in sizes)
        strokes = " and for the size of the strokes" if self._for_strokes else ""
        return f"painted {shares}, to hold {governor.rate:.4g} fps{strokes}".replace("x", "×")

    def figures(self) -> dict[str, Any]:
        """The rate that is held, the steps taken for it, and how many frames were painted in which size."""
        frames = {str(size): count for size, count in sorted(self._frames.items(), reverse=True)}
        if self._governor is None:
            return {"frames_by_size": frames}
        rate = round(self._governor.rate, 2)
        return {"held_rate": rate, "size_steps": self._governor.steps, "frames_by_size": frames}


def _part(camera: Size, share: float) -> Size:
    return Size(round(camera.width * share), round(camera.height * share)).paintable()
