"""Draws figures over the steps of a training as lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from livestyle.core.frame import Pixels
from livestyle.evaluation.plot import INK, LINE, MUTED, PAPER, TEXT_PX, write

WIDTH_PX, HEIGHT_PX = 900, 480
LEFT_PX, RIGHT_PX, TOP_PX, BOTTOM_PX = 80, 30, 96, 56
COLORS = ((150, 98, 38), (40, 110, 214), (84, 140, 60), (140, 60, 140), (60, 160, 200))
"""BGR of each line in turn."""

SMALLEST = 1e-9
"""Values up to this are not shown on the logarithmic axis."""


@dataclass(frozen=True)
class Curve:
    """One line; as many xs as ys."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def draw_curves(title: str, x_label: str, curves: Sequence[Curve]) -> Pixels:
    """uint8 BGR: the lines over one pair of axes. y is logarithmic: values at or under 0 lie on the floor."""
    canvas = np.full((HEIGHT_PX, WIDTH_PX, 3), PAPER, np.uint8)
    write(canvas, title, 24, 34, 20, weight=600)
    x = 24
    for number, curve in enumerate(curves):
        cv2.rectangle(canvas, (x, 54), (x + 12, 66), COLORS[number % len(COLORS)], -1)
        x = write(canvas, curve.name, x + 20, 66, TEXT_PX) + 24
    axes = _Axes.around(curves)
    for value in axes.ticks():
        row = axes.row(value)
        cv2.line(canvas, (LEFT_PX, row), (WIDTH_PX - RIGHT_PX, row), LINE, 1)
        write(canvas, f"{value:.3g}", 24, row + 5, 13, MUTED)
    for value in (axes.left, (axes.left + axes.right) / 2, axes.right):
        write(canvas, f"{value:.0f}", axes.column(value) - 8, HEIGHT_PX - BOTTOM_PX + 22, 13, MUTED)
    write(canvas, x_label, LEFT_PX, HEIGHT_PX - 12, 13, INK)
    for number, curve in enumerate(curves):
        points = [(axes.column(a), axes.row(b)) for a, b in zip(curve.xs, curve.ys, strict=True)]
        line = np.array(points, np.int32).reshape(-1, 1, 2)
        cv2.polylines(canvas, [line], False, COLORS[number % len(COLORS)], 2, cv2.LINE_AA)
    return canvas


@dataclass(frozen=True)
class _Axes:
    """From values to pixels."""

    left: float
    right: float
    low: float
    high: float

    @classmethod
    def around(cls, curves: Sequence[Curve]) -> _Axes:
        xs = [x for curve in curves for x in curve.xs]
        ys = [y for curve in curves for y in curve.ys if y > SMALLEST] or [1.0]
        low, high = min(ys), max(ys)
        return cls(min(xs), max(max(xs), min(xs) + 1), low * 0.95, max(high, low * 1.05))

    def column(self, x: float) -> int:
        share = (x - self.left) / (self.right - self.left)
        return LEFT_PX + round(share * (WIDTH_PX - LEFT_PX - RIGHT_PX))

    def row(self, y: float) -> int:
        share = math.log(max(y, self.low) / self.low) / math.log(self.high / self.low)
        return HEIGHT_PX - BOTTOM_PX - round(share * (HEIGHT_PX - TOP_PX - BOTTOM_PX))

    def ticks(self) -> list[float]:
        """1, 2 and 5 in each power of ten; the two ends where fewer than two of them are in sight."""
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        found = [m * 10.0**p for p in powers for m in (1, 2, 5) if self.low <= m * 10.0**p <= self.high]
        return found if len(found) > 1 else [self.low, self.high]
