"""In which size frames are painted: the camera's, or what a governor says of it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from livestyle.core.size import Size
from livestyle.pipeline.governor import Governor


class PaintingSize:
    """Of all cameras of a pipeline. Used by the thread that paints; `now` and `figures` are for any."""

    def __init__(self, governor: Governor | None = None) -> None:
        """governor: None = the camera's size, always."""
        self.counts = True
        """how long frames take tells how fast they are painted; not while another engine is prepared"""
        self._governor = governor
        self._camera: Size | None = None
        self._ended = 0.0
        self._frames: Counter[Size] = Counter()

    def of(self, camera: Size) -> Size:
        """In which size the next frame of a camera of this size is painted."""
        self._camera = camera
        return _part(camera, self._governor.share if self._governor else 1.0)

    @property
    def wanted(self) -> Size | None:
        """In which size frames are to be painted as soon as an engine for it is there; None = as they are."""
        governor, camera = self._governor, self._camera
        if governor is None or camera is None or governor.wanted == governor.share:
            return None
        return _part(camera, governor.wanted)

    def painted(self, size: Size, began: float, ended: float) -> None:
        """A frame was painted in this size; from when to when, in seconds of time.perf_counter()."""
        self._frames[size] += 1
        took_s, self._ended = ended - max(began, self._ended), ended
        if self._governor is not None and self.counts:
            self._governor.note(ended, took_s)

    def took_over(self) -> None:
        """Frames are painted as wanted from the next one on."""
        if self._governor is not None:
            self._governor.took_over(time.perf_counter(), self._governor.wanted)

    def forget(self) -> None:
        """Another engine paints: how long frames took tells nothing any more."""
        if self._governor is not None:
            self._governor.forget(time.perf_counter())

    def stay(self) -> None:
        """Go on in the size that there is, for good: another can't be had."""
        if self._governor is not None:
            self._governor.stay()

    @property
    def now(self) -> Size | None:
        """In which size frames are painted now; None where it is the camera's."""
        governor, camera = self._governor, self._camera
        if governor is None or camera is None or governor.share == 1:
            return None
        return _part(camera, governor.share)

    def summary(self) -> str:
        """What the user is told at the end; empty where every frame was painted in the camera's size."""
        governor, total = self._governor, sum(self._frames.values())
        if governor is None or not governor.steps or not total:
            return ""
        sizes = sorted(self._frames.items(), reverse=True)
        shares = ", ".join(f"{100 * count / total:.0f} % in {size}" for size, count in sizes)
        return f"painted {shares}, to hold {governor.rate:.4g} fps".replace("x", "×")

    def figures(self) -> dict[str, Any]:
        """The rate that is held, the steps taken for it, and how many frames were painted in which size."""
        frames = {str(size): count for size, count in sorted(self._frames.items(), reverse=True)}
        if self._governor is None:
            return {"frames_by_size": frames}
        rate = round(self._governor.rate, 2)
        return {"held_rate": rate, "size_steps": self._governor.steps, "frames_by_size": frames}


def _part(camera: Size, share: float) -> Size:
    return Size(round(camera.width * share), round(camera.height * share)).paintable()
