"""Draws photos and paintings where none are given; figures measured on them say less."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.sinks.images import save_image
from livestyle.workshop.training.dead_leaves import dead_leaf_photos

STROKES = 4000
COLORS = 6


def strokes(rng: np.random.Generator, side_px: int) -> NDArray[np.uint8]:
    """A picture of brush strokes, uint8 RGB [side, side, 3]: a few colours, one length and width, and a
    direction that turns slowly across it.
    """
    canvas = np.full((side_px, side_px, 3), rng.integers(256, size=3), np.uint8)
    palette = rng.integers(256, size=(COLORS, 3))
    length, width = side_px * rng.uniform(0.02, 0.08), int(rng.integers(1, 1 + side_px // 48))
    turn, phase = rng.uniform(2, 9, size=2) / side_px, rng.uniform(0, 6, size=2)
    for y, x in rng.uniform(0, side_px, (STROKES, 2)):
        angle = np.sin(turn[0] * x + phase[0]) + np.cos(turn[1] * y + phase[1]) + rng.normal(0, 0.1)
        end = (int(x + length * np.cos(angle)), int(y + length * np.sin(angle)))
        color = (palette[rng.integers(COLORS)] + rng.normal(0, 12, 3)).clip(0, 255)
        cv2.line(canvas, (int(x), int(y)), end, color.tolist(), width, cv2.LINE_AA)
    return canvas


def write_photos(folder: Path, count: int, side_px: int, seed: int) -> Path:
    """Write pictures of dead leaves; returns the folder."""
    return _write(folder, dead_leaf_photos(count, side_px, seed))


def write_paintings(folder: Path, count: int, side_px: int) -> Path:
    """Write pictures of brush strokes; returns the folder."""
    return _write(folder, [strokes(np.random.default_rng(n), side_px) for n in range(count)])


def _write(folder: Path, pictures: list[NDArray[np.uint8]]) -> Path:
    folder.mkdir(parents=True)
    for number, picture in enumerate(pictures):
        save_image(folder / f"drawn_{number}.png", np.ascontiguousarray(picture[:, :, ::-1]))
    return folder
