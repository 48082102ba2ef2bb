"""The picker as it is drawn: the path, names that fit it with small pictures, and the marked one large."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2

from livestyle.core.bars import Box
from livestyle.core.frame import Pixels
from livestyle.core.size import Size
from livestyle.ui.frost import frost
from livestyle.ui.overlay import (
    ACCENT,
    BOLD,
    MUTED,
    WHITE,
    Overlay,
    Text,
    framed,
    panel,
    plate,
    shortened,
    shortened_left,
    text_size,
    width_of,
)
from livestyle.ui.panels import hint_panel
from livestyle.ui.picker import Picker

WIDE = 32
"""How wide a canvas must be, in letters, to have room for a large preview."""

HINTS = (
    "↑ ↓ choose   ·   → ← in and out of folders   ·   enter: take   ·   ctrl+v: paste a path   ·   esc: back",
    "↑ ↓   ·   → ← folder   ·   enter: take   ·   ctrl+v: paste   ·   esc",
    "enter: take   ·   esc: back",
)


@dataclass(frozen=True)
class PickerLayout:
    """Boxes in pixels of a canvas. size: of body text. field: of the path. rows: of the names. large: of the
    preview; None = there is no room. footer: baseline of the line of help.
    """

    size: int
    field: Box
    rows: tuple[Box, ...]
    large: Box | None
    footer: int

    def row_at(self, x: int, y: int) -> int | None:
        """The number of the row that is there, from the first that is seen."""
        for number, box in enumerate(self.rows):
            inside = box.left <= x < box.left + box.size.width
            if inside and box.top <= y < box.top + box.size.height:
                return number
        return None


@lru_cache(maxsize=4)
def picker_layout(canvas: Size) -> PickerLayout:
    size = text_size(canvas.width, canvas.height)
    margin, line = 2 * size, round(2.2 * size)
    inside = canvas.width - 2 * margin
    field = Box(margin, round(1.5 * size), Size(inside, round(2.4 * size)))
    top = field.top + field.size.height + size
    footer = canvas.height - round(1.2 * size)
    count = max(1, (footer - 2 * size - top) // line)
    wide = canvas.width >= WIDE * size
    width = round(inside * 0.52) if wide else inside
    rows = tuple(Box(margin, top + n * line, Size(width, line)) for n in range(count))
    left = margin + width + size
    large = Box(left, top, Size(canvas.width - margin - left, count * line)) if wide else None
    return PickerLayout(size, field, rows, large, footer)


def draw_picker(canvas: Pixels, picker: Picker) -> None:
    """Over the canvas, in place."""
    frost(canvas)
    layout = picker_layout(Size.of(canvas))
    size, first = layout.size, picker.first(len(layout.rows))
    names = picker.names[first : first + len(layout.rows)]
    pictures = [picker.path(name) for name in names if not name.endswith("/")]
    marked = picker.marked
    picker.previews.want([*([marked] if marked else []), *pictures])
    _field(picker.text, _count(picker), layout.field.size, size).onto(
        canvas, layout.field.left, layout.field.top
    )
    for number, (name, box) in enumerate(zip(names, layout.rows, strict=False), first):
        _row(name, number == picker.index, box.size, size).onto(canvas, box.left, box.top)
        small = None if name.endswith("/") else picker.previews.of(picker.path(name))
        if small is not None:
            side = box.size.height - size // 3
            _square(small, side).onto(canvas, box.left + size // 2, box.top + (box.size.height - side) // 2)
    if layout.large is not None and marked is not None:
        _large(canvas, picker, layout.large)
    words = hint_panel(HINTS, round(size * 0.85), canvas.shape[1] - 4 * size)
    words.onto(canvas, (canvas.shape[1] - words.width) // 2, layout.footer - size)


def _count(picker: Picker) -> str:
    seen = f"{picker.index + 1} / {len(picker.names)}" if picker.names else "nothing fits"
    return f"choose a picture   ·   {seen}"


def _large(canvas: Pixels, picker: Picker, box: Box) -> None:
    """The marked picture, as large as it fits."""
    marked = picker.marked
    pixels = picker.previews.of(marked) if marked else None
    if pixels is None:
        return
    inside = Box.of(Size.of(pixels), box.size)
    method = cv2.INTER_AREA if inside.size.width < pixels.shape[1] else cv2.INTER_CUBIC
    scaled = cv2.resize(pixels, (inside.size.width, inside.size.height), interpolation=method)
    shown = framed(scaled.astype(pixels.dtype, copy=False), max(3, box.size.width // 30))
    shown.onto(canvas, box.left + inside.left, box.top)


def _square(pixels: Pixels, side: int) -> Overlay:
    """The middle of a picture as a small square."""
    height, width = pixels.shape[:2]
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    middle = pixels[top : top + least, left : left + least]
    small = cv2.resize(middle, (side, side), interpolation=cv2.INTER_AREA)
    return framed(small.astype(pixels.dtype, copy=False), side // 6)


@lru_cache(maxsize=4)
def _field(text: str, count: str, box: Size, size: int) -> Overlay:
    if width_of(count, size) > box.width // 2:
        count = count.split("   ")[-1]
    y, taken = round(box.height / 2 + size * 0.36), width_of(count, size) + 3 * size
    shown = shortened_left(f"{text}_", size, box.width - taken - size, BOLD)
    marks = [
        Text(shown, size, y, size, WHITE, BOLD),
        Text(count, box.width - size - width_of(count, size), y, size, MUTED),
    ]
    return panel(box.width, box.height, round(0.7 * size), marks, opacity=0.6)


@lru_cache(maxsize=64)
def _row(name: str, marked: bool, box: Size, size: int) -> Overlay:
    y, left = round(box.height / 2 + size * 0.36), box.height + size // 2
    text = shortened(name, size, box.width - left - size // 2, BOLD if marked else 400)
    if marked:
        words = Text(text, left, y, size, (20, 17, 16), BOLD)
        return plate(Size(box.width, box.height), round(0.5 * size), ACCENT, (words,))
    color = MUTED if name.endswith("/") else WHITE
    return panel(box.width, box.height, 1, [Text(text, left, y, size, color)], opacity=0)
