"""Recolours a painting with the colours of a photo, as Gatys 2016b does before the style is taken.

Pictures are arrays [H, W, 3] of the same units and channel order; the result is of the painting's type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.config import Color

SHARE = 1e-10
"""Share of the colours' variance that is added to each channel, so that the covariance of a grey picture,
which has no inverse, can be used too."""


def match_coral(painting: NDArray[Any], photo: NDArray[Any]) -> NDArray[Any]:
    """The painting with mean and covariance of the photo's colours, by the symmetric roots:

    x → Σ_p^½ Σ_s^−½ (x − μ_s) + μ_p (CORAL, Sun 2016; Gatys 2016b has it as one of two choices).
    Bytes are rounded, and clipped to 0 to 255.
    """
    (mean, covariance), (wanted, target) = _moments(painting), _moments(photo)
    noise = SHARE * (np.trace(covariance) + np.trace(target)) * np.eye(3)
    root = _root(target + noise, 0.5) @ _root(covariance + noise, -0.5)
    moved: NDArray[Any] = cv2.transform(painting, np.column_stack([root, wanted - root @ mean]))
    return moved


def match_histogram(painting: NDArray[Any], photo: NDArray[Any]) -> NDArray[Any]:
    """The painting with the photo's histogram in each channel: the n-th brightest pixel of the one
    gets the n-th brightest value of the other.
    """
    pixels, target = painting.reshape(-1, 3), np.sort(photo.reshape(-1, 3), axis=0)
    place = np.rint(np.linspace(0, len(target) - 1, len(pixels))).astype(np.intp)
    matched = np.empty_like(pixels)
    np.put_along_axis(matched, pixels.argsort(axis=0, kind="stable"), target[place], axis=0)
    return matched.reshape(painting.shape)


def _moments(picture: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean [3] and covariance [3, 3] of the colours."""
    flags = cv2.COVAR_NORMAL | cv2.COVAR_ROWS | cv2.COVAR_SCALE
    pixels = np.ascontiguousarray(picture).reshape(-1, 3)
    covariance, mean = cv2.calcCovarMatrix(pixels, np.empty(0), flags, ctype=cv2.CV_64F)
    return mean[0].astype(np.float64), covariance.astype(np.float64)


def _root(matrix: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    tiny = np.finfo(np.float64).tiny
    root: NDArray[np.float64] = vectors @ np.diag(np.maximum(values, tiny) ** power) @ vectors.T
    return root


RECOLOR: Mapping[Color, Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]] = {
    Color.HISTOGRAM: match_histogram,
    Color.CORAL: match_coral,
}
"""Painting and photo to the painting whose style is to be taken."""
