"""Measures how steady paintings are: noise amplification, warp error, ghosting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.evaluation.films import Flow, FlowFilm, Passing, covering, noisy, pan, passing, zoom

SIGMA = 4.0
"""Standard deviation of the sensor's noise, of 255."""

WARM_UP, FRAMES = 15, 15
"""Noisy frames before and while it is measured: half a second each."""

FILM_FRAMES = 5
PASSING_FRAMES = 16
"""Frames of a panned or zoomed film, and of the one in which something passes."""

OCCLUDED = 30.0
"""Pixels of a film that differ by more than this along the flow, mean of 255, count as covered."""


class Painter(Protocol):
    """What is measured: frames in, paintings out."""

    def stylize(self, pixels: Pixels) -> Pixels: ...

    def reset(self) -> None:
        """A new film begins."""


@dataclass(frozen=True)
class Material:
    """What is painted. stills: for the noise; films: for the warp error, by name."""

    stills: tuple[Pixels, ...]
    films: Mapping[str, FlowFilm]
    passing: Passing

    @classmethod
    def of(cls, photos: Sequence[Pixels], size: Size, films: Mapping[str, FlowFilm]) -> Material:
        """Still, panned and zoomed photos at `size`, and films that are known already."""
        first, last = photos[0], photos[-1]
        moving = {"pan": pan(first, size, FILM_FRAMES), "zoom": zoom(last, size, FILM_FRAMES)}
        stills = tuple(covering(photo, size) for photo in photos)
        return cls(stills, {**films, **moving}, passing(first, size, PASSING_FRAMES))


def measure(plain: Painter, steadied: Painter, material: Material) -> dict[str, dict[str, float]]:
    """Figures of the painter without and with steadiness, under 'plain' and 'steadied':

    noise:    per-pixel standard deviation over frames of a still picture with noise, output over input
    warp NAME: mean absolute difference along the flow, of 255
    ghost:    mean absolute difference to the plain painting where something has just passed, of 255
    """
    found = {"plain": _figures(plain, material), "steadied": _figures(steadied, material)}
    frames = material.passing.frames
    found["plain"]["ghost"] = 0.0
    found["steadied"]["ghost"] = ghosting(
        paint(steadied, frames), paint(plain, frames), material.passing.trails
    )
    return found


def _figures(painter: Painter, material: Material) -> dict[str, float]:
    noise = [noise_amplification(painter, still, seed) for seed, still in enumerate(material.stills)]
    warps = {
        f"warp {name}": warp_error(paint(painter, film.frames), film) for name, film in material.films.items()
    }
    return {"noise": float(np.mean(noise)), **warps}


def paint(painter: Painter, frames: Sequence[Pixels]) -> list[Pixels]:
    """A film, painted from its start."""
    painter.reset()
    return [painter.stylize(frame) for frame in frames]


def noise_amplification(painter: Painter, photo: Pixels, seed: int = 0) -> float:
    """Standard deviation of a pixel over FRAMES noisy frames, output over input, mean over the picture."""
    frames = noisy(photo, WARM_UP + FRAMES, SIGMA, seed)
    paintings = paint(painter, frames)
    return _deviation(paintings[WARM_UP:]) / _deviation(frames[WARM_UP:])


def _deviation(frames: Sequence[Pixels]) -> float:
    return float(np.std(np.stack(frames).astype(np.float32), axis=0).mean())


def warp_error(paintings: Sequence[Pixels], film: FlowFilm) -> float:
    """Mean |O_t - O_{t-1}| along the flow, of 255, over what is in both frames and not covered in one.

    With the film's own frames as paintings it is the input's own error, which no painter can avoid.
    """
    errors = []
    for number, flow in enumerate(film.flows):
        known = _known(film.frames[number], film.frames[number + 1], flow)
        difference = np.abs(_along(paintings[number + 1], flow) - paintings[number]).mean(2)
        errors.append(float(difference[known].mean()) if known.any() else 0.0)
    return float(np.mean(errors))


def _known(now: Pixels, later: Pixels, flow: Flow) -> NDArray[np.bool_]:
    """Pixels that stay in the picture and look the same in both frames."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    to_x, to_y = x + flow[..., 0], y + flow[..., 1]
    inside = (to_x >= 0) & (to_x <= width - 1) & (to_y >= 0) & (to_y <= height - 1)
    known: NDArray[np.bool_] = inside & (np.abs(_along(later, flow) - now).mean(2) <= OCCLUDED)
    return known


def _along(later: Pixels, flow: Flow) -> NDArray[np.float32]:
    """What each pixel has become in the later frame, float32 (H, W, 3) of 255."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    moved = cv2.remap(later.astype(np.float32), x + flow[..., 0], y + flow[..., 1], cv2.INTER_LINEAR)
    return moved.astype(np.float32, copy=False)


def ghosting(
    steadied: Sequence[Pixels], plain: Sequence[Pixels], trails: Sequence[NDArray[np.bool_]]
) -> float:
    """Mean |steadied - plain| where something has just passed, of 255, over all frames with a trail."""
    errors = [
        float(np.abs(a.astype(np.float32) - b)[trail].mean())
        for a, b, trail in zip(steadied, plain, trails, strict=True)
        if trail.any()
    ]
    return float(np.mean(errors))


def summary(
    styles: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> dict[str, dict[str, dict[str, float]]]:
    """Mean and worst of every figure over the styles, for 'plain' and 'steadied'."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for mode in ("plain", "steadied"):
        rows = [figures[mode] for figures in styles.values()]
        found[mode] = {
            name: {
                "mean": float(np.mean([row[name] for row in rows])),
                "worst": float(max(row[name] for row in rows)),
            }
            for name in rows[0]
        }
    return found
