"""Which frames INT8 is calibrated on: few, and as different from one another as they come.

A picture becomes a short vector (`describe`). Farthest-point sampling (Gonzalez 1985) takes each time the
picture that is farthest from all taken before: no choice of as few lies less than half as far from every
picture. It ends where what is left is near something taken, so what was seen twice is taken once.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Pixels

THUMBNAIL = (8, 6)
"""Width and height of the thumbnail, which tells what is where."""

BINS = 16
"""Bins of each channel's histogram, which tells brightness, contrast and colours, wherever they are."""

NEAR = 0.03
"""Distance under which two pictures are one: noise and JPEG come to 0.01, two photos to 0.2 and more."""

BLANK = 2.0
"""Standard deviation, of 255, under which a picture shows nothing, as of a camera that is starting."""

POOL = 4
"""Candidates held for each frame that is to be chosen, before they are thinned to half."""


def describe(pixels: Pixels) -> NDArray[np.float32]:
    """A picture as float32 [192]: its thumbnail, and the cumulated histogram of each channel.

    The distance of two is the root of the sum of both parts' mean square differences, 0 to sqrt(2).
    Cumulated histograms are compared so that a small change of light is a small distance.
    """
    thumbnail = cv2.resize(pixels, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    counts = [np.bincount(pixels[..., c].ravel() // (256 // BINS), minlength=BINS) for c in range(3)]
    shares = np.cumsum(counts, axis=1) / (pixels.shape[0] * pixels.shape[1])
    parts = (thumbnail.ravel(), shares.ravel())
    return np.concatenate([part / np.sqrt(part.size) for part in parts]).astype(np.float32)


def farthest(vectors: NDArray[np.float32], count: int, near: float = NEAR) -> list[int]:
    """Indices of up to `count` of `vectors`, float32 [N, K], no two closer than `near`, in order of choice.

    The first is the one nearest the mean; ties go to the lower index.
    """
    chosen: list[int] = []
    distance = -np.linalg.norm(vectors - vectors.mean(axis=0), axis=1)
    while len(chosen) < min(count, len(vectors)):
        index = int(distance.argmax())
        if chosen and distance[index] < near:
            break
        from_it = np.linalg.norm(vectors - vectors[index], axis=1)
        distance = np.minimum(distance, from_it) if chosen else from_it
        chosen.append(index)
    return chosen


class FrameChooser:
    """Takes pictures one by one, as many as there are, and holds no more than `POOL * count` of them."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pictures: list[Pixels] = []
        self._vectors: list[NDArray[np.float32]] = []
        self.seen = 0
        """How many pictures were offered."""

    def add(self, pixels: Pixels) -> None:
        """Consider a picture, uint8 BGR (H, W, 3); it is kept, not copied. A blank one is passed over."""
        self.seen += 1
        if pixels.std() < BLANK:
            return
        vector = describe(pixels)
        if self._vectors and np.linalg.norm(np.stack(self._vectors) - vector, axis=1).min() < NEAR:
            return
        self._pictures.append(pixels)
        self._vectors.append(vector)
        if len(self._vectors) > POOL * self._count:
            self._thin(POOL * self._count // 2)

    def chosen(self) -> list[Pixels]:
        """Up to `count` pictures; the most different come first, after one that is like most."""
        self._thin(self._count)
        return list(self._pictures)

    def _thin(self, count: int) -> None:
        if self._vectors:
            kept = farthest(np.stack(self._vectors), count)
            self._pictures = [self._pictures[i] for i in kept]
            self._vectors = [self._vectors[i] for i in kept]
