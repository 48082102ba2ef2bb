"""Translucent panels with text, rendered once and laid over many frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.core.frame import Bgr, Pixels
from livestyle.core.size import Size

WHITE: Bgr = (245, 245, 245)
MUTED: Bgr = (178, 174, 172)
ACCENT: Bgr = (96, 190, 255)
RED: Bgr = (72, 72, 255)
PANEL: Bgr = (20, 17, 16)
PANEL_OPACITY = 0.68

REGULAR = 400
BOLD = 600


@dataclass(frozen=True)
class Overlay:
    """A small picture with its own transparency.

    light: what is added, uint8 BGR (h, w, 3), already weighted. shade: how much of the picture
    below stays, uint8 (h, w, 3), 255 = all.
    """

    light: Pixels
    shade: Pixels

    @property
    def width(self) -> int:
        return int(self.light.shape[1])

    @property
    def height(self) -> int:
        return int(self.light.shape[0])

    def onto(self, canvas: Pixels, x: int, y: int) -> None:
        """Lay it over `canvas`, in place; what sticks out is cut off."""
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + self.width, canvas.shape[1]), min(y + self.height, canvas.shape[0])
        if right <= left or bottom <= top:
            return
        part = (slice(top - y, bottom - y), slice(left - x, right - x))
        below = canvas[top:bottom, left:right]
        shaded = cv2.multiply(below, self.shade[part], scale=1 / 255)
        canvas[top:bottom, left:right] = cv2.add(shaded, self.light[part])

    def faded(self, opacity: float) -> Overlay:
        """The same, `opacity` times as visible."""
        return Overlay(
            cv2.convertScaleAbs(self.light, alpha=opacity).astype(np.uint8, copy=False),
            cv2.convertScaleAbs(self.shade, alpha=opacity, beta=255 * (1 - opacity)).astype(
                np.uint8, copy=False
            ),
        )


@dataclass(frozen=True)
class Text:
    """A run of text: where its baseline starts in its panel, and how it looks. Pixels."""

    text: str
    x: int
    y: int
    size: int
    color: Bgr = WHITE
    weight: int = REGULAR


@dataclass(frozen=True)
class Dot:
    """A filled circle. Pixels."""

    x: float
    y: float
    radius: float
    color: Bgr


@dataclass(frozen=True)
class Line:
    """A horizontal or upright line with round ends: from where to where. Pixels."""

    start: tuple[float, float]
    end: tuple[float, float]
    thickness: float
    color: Bgr


Mark: TypeAlias = Text | Dot | Line


def panel(
    width: int, height: int, radius: int, marks: Sequence[Mark], opacity: float = PANEL_OPACITY
) -> Overlay:
    """A dark translucent panel with round corners and what stands on it."""
    color = np.zeros((height, width, 3), np.uint8)
    cover = np.zeros((height, width, 3), np.uint8)
    for mark in marks:
        _draw(color, mark, mark.color)
        _draw(cover, mark, (255, 255, 255))
    free = 1 - cover.astype(np.float32) / 255
    back = _rounded(width, height, radius)[..., None] * free * np.float32(opacity)
    light = color + back * np.array(PANEL, np.float32)
    shade = 255 * np.maximum(free - back, 0)
    return Overlay(np.rint(light).astype(np.uint8), np.rint(shade).astype(np.uint8))


@lru_cache(maxsize=64)
def plate(size: Size, radius: int, color: Bgr, marks: tuple[Mark, ...] = ()) -> Overlay:
    """A plate of one colour with round corners, and what stands on it."""
    cover = _rounded(size.width, size.height, radius)[..., None]
    light, shade = (
        np.array(color, np.float32) * cover,
        np.broadcast_to(255 * (1 - cover), (size.height, size.width, 3)),
    )
    whole = Overlay(np.rint(light).astype(np.uint8), np.rint(shade).astype(np.uint8))
    for mark in marks:
        _draw(whole.light, mark, mark.color)
    return whole


def framed(picture: Pixels, radius: int) -> Overlay:
    """A picture, uint8 BGR (h, w, 3), with round corners."""
    cover = _rounded(picture.shape[1], picture.shape[0], radius)[..., None]
    light, shade = picture * cover, np.broadcast_to(255 * (1 - cover), picture.shape)
    return Overlay(np.rint(light).astype(np.uint8), np.rint(shade).astype(np.uint8))


@lru_cache(maxsize=512)
def width_of(text: str, size: int, weight: int = REGULAR) -> int:
    """How far the pen moves for this text, px."""
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _face(), size, weight)
    return int(width)


def shortened(text: str, size: int, width: int, weight: int = REGULAR) -> str:
    """The text, its end replaced by … where it is wider than `width` px."""
    if width_of(text, size, weight) <= width:
        return text
    while text and width_of(text + "…", size, weight) > width:
        text = text[:-1].rstrip()
    return text + "…"


def wrapped(text: str, size: int, width: int) -> list[str]:
    """The text in lines of at most `width` px, broken between words and behind the folders of a path.

    What is longer still is shortened.
    """
    if "\n" not in text and width_of(text, size) <= width:
        return [text]
    lines = [""]
    for piece in re.findall(r"\s*[^\s/\\]*[/\\]?", text):
        longer = lines[-1] + (" " + piece.lstrip() if piece[:1].isspace() else piece)
        if width_of(longer.strip(), size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(piece.lstrip())
    return [shortened(line.strip(), size, width) for line in lines]


def shortened_left(text: str, size: int, width: int, weight: int = REGULAR) -> str:
    """The text, its beginning replaced by … where it is wider than `width` px."""
    if width_of(text, size, weight) <= width:
        return text
    while text and width_of("…" + text, size, weight) > width:
        text = text[1:]
    return "…" + text


def fitting(texts: Sequence[str], size: int, width: int, weight: int = REGULAR) -> str:
    """The first of these texts that is at most `width` px wide; else the last, shortened."""
    found = next((text for text in texts if width_of(text, size, weight) <= width), texts[-1])
    return shortened(found, size, width, weight)


def text_size(canvas_width: int, canvas_height: int) -> int:
    """Pixels of body text that read well on a canvas: 14 at 640x480, 25 at 1080p, 41 at 4K."""
    side = min(canvas_height, canvas_width * 3 / 4)
    return max(10, round(14 * float((side / 480) ** 0.72)))


def _draw(image: Pixels, mark: Mark, color: Bgr) -> None:
    if isinstance(mark, Line):
        start, end = ((round(x * 16), round(y * 16)) for x, y in (mark.start, mark.end))
        cv2.line(image, start, end, color, max(1, round(mark.thickness)), cv2.LINE_AA, shift=4)
    elif isinstance(mark, Dot):
        center = (round(mark.x * 16), round(mark.y * 16))
        cv2.circle(image, center, round(mark.radius * 16), color, -1, cv2.LINE_AA, shift=4)
    elif mark.text:
        cv2.putText(image, mark.text, (mark.x, mark.y), color, _face(), mark.size, mark.weight)


@lru_cache(maxsize=1)
def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


@lru_cache(maxsize=32)
def _rounded(width: int, height: int, radius: int) -> NDArray[np.float32]:
    """1 inside a rectangle with round corners, 0 outside, anti-aliased; float32 [height, width]."""
    x = np.abs(np.arange(width, dtype=np.float32) + 0.5 - width / 2) - (width / 2 - radius)
    y = np.abs(np.arange(height, dtype=np.float32) + 0.5 - height / 2) - (height / 2 - radius)
    distance = np.hypot(np.maximum(x[None], 0), np.maximum(y[:, None], 0)) - radius
    mask: NDArray[np.float32] = np.clip(0.5 - distance, 0, 1).astype(np.float32)
    return mask
