"""A drawn landscape with somebody in it, to paint where there is no camera."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Bgr, Pixels
from livestyle.core.size import Size

SKIN, HAIR, SHIRT, LIPS = (150, 185, 232), (38, 52, 84), (150, 78, 46), (92, 84, 190)
WHITE, DARK = (245, 245, 245), (52, 36, 30)
SKY_TOP, SKY_LOW, SUN = (176, 112, 46), (170, 205, 246), (150, 225, 255)
SHIFT = 4
"""Bits behind the point in OpenCV's drawing coordinates: what moves, moves by less than a pixel."""


class Scene:
    """Pictures of one size as a function of time. What stands still is drawn once.

    Sky, sun, hills, a field and a mill stand; clouds, a balloon, the mill's sails, birds and the
    person move. Coordinates are shares of the height; x = 0 is the middle.
    """

    def __init__(self, size: Size) -> None:
        self.size = size
        self._still = self._draw_still()
        self._clouds = [self._cloud(w, seed) for w, seed in ((0.5, 3), (0.36, 5), (0.28, 8))]

    def at(self, time_s: float) -> Pixels:
        """The picture at a time, uint8 BGR (H, W, 3), the caller's own; always the same for the same time."""
        canvas = self._still.copy()
        self._draw_clouds(canvas, time_s)
        self._draw_balloon(canvas, time_s)
        self._draw_sails(canvas, time_s)
        self._draw_birds(canvas, time_s)
        self._draw_person(canvas, time_s)
        return canvas

    def _point(self, x: float, y: float) -> tuple[int, int]:
        unit = 1 << SHIFT
        return round((self.size.width / 2 + x * self.size.height) * unit), round(y * self.size.height * unit)

    def _length(self, share: float) -> int:
        return max(1, round(share * self.size.height))

    def _ellipse(
        self,
        canvas: Pixels,
        x: float,
        y: float,
        radii: tuple[float, float],
        color: Bgr,
        arc: tuple[int, int] = (0, 360),
        thickness: int = -1,
    ) -> None:
        axes = tuple(max(1, round(r * self.size.height * (1 << SHIFT))) for r in radii)
        cv2.ellipse(canvas, self._point(x, y), axes, 0, *arc, color, thickness, cv2.LINE_AA, SHIFT)

    def _polygon(self, canvas: Pixels, points: Sequence[tuple[float, float]], color: Bgr) -> None:
        corners = np.array([self._point(x, y) for x, y in points], np.int32)
        cv2.fillPoly(canvas, [corners], color, cv2.LINE_AA, SHIFT)

    def _line(
        self, canvas: Pixels, start: tuple[float, float], end: tuple[float, float], color: Bgr, width: float
    ) -> None:
        cv2.line(
            canvas, self._point(*start), self._point(*end), color, self._length(width), cv2.LINE_AA, SHIFT
        )

    def _draw_still(self) -> Pixels:
        width, height = self.size.width, self.size.height
        y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
        x -= width / height / 2
        low = np.clip(y / 0.62, 0, 1)[..., None]
        glow = np.exp(-7 * np.hypot(x - 0.36, y - 0.2))[..., None]
        sky = (1 - low) * np.array(SKY_TOP) + low * np.array(SKY_LOW)
        canvas: Pixels = np.clip(sky + glow * (np.array(SUN) - sky) * 1.1, 0, 255).astype(np.uint8)
        self._ellipse(canvas, 0.36, 0.2, (0.075, 0.075), SUN)
        side = width / height / 2 + 0.1
        for base, rise, waves, color in (
            (0.50, 0.085, (3.1, 7.3), (168, 142, 112)),
            (0.58, 0.060, (4.3, 9.1), (128, 138, 84)),
            (0.68, 0.045, (2.3, 5.9), (72, 142, 92)),
        ):
            xs = np.linspace(-side, side, 80)
            ys = base - rise * (np.sin(waves[0] * xs + base * 20) + 0.4 * np.sin(waves[1] * xs + base * 9))
            hill = [(-side, 1.1), *zip(xs.tolist(), ys.tolist(), strict=True), (side, 1.1)]
            self._polygon(canvas, hill, color)
        self._draw_field(canvas)
        self._polygon(canvas, [(-0.545, 0.7), (-0.525, 0.46), (-0.475, 0.46), (-0.455, 0.7)], (176, 196, 214))
        self._polygon(canvas, [(-0.535, 0.465), (-0.5, 0.41), (-0.465, 0.465)], (60, 66, 138))
        return canvas

    def _draw_field(self, canvas: Pixels) -> None:
        random = np.random.default_rng(1)
        tones = ((58, 158, 118), (48, 118, 82), (66, 190, 206), (92, 96, 214), (214, 168, 196))
        for x, y, tone in zip(
            random.uniform(-1.2, 1.2, 500),
            random.uniform(0.72, 1, 500),
            random.integers(0, 9, 500),
            strict=True,
        ):
            reach = 0.012 + 0.05 * (y - 0.7)
            if tone < len(tones) - 1 and tone > 1:
                self._ellipse(canvas, x, y, (reach / 2.4, reach / 3), tones[tone])
            else:
                self._line(canvas, (x, y), (x + reach / 2, y - 1.6 * reach), tones[tone % 2], 0.004)

    def _cloud(self, width: float, seed: int) -> tuple[NDArray[np.uint16], int]:
        """Opacity of a cloud, uint16 [h, w, 1] of 0 to 256, and its way down from the top in px."""
        random = np.random.default_rng(seed)
        w, h = self._length(width), self._length(width * 0.36)
        mask = np.zeros((h, w), np.uint8)
        for share in np.linspace(0.2, 0.8, 7):
            reach = h * (0.14 + 0.18 * sin(pi * share)) * random.uniform(0.8, 1.1)
            cv2.circle(mask, (round(w * share), round(h * 0.66 - reach * 0.5)), max(1, round(reach)), 235, -1)
        soft: NDArray[np.uint16] = cv2.GaussianBlur(mask, (0, 0), max(0.5, h * 0.05)).astype(np.uint16)
        return soft[..., None], self._length(0.03 + 0.045 * (seed - 2) / 2)

    def _draw_clouds(self, canvas: Pixels, time_s: float) -> None:
        for number, (mask, top) in enumerate(self._clouds):
            room = self.size.width + mask.shape[1]
            left = round((number * 0.41 + time_s * (0.018 + 0.006 * number)) % 1 * room) - mask.shape[1]
            start, stop = max(0, left), min(self.size.width, left + mask.shape[1])
            part = canvas[top : top + mask.shape[0], start:stop]
            cover = mask[: part.shape[0], start - left : stop - left]
            part[:] = (part * (256 - cover) + cover * 250) >> 8

    def _draw_balloon(self, canvas: Pixels, time_s: float) -> None:
        x, y = -0.34 + 0.1 * sin(0.31 * time_s), 0.24 + 0.035 * sin(0.8 * time_s)
        for side in (-1, 1):
            self._line(canvas, (x + 0.045 * side, y + 0.05), (x + 0.014 * side, y + 0.125), DARK, 0.003)
        for radius, color in ((0.075, (58, 60, 206)), (0.048, (70, 196, 240)), (0.018, (58, 60, 206))):
            self._ellipse(canvas, x, y, (radius, 0.085), color)
        corners = [(x - 0.017, y + 0.12), (x + 0.017, y + 0.12), (x + 0.013, y + 0.15), (x - 0.013, y + 0.15)]
        self._polygon(canvas, corners, (44, 82, 128))

    def _draw_sails(self, canvas: Pixels, time_s: float) -> None:
        x, y = -0.5, 0.46
        for quarter in range(4):
            angle = 0.9 * time_s + quarter * pi / 2
            along, across = (cos(angle), sin(angle)), (-sin(angle), cos(angle))
            corners = [(0.03, 0.0), (0.15, 0.0), (0.15, 0.032), (0.03, 0.032)]
            sail = [(x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]) for a, b in corners]
            self._polygon(canvas, sail, (222, 232, 240))
            self._line(canvas, (x, y), (x + 0.155 * along[0], y + 0.155 * along[1]), DARK, 0.006)

    def _draw_birds(self, canvas: Pixels, time_s: float) -> None:
        for number in range(3):
            x = (0.11 * time_s + 0.09 * number + 0.9) % 1.8 - 0.9
            y = 0.13 + 0.025 * number + 0.02 * sin(time_s + number)
            lift = 0.012 * sin(7 * time_s + 2 * number)
            for side in (-1, 1):
                self._line(canvas, (x, y), (x + 0.022 * side, y - lift), DARK, 0.004)

    def _draw_person(self, canvas: Pixels, time_s: float) -> None:
        x, y = 0.16 + 0.045 * sin(0.9 * time_s), 0.57 + 0.012 * sin(1.8 * time_s)
        turn = 0.016 * sin(0.9 * time_s + 0.7)
        self._ellipse(canvas, x - 0.6 * turn, y - 0.015, (0.165, 0.2), HAIR)
        self._ellipse(canvas, 0.16 + (x - 0.16) * 0.5, 1.02, (0.3, 0.24), SHIRT)
        self._polygon(
            canvas,
            [(x - 0.05, y + 0.1), (x + 0.05, y + 0.1), (x + 0.06, 0.83), (x - 0.06, 0.83)],
            (122, 156, 206),
        )
        self._ellipse(canvas, x, y, (0.125, 0.165), SKIN)
        self._ellipse(canvas, x, y - 0.05, (0.135, 0.13), HAIR, (180, 360))
        self._ellipse(canvas, x + turn, y + 0.0, (0.1, 0.06), SKIN, (180, 360))
        open_eye = 0.004 if (time_s + 1) % 3.4 < 0.14 else 0.017
        for side in (-1, 1):
            eye = x + turn + 0.05 * side
            self._ellipse(canvas, eye, y + 0.012, (0.024, open_eye), WHITE)
            self._ellipse(canvas, eye + 0.5 * turn, y + 0.012, (0.011, min(0.013, open_eye)), DARK)
            self._ellipse(canvas, eye, y - 0.022, (0.032, 0.014), HAIR, (200, 340), self._length(0.009))
            self._ellipse(canvas, x + 0.075 * side + turn, y + 0.06, (0.022, 0.016), (132, 158, 236))
        self._line(canvas, (x + 1.6 * turn, y + 0.015), (x + 2 * turn, y + 0.055), (112, 150, 204), 0.01)
        smile = 0.024 + 0.008 * sin(1.3 * time_s)
        self._ellipse(canvas, x + turn, y + 0.083, (0.048, smile), LIPS, (0, 180))
        self._ellipse(canvas, x + turn, y + 0.086, (0.036, smile * 0.35), WHITE, (0, 180))
