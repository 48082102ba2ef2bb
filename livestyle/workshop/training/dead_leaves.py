"""Synthetic training photos (dead-leaves model): discs that cover one another like things in the world.

Lee, Mumford and Huang 2001; Baradad 2021 shows that networks learn from them. Enough to fit the
gamma and beta of a style; to train a network, real photos are better.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

LEAVES = 160
"""Discs in a picture."""


def dead_leaves(rng: np.random.Generator, side_px: int) -> NDArray[np.uint8]:
    """One picture, uint8 RGB [side, side, 3]: sizes follow a power law, surfaces are shaded and grainy."""
    canvas = np.full((side_px, side_px, 3), rng.integers(256, size=3), np.float32)
    smallest, largest = side_px / 60, side_px / 2.5
    for _ in range(LEAVES):
        radius = 1 / (1 / largest**2 + rng.random() * (1 / smallest**2 - 1 / largest**2)) ** 0.5
        mask = np.zeros((side_px, side_px), np.uint8)
        center = tuple(int(v) for v in rng.integers(side_px, size=2))
        axes = (int(radius * rng.uniform(0.4, 1)) + 1, int(radius) + 1)
        cv2.ellipse(mask, center, axes, float(rng.uniform(0, 180)), 0, 360, 255, -1, cv2.LINE_AA)
        share = mask[:, :, None].astype(np.float32) / 255
        canvas += share * (_surface(rng, side_px) - canvas)
    return canvas.clip(0, 255).astype(np.uint8)


def _surface(rng: np.random.Generator, side_px: int) -> NDArray[np.float32]:
    """A colour that changes slowly across the picture, as under a lamp."""
    slope = rng.uniform(-60, 60, size=2)
    y, x = np.mgrid[0 : 1 : side_px * 1j, 0 : 1 : side_px * 1j]
    light = (slope[0] * y + slope[1] * x)[:, :, None]
    surface: NDArray[np.float32] = (rng.integers(256, size=3) + light).astype(np.float32)
    return surface


def dead_leaf_photos(count: int, side_px: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """`count` pictures, the same for the same seed, a little blurred and noisy like photos."""
    photos = []
    for index in range(count):
        rng = np.random.default_rng((seed, index))
        picture = cv2.GaussianBlur(dead_leaves(rng, side_px), (0, 0), float(rng.uniform(0.5, 2)))
        grain = rng.normal(0, rng.uniform(0, 6), picture.shape)
        photos.append((picture + grain).clip(0, 255).astype(np.uint8))
    return photos
