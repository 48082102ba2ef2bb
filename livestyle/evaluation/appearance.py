"""Measures what the eye sees: paint on flat walls, marks that repeat, halos, and whose colours there are.

All pictures are uint8 BGR; a painting is compared with the photo that it was painted from, and with the
artist's painting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Pixels

Plane = NDArray[np.float32]

BAND_PX = 1.2, 5.0
"""Deviations of the two Gaussians between which brush marks lie, in pixels."""

BLOCK_PX = 16
FLAT = 1.5
"""Contrast of a photo's block, of 255, up to which it counts as flat: walls, sky, cheeks."""

PAINTING_PX = 640
"""Long side at which the artist's painting is looked at: its strokes are then as large as a frame's."""

NEAREST_PX, FARTHEST_PX = 8, 48
"""The shifts between which a repeated mark is looked for."""

LEAST_BLOCKS = 12
"""A photo with fewer flat blocks is not used for the figures of flat regions."""

EDGE = 12.0
"""Slope of a photo's brightness, of 255 a pixel, from which an edge is strong."""

NEAR_PX, FAR_PX = (4, 6, 8), (18, 22, 26)
"""Distances from an edge that are just outside it, and further outside."""

CALM = 6.0
"""Difference of brightness between those two in the photo, of 255, up to which a place counts."""

PROJECTIONS, QUANTILES = 32, 256
"""Directions in colour space, and quantiles along each, that two palettes are compared by."""


@dataclass(frozen=True)
class Own:
    """Holds the figures of an artist's own painting.

    contrast: quartiles over its blocks, of 255. lattice: as `lattice`. colors: see `projected`.
    """

    contrast: tuple[float, float, float]
    lattice: float
    colors: Plane

    @classmethod
    def of(cls, painting: Pixels) -> Own:
        scale = PAINTING_PX / max(painting.shape[:2])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        scaled = cv2.resize(painting, None, fx=scale, fy=scale, interpolation=how).astype(
            np.uint8, copy=False
        )
        low, middle, high = np.percentile(block_contrast(scaled), (25, 50, 75))
        everywhere = np.ones(scaled.shape[:2], np.bool_)
        repeats = peak([correlation(scaled, everywhere)])
        return cls((float(low), float(middle), float(high)), repeats, projected(scaled))


@dataclass(frozen=True)
class Appearance:
    """Holds the figures of one style over several photos.

    brushwork: median contrast of painted blocks where the photo is flat, over the painting's own median
    covered:   share of those blocks above half of that median
    lattice:   how like itself the paint in flat regions is under its most telling shift, 1 = a stamp;
               lattice_own: the same of the painting
    halo:      how much brighter it is just outside a strong edge than further outside, beyond the photo,
               of 255
    palette:   distance of the colours to the painting's, in units of Lab
    """

    brushwork: float
    covered: float
    lattice: float
    lattice_own: float
    halo: float
    palette: float


def appearance(pairs: list[tuple[Pixels, Pixels]], own: Own) -> Appearance:
    """Figures of (photo, painted) pairs in one style; NaN where no photo has what a figure needs."""
    contrasts, correlations, halos, palettes = [], [], [], []
    for photo, painted in pairs:
        flat = block_contrast(photo) < FLAT
        if flat.sum() >= LEAST_BLOCKS:
            contrasts.append(block_contrast(painted)[flat])
            correlations.append(correlation(painted, _enlarged(flat, photo.shape)))
        halos.append(halo(photo, painted))
        palettes.append(float(np.abs(projected(painted) - own.colors).mean()))
    found = np.concatenate(contrasts) if contrasts else np.full(1, np.nan)
    middle = own.contrast[1]
    return Appearance(
        brushwork=float(np.median(found)) / middle,
        covered=float((found > middle / 2).mean()) if contrasts else float("nan"),
        lattice=peak(correlations),
        lattice_own=own.lattice,
        halo=float(np.nanmean(halos)) if np.isfinite(halos).any() else float("nan"),
        palette=float(np.mean(palettes)),
    )


