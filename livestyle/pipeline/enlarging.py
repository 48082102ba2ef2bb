"""A small painting as large as the camera's picture, with lines as sharp as those of the camera.

A guided filter (He 2015) was sharper nowhere, and its coefficients blur the strokes away; the camera's
whole difference in colour costs half as much and shows nearly all of its noise.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Pixels
from livestyle.core.size import Size

NOISE = 6.0
"""Differences of luminance about as small as this are a camera's noise and stay away, levels of 255."""

FADES_OVER = 12.0
"""From larger ones so much less is taken: e times less after so many levels more."""

GAIN = 0.8
"""How much of the camera's detail a painting of strength 1 gets."""


def shrunk(pixels: Pixels, size: Size) -> Pixels:
    """A picture, uint8 BGR (H, W, 3), in a smaller size; the mean of blocks where they are whole."""
    whole = pixels.shape[1] % size.width == pixels.shape[0] % size.height == 0
    method = cv2.INTER_AREA if whole else cv2.INTER_LINEAR
    small = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    return small.astype(np.uint8, copy=False)


def enlarged(painted: Pixels, small: Pixels, camera: Pixels, strength: float) -> Pixels:
    """A painting of `small` in the size of `camera`, of which `small` is a smaller copy; all uint8 BGR.

    The painting, smoothly enlarged, and on it what the camera shows and `small` can't hold: the difference of
    `camera` to `small` enlarged in the same way, in luminance alone and without the noise, so that flat
    ground stays as quiet as it was painted. At strength 0 it is the camera, exactly, and a copy.
    """
    if strength == 0:
        return camera.copy()
    detail = cv2.addWeighted(_gray(camera), 0.5, _as_large(_gray(small), camera), -0.5, 128)
    detail = cv2.cvtColor(cv2.LUT(detail, _transfer(strength)), cv2.COLOR_GRAY2BGR)
    large = cv2.addWeighted(_as_large(painted, camera), 1, detail, 2, -256)
    return large.astype(np.uint8, copy=False)


def _gray(pixels: Pixels) -> NDArray[np.uint8]:
    return cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _as_large(pixels: NDArray[np.uint8], camera: Pixels) -> NDArray[np.uint8]:
    size = camera.shape[1], camera.shape[0]
    return cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


@lru_cache(maxsize=32)
def _transfer(strength: float) -> NDArray[np.uint8]:
    """What becomes of a difference: of -256 to 254 in steps of two, as 0 to 255, to the same."""
    difference = 2.0 * (np.arange(256) - 128)
    size = np.abs(difference)
    less_noise = np.maximum(0, size - strength * NOISE * np.exp(-size / FADES_OVER))
    gain = 1 - strength * (1 - GAIN)
    becomes: NDArray[np.float64] = np.rint(np.sign(difference) * less_noise * gain / 2) + 128
    return np.clip(becomes, 0, 255).astype(np.uint8)