def luminance(picture: Pixels) -> Plane:
    """The luminance of a picture, of 255, (H, W)."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.float32)


def band(picture: Pixels) -> Plane:
    """The luminance between the two Gaussians of BAND_PX: it has brush marks, but neither grain nor forms."""
    gray = luminance(picture)
    fine, coarse = (cv2.GaussianBlur(gray, (0, 0), sigma) for sigma in BAND_PX)
    return np.asarray(fine - coarse, np.float32)


def block_contrast(picture: Pixels) -> Plane:
    """Rms of `band` in blocks of BLOCK_PX, of 255, (H / 16, W / 16)."""
    marks = band(picture)
    rows, columns = (n // BLOCK_PX for n in marks.shape)
    blocks = marks[: rows * BLOCK_PX, : columns * BLOCK_PX].reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    return np.asarray(np.sqrt(np.square(blocks).mean((1, 3))), np.float32)


def _enlarged(blocks: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """A mask of blocks as one of pixels, (H, W); what is left over at the right and bottom is False."""
    pixels = np.zeros(shape[:2], np.bool_)
    large = np.kron(blocks, np.ones((BLOCK_PX, BLOCK_PX), np.bool_))
    pixels[: large.shape[0], : large.shape[1]] = large
    return pixels


def correlation(painted: Pixels, where: NDArray[np.bool_]) -> tuple[Plane, Plane]:
    """Sums over all places x: of band(x) · band(x + d) where both are in the mask, and how many those are.

    For shifts d of up to FARTHEST_PX each way, (97, 97) with no shift in the middle.
    """
    mask = where.astype(np.float32)
    marks = band(painted)
    marks = (marks - marks[where].mean()) * mask
    shape = tuple(cv2.getOptimalDFTSize(n + FARTHEST_PX) for n in mask.shape)

    def against_itself(plane: Plane) -> Plane:
        spectrum = np.abs(np.fft.rfft2(plane, shape)) ** 2
        around = np.fft.fftshift(np.fft.irfft2(spectrum, shape))
        y, x = (n // 2 for n in shape)
        reach = FARTHEST_PX
        return np.asarray(around[y - reach : y + reach + 1, x - reach : x + reach + 1], np.float32)

    return against_itself(marks), against_itself(mask)


def peak(correlations: list[tuple[Plane, Plane]]) -> float:
    """The highest local maximum of the mean correlation coefficient at NEAREST_PX and beyond; 0 if none.

    High where one mark stands again at the same distance all over: a lattice. NaN for no correlations.
    """
    if not correlations:
        return float("nan")
    sums, counts = (np.sum(planes, axis=0) for planes in zip(*correlations, strict=True))
    middle = FARTHEST_PX
    enough = counts > counts[middle, middle] / 10
    mean = np.where(enough, sums / np.maximum(counts, 1), -np.inf)
    mean = (mean / max(float(mean[middle, middle]), 1e-6)).astype(np.float32)
    y, x = np.mgrid[-middle : middle + 1, -middle : middle + 1]
    highest = cv2.dilate(mean, np.ones((3, 3), np.uint8))
    found = mean[(np.hypot(y, x) >= NEAREST_PX) & (mean >= highest) & enough]
    return max(0.0, float(found.max(initial=0.0)))


def halo(photo: Pixels, painted: Pixels) -> float:
    """Brightness just outside strong edges less that further outside, painted less photo, of 255.

    On both sides of an edge, where the photo is calm there. NaN for a photo without such places.
    """
    before, after = (np.asarray(cv2.GaussianBlur(luminance(p), (0, 0), 1.5)) for p in (photo, painted))
    slope_x, slope_y = (np.asarray(cv2.Sobel(before, cv2.CV_32F, dx, 1 - dx, scale=1 / 8)) for dx in (1, 0))
    steep = np.hypot(slope_x, slope_y)
    rows, columns = np.nonzero((steep > EDGE) & (steep >= cv2.dilate(steep, np.ones((5, 5), np.uint8))))
    length = steep[rows, columns]
    toward = np.stack([slope_x[rows, columns] / length, slope_y[rows, columns] / length])
    found = []
    for side in (1.0, -1.0):
        own, new = (
            _beyond(plane, columns, rows, side * toward, NEAR_PX)
            - _beyond(plane, columns, rows, side * toward, FAR_PX)
            for plane in (before, after)
        )
        found.append((new - own)[np.abs(own) < CALM])  # NaN, beyond the picture, is not calm
    values = np.concatenate(found)
    return float(values.mean()) if len(values) else float("nan")


def _beyond(
    plane: NDArray[Any], x: NDArray[Any], y: NDArray[Any], step: NDArray[Any], distances: tuple[int, ...]
) -> NDArray[Any]:
    """Means of a plane at `distances` steps from each place (x, y); NaN where one lies beyond the picture."""
    if not len(x):
        return np.zeros(0, np.float32)
    at_x, at_y = (
        (place + np.outer(distances, steps)).astype(np.float32)
        for place, steps in zip((x, y), step, strict=True)
    )
    nowhere = (float("nan"),) * 4
    found = cv2.remap(
        plane, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=nowhere
    )
    values: NDArray[Any] = np.mean(found, axis=0)
    return values


def projected(picture: Pixels) -> Plane:
    """Quantiles of the colours in Lab along PROJECTIONS directions, (PROJECTIONS, QUANTILES).

    The mean absolute difference of two is their sliced Wasserstein distance (Bonneel 2015).
    """
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2Lab).reshape(-1, 3)
    directions = np.random.default_rng(0).standard_normal((3, PROJECTIONS))
    along = lab[:: max(1, len(lab) // 60_000)] @ (directions / np.linalg.norm(directions, axis=0))
    quantiles = np.quantile(along, (np.arange(QUANTILES) + 0.5) / QUANTILES, axis=0)
    return np.asarray(quantiles.T, np.float32)
